/** Node's diagnostics channels, on which the app does not hear of the agent's own sockets and threads. */

import { channel } from 'node:diagnostics_channel';

/** Result of `fn`, during which nothing is published on one of Node's channels. */
export function withoutPublishing<T>(name: string, fn: () => T): T {
  const quiet = channel(name);
  Object.defineProperty(quiet, 'publish', { value: () => {}, configurable: true });
  try {
    return fn();
  } finally {
    Reflect.deleteProperty(quiet, 'publish');
  }
}
