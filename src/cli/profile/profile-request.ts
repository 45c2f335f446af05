/** Requests that `scooby profile` takes profiles of: sent, sent again, or waited for. */

import type { RunControl, RunStatus } from '../../control/client.js';
import { UserError } from '../../domain/errors.js';
import { formatProfileWish, type ProfileWish, profileKindOf } from '../../domain/profile-wish.js';
import { escapeToOneLine } from '../../domain/text.js';
import type { Trace } from '../../domain/trace.js';
import { replay } from '../../feed/replay.js';
import type { StoreReader } from '../../store/store.js';

/** ms that the next request of a route is waited for. */
const MAX_WAIT_MS = 3_600_000;
/** ms until a profile is stored, of an app on a busy machine. */
const MAX_STORED_MS = 20_000;
const LOOK_MS = 100;

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
  const deadline = performance.now() + MAX_STORED_MS;
  for (;;) {
    const trace = await job.withStore((store) => store.find(id));
    if ((trace?.profiles?.[kind]?.runs ?? 0) >= runs) return trace!;
    const reason = trace?.notes?.find((note) => note.includes('profile'));
    if (reason !== undefined && trace?.profiles?.[kind] === undefined)
      throw new UserError(`${sentence(reason)} (request ${id.slice(0, 8)})`, 1);
    if (performance.now() > deadline)
      throw new UserError(
        `Request ${id.slice(0, 8)} was answered, but its profile has not come: another process of the app may have answered it.`,
        1,
      );
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

/** The request of the last of several runs, with the sum of all their profiles. */
export async function addedUp(job: ProfileJob, ids: string[]): Promise<Trace> {
  const last = ids.at(-1)!;
  for (const id of ids) await profiledTrace(job, id);
  if (ids.length === 1) return profiledTrace(job, last);
  await job.control.addUpProfiles(ids, profileKindOf(job.wish));
  return profiledTrace(job, last, ids.length);
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${escapeToOneLine(text.slice(1))}.`;
}
