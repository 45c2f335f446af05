/** Profiles of requests: the profiler runs from the first order until the last request of it has ended. */

import { attempt } from '../guard.cjs';
import { encodeLine } from '../record/encode-span.cjs';
import { errorText } from '../record/error-text.cjs';
import { sendAtOnce, sendLines, wakeLauncher } from '../record/transport.cjs';
import { now, type TracedRequest } from '../request/traced-request.cjs';
import { cpuRecorder } from './cpu-recorder.cjs';
import { encodeProfile, type ProfileEnd } from './encode-profile.cjs';
import { heapRecorder } from './heap-recorder.cjs';
import type { ProfileRecorder } from './profile-recorder.cjs';

export type ProfileOf = 'cpu' | 'heap';

/** A request to be profiled; `request` once it has begun here. */
interface Wanted {
  id: string;
  request: TracedRequest | undefined;
  /** performance.now(), ms. */
  ordered: number;
  isDone: boolean;
}

/** ms that a request may take to come; a worker that does not serve it learns it earlier. */
const MAX_UNSEEN_MS = 10_000;
/** ms after which a profile ends, whatever still runs. */
const MAX_PROFILE_MS = 60_000;
/** ms in which others may join a profile that runs. */
const MAX_JOIN_MS = 30_000;
const MAX_WANTED = 200;
const LOOK_MS = 500;
/** ms that the profiler runs on for the next of several requests. */
const MAX_LINGER_MS = 1000;

// Bound at load, before fake timers of the app.
const afterTurn = setImmediate;
const startTimer = setInterval;
const stopTimer = clearInterval;

/** One kind's profile: none, or one that all requests share which asked for it. */
class ProfileSession {
  readonly #kind: ProfileOf;
  readonly #recorder: ProfileRecorder;
  readonly #wanted = new Map<string, Wanted>();
  #timer: NodeJS.Timeout | undefined;
  #started = 0;
  /** performance.now() until which another request is expected, in ms. */
  #lingersUntil = 0;

  constructor(kind: ProfileOf, recorder: ProfileRecorder) {
    this.#kind = kind;
    this.#recorder = recorder;
  }

  /**
   * Has a request profiled that is about to begin; a sentence says why it is not. `isLast` unless
   * the same is asked for another one soon.
   */
  add(id: string, isLast: boolean): string | undefined {
    if (this.#timer === undefined) {
      const refusal = this.#recorder.start();
      if (refusal !== undefined) return refusal;
      this.#started = now();
      this.#timer = startTimer(attempt, LOOK_MS, lookAt, this);
      this.#timer.unref();
    } else if (now() - this.#started > MAX_JOIN_MS || this.#wanted.size >= MAX_WANTED)
      return 'another profile is running';
    this.#lingersUntil = isLast ? 0 : Number.POSITIVE_INFINITY;
    this.#wanted.set(id, { id, request: undefined, ordered: now(), isDone: false });
    return undefined;
  }

  begun(request: TracedRequest): void {
    const wanted = this.#wanted.get(request.id);
    if (wanted !== undefined) wanted.request = request;
  }

  /** A request has ended; `isGone` where it will not come if it has not. */
  ended(id: string): void {
    const wanted = this.#wanted.get(id);
    if (wanted === undefined || wanted.isDone) return;
    // What it does in the turn of its response is its own, too.
    afterTurn(attempt, endOne, this, wanted);
  }

  finish(wanted: Wanted): void {
    wanted.isDone = true;
    for (const { isDone } of this.#wanted.values()) if (!isDone) return;
    if (this.#lingersUntil === 0) return this.end();
    this.#lingersUntil = now() + MAX_LINGER_MS;
  }

  look(): void {
    const at = now();
    if (at - this.#started > MAX_PROFILE_MS || (this.#lingersUntil !== 0 && at > this.#lingersUntil))
      return this.end();
    for (const wanted of this.#wanted.values())
      if (wanted.request === undefined && at - wanted.ordered > MAX_UNSEEN_MS) this.finish(wanted);
  }

  /** Stops the profiler, and sends what it has of each request. */
  end(): void {
    if (this.#timer === undefined) return;
    stopTimer(this.#timer);
    this.#timer = undefined;
    const all = [...this.#wanted.values()];
    this.#wanted.clear();
    const seen = all.filter(({ request }) => request !== undefined);
    try {
      const profiles = this.#recorder.stop(seen.map(({ request }) => request!));
      for (const [n, { tree, end }] of profiles.entries()) {
        const { id, isDone } = seen[n]!;
        if (!isDone) addNote(end, 'the request went on after the profile had ended');
        for (const line of encodeProfile({ id, kind: this.#kind }, tree, end)) sendLines(line, false);
      }
    } catch (error) {
      for (const { id } of seen) this.#refuse(id, `the profiler failed: ${errorText(error)}`);
    }
    if (seen.length > 0) wakeLauncher();
  }

  #refuse(id: string, reason: string): void {
    sendLines(encodeLine({ t: 'profile', id, kind: this.#kind, refused: reason }), false);
  }
}

function lookAt(session: ProfileSession): void {
  session.look();
}

function endOne(session: ProfileSession, wanted: Wanted): void {
  session.finish(wanted);
}

function addNote(end: ProfileEnd, note: string): void {
  end.notes = [...(end.notes ?? []), note];
}

const sessions = {
  cpu: new ProfileSession('cpu', cpuRecorder),
  heap: new ProfileSession('heap', heapRecorder),
};
/** False until a profile is wanted: most processes never see one. */
let isUsed = false;

/** Starts the profiler for a request that is about to come, and tells the launcher when it runs. */
export function orderProfile({ id, kind, more }: { id: string; kind: ProfileOf; more?: true }): void {
  const refused = startProfile(id, kind, more !== true);
  sendAtOnce(encodeLine({ t: 'profiling', id, ...(refused !== undefined && { refused }) }));
}

/** Starts the profiler for a request that has come directly, by what its header asks for. */
export function profileDirect(id: string, kind: string): void {
  const wanted = kind === 'heap' ? 'heap' : 'cpu';
  const isKnown = kind === 'cpu' || kind === 'heap';
  const refused = isKnown ? startProfile(id, wanted, true) : `“${kind.slice(0, 20)}” is no kind of profile`;
  if (refused !== undefined) sendLines(encodeLine({ t: 'profile', id, kind: wanted, refused }), false);
}

function startProfile(id: string, kind: ProfileOf, isLast: boolean): string | undefined {
  isUsed = true;
  try {
    return sessions[kind].add(id, isLast);
  } catch (error) {
    return `the profiler cannot be started: ${errorText(error)}`;
  }
}

/** A request has begun in this process. */
export function profileBegun(request: TracedRequest): void {
  if (!isUsed) return;
  sessions.cpu.begun(request);
  sessions.heap.begun(request);
}

/** A request has ended, in this process or at the proxy. */
export function profileEnded(id: string): void {
  if (!isUsed) return;
  sessions.cpu.ended(id);
  sessions.heap.ended(id);
}

/** Ends all profiles: the process exits, and an open session of the inspector would say so. */
export function endProfiles(): void {
  if (!isUsed) return;
  attempt(endSession, sessions.cpu);
  attempt(endSession, sessions.heap);
}

function endSession(session: ProfileSession): void {
  session.end();
}
