/** Decision of the agent whether a request is recorded: what the proxy says of it, its mark, the rules. */

import type { IncomingMessage } from 'node:http';
import type { RunConfig } from '../../domain/link.js';
import { markOfRequest } from '../../domain/record-marks.cjs';
import { state } from '../run-config.cjs';
import {
  hasScoobyHeader,
  takeHandedId,
  takeParentId,
  takeProfileKind,
  takeProxiedId,
  takeRecordHeader,
} from './trace-headers.cjs';

/** Secret of the run's own proxy and processes, and the key that apps of other runs of its database have, too. */
export type RunSecrets = Pick<RunConfig, 'secret' | 'parentKey'>;

/** A request that is recorded. */
export interface RecordedAs {
  /** Id that the proxy, or the process that handed it over, has given it. */
  id: string | undefined;
  /** Id of the calling request in another app. */
  parent: string | undefined;
  /** It is kept only where it makes calls. */
  withCalls: boolean;
  /** Kind of profile that a request asks for which the proxy has not seen. */
  profile?: string | undefined;
}

/**
 * How a request is recorded; undefined for one that is left out, which takes no more than a look at
 * the names of its headers: no object is made, nothing is noted of it.
 */
export function decideRequest(
  message: IncomingMessage,
  { secret, parentKey }: RunSecrets,
): RecordedAs | undefined {
  if (!hasScoobyHeader(message.rawHeaders)) return decideUntold(message, undefined);
  const id = takeProxiedId(message, secret) ?? takeHandedId(message, secret);
  const told = takeRecordHeader(message);
  const parent = takeParentId(message, parentKey);
  if (id !== undefined) return { id, parent, withCalls: told === 'calls' };
  const profile = takeProfileKind(message);
  if (told === '1' || profile !== undefined) return { id, parent, withCalls: false, profile };
  if (told === '0') return leaveOut();
  return decideUntold(message, parent);
}

/** Decides on a request of which neither the proxy nor its header says anything. */
function decideUntold(message: IncomingMessage, parent: string | undefined): RecordedAs | undefined {
  const { recording, policy } = state;
  const url = message.url ?? '';
  const mark = markOfRequest(url, message.rawHeaders ?? []);
  if (mark === 'on') return { id: undefined, parent, withCalls: false };
  if (recording !== 'all') return undefined;
  if (mark === 'off') return leaveOut();
  // The call of a recorded request is recorded with it.
  if (policy === undefined || parent !== undefined) return { id: undefined, parent, withCalls: false };
  const protocol = message.headers['sec-websocket-protocol'];
  const verdict = policy.verdictOn({ method: message.method ?? '', path: url, protocol });
  if (verdict === 'whole' || verdict === 'withCalls')
    return { id: undefined, parent, withCalls: verdict === 'withCalls' };
  return leaveOut();
}

/** A request is left out while others are recorded: its calls are not those of no request. */
function leaveOut(): undefined {
  if (state.recording === 'all') state.leftOutAt = performance.now();
  return undefined;
}
