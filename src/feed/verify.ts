/** Verification of findings: the request is sent to the running app again, and both are compared. */

import { isSafeMethod } from '../domain/safe-method.js';
import type { Finding, Trace } from '../domain/trace.js';
import { requestFigures, type Verification, verificationOf } from '../insight/verify/verdicts.js';
import type { MaybePromise, ReplayResult } from './feed.js';
import { sentWithout } from './replayable.js';
import { untilStored } from './until-stored.js';

/** What a verification needs of the run and of the store. */
export interface VerifyAccess {
  /** Sends the request to the app; see `replay`. */
  send(trace: Trace): Promise<ReplayResult>;
  find(id: string): MaybePromise<Trace | undefined>;
}

/**
 * Sends a request again and compares: all its findings by default. Of an app that was started since,
 * a request that changes nothing is sent a second time, so that times are not those of its first
 * request. Rejects with an Error for the user when it cannot be sent, or is not recorded.
 */
export async function verify(
  before: Trace,
  access: VerifyAccess,
  findings: Finding[] = before.findings,
): Promise<Verification> {
  const { after, notes, without } = await replayed(before, access);
  const verification = verificationOf(before, after, findings, without);
  return { ...verification, notes: [...verification.notes, ...notes] };
}

/** The request as the app answers it now. */
export async function replayed(
  before: Trace,
  access: VerifyAccess,
): Promise<{ after: Trace; notes: string[]; without: string[] }> {
  const first = await sentTrace(before, access);
  const notes = first.without.length === 0 ? [] : [sentWithout(first.without)];
  const isWarm = first.trace.app?.pid === before.app?.pid;
  if (isWarm || !isSafeMethod(before.method) || first.trace.state === 'died')
    return { after: first.trace, notes, without: first.without };
  const second = await sentTrace(before, access).catch(() => undefined);
  // A cache that the first has filled hides what the second would have asked.
  const isAlike = second !== undefined && callCounts(second.trace) === callCounts(first.trace);
  return { after: isAlike ? second.trace : first.trace, notes, without: first.without };
}

async function sentTrace(
  before: Trace,
  { send, find }: VerifyAccess,
): Promise<{ trace: Trace; without: string[] }> {
  const { id, without = [] } = await send(before);
  if (id === undefined) throw new Error('the request was answered, but not recorded');
  return { trace: await untilStored(id, find), without };
}

function callCounts(trace: Trace): string {
  const counts = Object.entries(trace.totals).map(([kind, { count }]) => `${kind} ${count}`);
  return JSON.stringify([requestFigures(trace).status, ...counts.sort()]);
}
