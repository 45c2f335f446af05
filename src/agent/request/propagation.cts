/** Which calls go to other apps under scooby on this machine: only these are told the request that makes them. */

import type { TracedCall } from '../call/call.cjs';
import { PARENT_HEADER } from './trace-headers.cjs';

const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|\[?::1\]?)$/i;

let ports = new Set<number>();

/** From now on these ports are those of apps under scooby. */
export function setPeerPorts(known: number[]): void {
  ports = new Set(known);
}

/** Adds, by `add`, the header that names the call's request where `host` and `port` are such an app's. */
export function injectParent(
  call: TracedCall,
  host: string,
  port: number,
  add: (name: string, value: string) => unknown,
): boolean {
  if (call.request === undefined || !ports.has(port) || !LOOPBACK.test(host)) return false;
  add(PARENT_HEADER, call.request.id);
  return true;
}
