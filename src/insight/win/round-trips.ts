/** Round trips: how often a call goes to its server and back, one time after the other. */

import type { RecordedSpan } from '../../domain/trace.js';
import { dialectOf, type WithLibraries } from '../libraries.js';

/** Kinds of calls that go over a network. A kind that is not known is one of an app's own spans. */
const REMOTE_KINDS = new Set(['sql', 'cache', 'rpc', 'http']);

/** Round trips in which a connection is opened: TCP, then what client and server tell each other. */
const OPENING: Record<string, number> = { pg: 4, postgres: 4, mysql: 3, mysql2: 3, mariadb: 3 };

/** Round trips of a call itself: 0 where it stays in the process or on the machine. */
export function roundTripsOf(span: RecordedSpan, libraries: WithLibraries): number {
  const { kind, library, detail, duration } = span;
  if (!REMOTE_KINDS.has(kind) || duration === undefined || detail?.blocking === true) return 0;
  if (kind === 'sql' && dialectOf(libraries, library) === 'sqlite') return 0;
  // A pipeline, a batch or a transaction that is sent as a whole is one call, and one round trip. A
  // statement that the connection does not know yet is prepared first.
  return detail?.prepares === true ? 2 : 1;
}

/** Round trips before it: those in which the connection that it waited for was opened. */
export function openingTripsOf({ library, detail, wait = 0 }: RecordedSpan): number {
  return detail?.opened === true && wait > 0 && Object.hasOwn(OPENING, library) ? OPENING[library]! : 0;
}
