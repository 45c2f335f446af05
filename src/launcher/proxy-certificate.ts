/** Certificate of the proxy in front of an HTTPS app: the app's own, else one made for the run. */

import { createSecureContext, type SecureContextOptions } from 'node:tls';
import type { AppConnections } from '../collector/app-connections.js';
import type { AppCertificate, ServerAddress } from '../domain/link.js';
import { selfSigned } from './self-signed.js';

/** Certificates by the app's address, asked for when a client first speaks TLS; in memory only. */
export class ProxyCertificates {
  readonly #connections: AppConnections;
  readonly #byAddress = new WeakMap<ServerAddress, Promise<SecureContextOptions>>();
  #own: SecureContextOptions | undefined;

  constructor(connections: AppConnections) {
    this.#connections = connections;
  }

  /** Reader of the certificate for a proxy to that address; undefined where the app speaks no TLS. */
  of(address: ServerAddress | undefined): (() => Promise<SecureContextOptions>) | undefined {
    const isSecure = address?.protocol === 'https' || address?.protocol === 'h2';
    return isSecure ? () => this.#certificateFor(address) : undefined;
  }

  #certificateFor(address: ServerAddress): Promise<SecureContextOptions> {
    let known = this.#byAddress.get(address);
    if (known === undefined) {
      known = this.#ask(address);
      this.#byAddress.set(address, known);
    }
    return known;
  }

  async #ask(address: ServerAddress): Promise<SecureContextOptions> {
    const given = await this.#connections.certificateOf(address);
    const options = given && optionsOf(given);
    if (options !== undefined && isUsable(options)) return options;
    this.#own ??= selfSigned();
    return this.#own;
  }
}

function optionsOf({ key, cert, pfx, passphrase }: AppCertificate): SecureContextOptions | undefined {
  const decode = (parts: string[]) => parts.map((part) => Buffer.from(part, 'base64'));
  if (pfx === undefined && (key === undefined || cert === undefined)) return undefined;
  return {
    ...(key && { key: decode(key) }),
    ...(cert && { cert: decode(cert) }),
    ...(pfx && { pfx: decode(pfx) }),
    ...(passphrase !== undefined && { passphrase }),
  };
}

function isUsable(options: SecureContextOptions): boolean {
  try {
    createSecureContext(options);
    return true;
  } catch {
    return false;
  }
}
