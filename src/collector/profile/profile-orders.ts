/** Orders of profiles to the app's processes: before a request is sent on, each may be the one to serve it. */

import type { LinkLine, LinkOrder } from '../../domain/link.js';
import {
  PROFILE_WISHES,
  type ProfileWish,
  parseLocalsWish,
  parseProfileWish,
  profileKindOf,
} from '../../domain/profile-wish.js';
import { routeMatcher } from '../../domain/route-pattern.js';
import { formatCount } from '../../domain/text.js';

/** A process that orders are sent to. */
export interface ProfiledProcess {
  send(order: LinkOrder): void;
}

/** ms until a process has to say that its profiler runs. */
const READY_MS = 2000;
/** Requests that are waited for at once. */
const MAX_AWAITED = 20;

interface Waiting {
  left: Set<ProfiledProcess>;
  refusals: string[];
  asked: number;
  settle(): void;
}

/** A request that is to be profiled when it comes. */
interface Awaited {
  matches(method: string, url: string): boolean;
  wish: ProfileWish;
  found(id: string): void;
}

/** Orders that are not answered yet, and requests that are waited for. */
export class ProfileOrders {
  /** Processes that may serve a request. */
  readonly #serving: () => ProfiledProcess[];
  readonly #waiting = new Map<string, Waiting>();
  readonly #profiled = new Map<string, ProfiledProcess[]>();
  readonly #awaited = new Set<Awaited>();

  constructor(serving: () => ProfiledProcess[]) {
    this.#serving = serving;
  }

  /**
   * Starts the profiler of each process that may serve a request; resolves when all have answered,
   * at most after READY_MS, with what is not profiled, in a sentence.
   */
  async start(id: string, wish: string): Promise<string | undefined> {
    const order = orderOf(id, wish);
    const missing = order?.t === 'locals' ? 'no locals were read' : 'no profile was taken';
    if (order === undefined)
      return `${missing}: X-Scooby-Profile is ${PROFILE_WISHES.join(', ')}, and not “${wish.slice(0, 40)}”`;
    const processes = this.#serving();
    if (processes.length === 0) return `${missing}: no process of the app with the agent listens`;
    const waiting: Waiting = { left: new Set(processes), refusals: [], asked: processes.length, settle() {} };
    const answered = new Promise<void>((resolve) => {
      waiting.settle = resolve;
      setTimeout(resolve, READY_MS).unref();
    });
    this.#waiting.set(id, waiting);
    this.#profiled.set(id, processes);
    for (const process of processes) process.send(order);
    await answered;
    this.#waiting.delete(id);
    return noteOf(waiting, missing);
  }

  /** A process says that its profiler runs, or why it does not. */
  answered(process: ProfiledProcess, { id, refused }: Extract<LinkLine, { t: 'profiling' }>): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined || !waiting.left.delete(process)) return;
    if (refused !== undefined) waiting.refusals.push(refused.slice(0, 300));
    if (waiting.left.size === 0) waiting.settle();
  }

  /** A process has left, and will answer nothing. */
  left(process: ProfiledProcess): void {
    for (const waiting of this.#waiting.values()) {
      if (waiting.left.delete(process) && waiting.left.size === 0) waiting.settle();
    }
  }

  /** A request has ended at the proxy: processes that have not served it need not wait for it. */
  end(id: string): void {
    const processes = this.#profiled.get(id);
    if (processes === undefined) return;
    this.#profiled.delete(id);
    for (const process of processes) process.send({ t: 'profiled', id });
  }

  /** What a request that comes is to have by the command line: the oldest wish that it matches. */
  take(id: string, method: string, url: string): ProfileWish | undefined {
    for (const awaited of this.#awaited) {
      if (!awaited.matches(method, url)) continue;
      this.#awaited.delete(awaited);
      awaited.found(id);
      return awaited.wish;
    }
    return undefined;
  }

  /**
   * Has the next request of a route or URL profiled; resolves with its id, or undefined after `ms`.
   * Throws when too many are waited for.
   */
  next(
    { method, pattern, wish }: { method?: string; pattern: string; wish: ProfileWish },
    ms: number,
  ): Promise<string | undefined> {
    if (this.#awaited.size >= MAX_AWAITED) throw new Error('Too many requests are waited for already.');
    const isOfPattern = routeMatcher(pattern);
    return new Promise((resolve) => {
      const awaited: Awaited = {
        matches: (of, url) => (method === undefined || method === of) && isOfPattern(url),
        wish,
        found: resolve,
      };
      this.#awaited.add(awaited);
      setTimeout(() => {
        this.#awaited.delete(awaited);
        resolve(undefined);
      }, ms).unref();
    });
  }
}

/** Order of what a header asks for; undefined where that is unknown. */
function orderOf(id: string, header: string): LinkOrder | undefined {
  const call = parseLocalsWish(header);
  if (call !== undefined) return { t: 'locals', id, call };
  const { wish, more } = parseProfileWish(header);
  return wish && { t: 'profile', id, kind: profileKindOf(wish), ...(more && { more }) };
}

/** Sentence on the processes that have not started; `none` begins it where none has. */
function noteOf({ left, refusals, asked }: Waiting, none: string): string | undefined {
  const missing = left.size + refusals.length;
  if (missing === 0) return undefined;
  const [refusal = `the app has not answered within ${READY_MS / 1000} s`] = refusals;
  return missing === asked
    ? `${none}: ${refusal}`
    : `${formatCount(missing, 'process', 'processes')} of ${asked} that may have served it could not be profiled: ${refusal}`;
}
