/** Trace propagation: the parent header of calls to other apps under scooby on this machine. */

import type { TracedCall } from '../call/call.cjs';
import { PARENT_HEADER, parentHeaderValue } from './trace-headers.cjs';

const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|\[?::1\]?)$/i;

let peerPorts = new Set<number>();
let secret = '';

/** Sets the run's secret, which proves the header to the other apps of the run. */
export function setRunSecret(runSecret: string): void {
  secret = runSecret;
}

/** Sets the ports on this machine at which apps under scooby listen. */
export function setPeerPorts(ports: number[]): void {
  peerPorts = new Set(ports);
}

/**
 * Adds the id of the call's request as a header, by `addHeader`, if `host` and `port` are another
 * app's under scooby: no other server receives it. Returns whether it was added.
 */
export function injectParent(
  call: TracedCall,
  host: string,
  port: number,
  addHeader: (name: string, value: string) => unknown,
): boolean {
  if (call.request === undefined || !peerPorts.has(port) || !LOOPBACK.test(host)) return false;
  addHeader(PARENT_HEADER, parentHeaderValue(call.request.id, secret));
  return true;
}
