/** Requests that `scooby profile` takes profiles of: sent, sent again, or waited for. */

import type { RunControl, RunStatus } from '../../control/client.js';
import { UserError } from '../../domain/errors.js';
import { formatProfileWish, type ProfileWish, profileKindOf } from '../../domain/profile-wish.js';
import { escapeToOneLine, sentence } from '../../domain/text.js';
import type { Trace } from '../../domain/trace.js';
import { replay } from '../../feed/replay.js';
import { storedOnce } from '../../feed/until-stored.js';
import type { StoreReader } from '../../store/store.js';

/** ms that the next request of a route is waited for. */
const MAX_WAIT_MS = 3_600_000;

/** What is profiled, and on which run. */
export interface ProfileJob {
  control: RunControl;
  status: RunStatus & { url: string };
  wish: ProfileWish;
  /** Runs the work with the store opened for reading. */
  withStore<T>(work: (store: StoreReader) => Promise<T>): Promise<T>;
}

/** A request that is not recorded yet. */
export function requestTo(method: string, url: string): Trace {
  return { id: '', method, url, start: 0, state: 'done', spans: [], findings: [], totals: {} };
}

/** Sends a request as often as is wanted, each profiled; resolves with their ids in order. */
export async function sendProfiled(job: ProfileJob, trace: Trace, runs: number): Promise<string[]> {
  const { status, wish } = job;
  const ids: string[] = [];
  for (let run = 1; run <= runs; run++) {
    const header = formatProfileWish(wish, run < runs);
    const result = await replay(status.url, status.record, trace, trace.url, header).catch((error: Error) => {
      throw new UserError(`${escapeToOneLine(`${trace.method} ${trace.url}`)}: ${error.message}.`, 1);
    });
    if (result.id === undefined) throw new UserError('The request was not recorded.', 1);
    ids.push(result.id);
  }
  return ids;
}

/** Waits for the next request of a route; resolves with its id. */
export async function nextProfiled(
  { control, wish }: ProfileJob,
  { method, pattern }: { method?: string; pattern: string },
): Promise<string> {
  const wanted = { pattern, wish, ...(method !== undefined && { method }) };
  const id = await control.profileNext(wanted, MAX_WAIT_MS);
  if (id === null) throw new UserError('No such request has come within an hour.', 1);
  return id;
}

/**
 * Resolves with a request once its profile is stored, of that many runs. Throws a UserError (exit 1)
 * with the reason where none was taken.
 */
export async function profiledTrace(job: ProfileJob, id: string, runs = 1): Promise<Trace> {
  const kind = profileKindOf(job.wish);
  const runsOf = ({ profiles }: Trace) => profiles?.[kind]?.runs ?? 0;
  const reasonOf = ({ notes, profiles }: Trace) =>
    profiles?.[kind] === undefined ? notes?.find((note) => note.includes('profile')) : undefined;
  const trace = await storedOnce(
    id,
    (wanted) => job.withStore((store) => store.find(wanted)),
    (stored) => runsOf(stored) >= runs || reasonOf(stored) !== undefined,
  );
  if (trace === undefined)
    throw new UserError(
      `Request ${id.slice(0, 8)} was answered, but its profile has not come: another process of the app may have answered it.`,
      1,
    );
  const reason = reasonOf(trace);
  if (reason === undefined) return trace;
  throw new UserError(`${sentence(escapeToOneLine(reason))} (request ${id.slice(0, 8)})`, 1);
}

/** The request of the last of several runs, with the sum of all their profiles. */
export async function addedUp(job: ProfileJob, ids: string[]): Promise<Trace> {
  const last = ids.at(-1)!;
  for (const id of ids) await profiledTrace(job, id);
  if (ids.length === 1) return profiledTrace(job, last);
  await job.control.addUpProfiles(ids, profileKindOf(job.wish));
  return profiledTrace(job, last, ids.length);
}
