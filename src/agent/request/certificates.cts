/** Certificates of the app's own TLS servers, for the launcher's proxy, when it asks. */

import type { Server } from 'node:net';
import type { AppCertificate } from '../../domain/link.js';

const servers = new Map<number | string, WeakRef<Server>>();

/** Notes a TLS server by its port or path. */
export function noteSecureServer(at: number | string, server: Server): void {
  servers.set(at, new WeakRef(server));
}

/**
 * Certificate of the server at a port or path; empty where it has none that can be passed on, such as
 * one that is chosen by SNICallback or kept in an engine.
 */
export function certificateAt(at: number | string): AppCertificate {
  const { key, cert, pfx, passphrase } = (servers.get(at)?.deref() ?? {}) as Record<string, unknown>;
  const parts = { key: partsOf(key), cert: partsOf(cert), pfx: partsOf(pfx) };
  const isWhole = parts.pfx !== undefined || (parts.key !== undefined && parts.cert !== undefined);
  if (!isWhole) return {};
  return {
    ...Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined)),
    ...(typeof passphrase === 'string' && { passphrase }),
  };
}

/** Texts and buffers of a value or list in base64; undefined where there are others, or none. */
function partsOf(value: unknown): string[] | undefined {
  if (value === undefined || value === null) return undefined;
  const list = (Array.isArray(value) ? value : [value]).map(partOf);
  return list.length > 0 && list.every((part) => part !== undefined) ? list : undefined;
}

function partOf(value: unknown): string | undefined {
  if (typeof value === 'string') return Buffer.from(value).toString('base64');
  if (ArrayBuffer.isView(value)) {
    const { buffer, byteOffset, byteLength } = value;
    return Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength).toString('base64');
  }
  // `{ pem }` without a passphrase of its own, or `{ buf }` of a PKCS #12 file.
  const { pem, buf, passphrase } = value as { pem?: unknown; buf?: unknown; passphrase?: unknown };
  return passphrase === undefined && (pem ?? buf) !== undefined ? partOf(pem ?? buf) : undefined;
}
