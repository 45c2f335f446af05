/** Rules by which a request that carries no mark is recorded: patterns of paths, and a share of all. */

import { isUsuallyLeftOut } from './usual-exclusions.cjs';

/** What a run records in the mode `all`. */
export interface RecordRules {
  /** Share of requests, above 0 and at most 1; missing: all. */
  sample?: number;
  /** Patterns of paths: see `matchesPath`. */
  include?: string[];
  exclude?: string[];
}

/** What the rules are asked about. */
export interface RequestAbout {
  method: string;
  /** Path, with or without its query. */
  path: string;
  /** Value of Sec-WebSocket-Protocol. */
  protocol?: string | undefined;
}

/**
 * whole: it is recorded · withCalls: it is kept if it turns out to make calls · excluded: a pattern
 * leaves it out · unsampled: it is not in the sample.
 */
export type RecordVerdict = 'whole' | 'withCalls' | 'excluded' | 'unsampled';

/** Why requests were not kept, and how many, as far as the launcher knows. */
export interface LeftOut {
  /** Files, modules, health checks and HMR sockets that made no calls. */
  withoutCalls: number;
  excluded: number;
  unsampled: number;
  /** Without a mark, while marked requests are recorded. */
  unmarked: number;
  /** While nothing is recorded, and those whose own mark says so. */
  off: number;
}

const PATTERN = /^(?:[/*]|\.[^/*.][^/*]*$)/;

/** Whether a text is a pattern of paths. */
export function isPathPattern(pattern: string): boolean {
  return PATTERN.test(pattern) && !/[?#\s]/.test(pattern);
}

/**
 * Whether a pattern fits a path without its query: `/health` is that path, `/admin/` all that begins
 * with it, `.js` an ending; `*` stands for any text, with or without slashes.
 */
export function matchesPath(pattern: string, path: string): boolean {
  if (pattern.startsWith('.')) return path.endsWith(pattern);
  const pieces = (pattern.endsWith('/') && pattern !== '/' ? `${pattern}*` : pattern).split('*');
  const [first, last] = [pieces[0]!, pieces.at(-1)!];
  if (pieces.length === 1) return path === pattern;
  if (!path.startsWith(first)) return false;
  let at = first.length;
  // Each piece at its first place: what is left for the others is the most, without going back.
  for (const piece of pieces.slice(1, -1)) {
    const found = path.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return path.length - last.length >= at && path.endsWith(last);
}

/** Path of a URL, without its query; of an absolute URL without its host, too. */
export function pathOfUrl(url: string): string {
  const end = url.search(/[?#]/);
  const whole = end < 0 ? url : url.slice(0, end);
  if (whole.startsWith('/')) return whole;
  return whole.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*/i, '') || '/';
}

/** Length of the longest pattern that fits, without its asterisks; -1 where none does. */
function closest(patterns: readonly string[], path: string): number {
  let length = -1;
  for (const pattern of patterns) {
    if (matchesPath(pattern, path)) length = Math.max(length, pattern.replaceAll('*', '').length);
  }
  return length;
}

/**
 * Takes a share of what passes, evenly: of a hundred one, at 1/100. Which of the hundred is random,
 * so that the same request of a page which asks for ten is not always the one.
 */
export class Sampler {
  readonly #share: number;
  /** Random number in [0, 1). */
  readonly #random: () => number;
  #sum = 0;
  #threshold: number;

  constructor(share: number, random: () => number = Math.random) {
    this.#share = share;
    this.#random = random;
    this.#threshold = random();
  }

  /** Whether the next one is taken. */
  take(): boolean {
    if (this.#share >= 1) return true;
    this.#sum += this.#share;
    const isTaken = this.#sum > this.#threshold;
    if (isTaken) this.#threshold = Number.POSITIVE_INFINITY;
    if (this.#sum >= 1) {
      this.#sum -= 1;
      this.#threshold = this.#random();
    }
    return isTaken;
  }
}

/** The rules of a run, with the state of its sample. */
export class RecordPolicy {
  readonly #include: readonly string[];
  readonly #exclude: readonly string[];
  readonly #sampler: Sampler;
  /** What is dropped for want of calls takes no other's place in the sample. */
  readonly #usualSampler: Sampler;

  constructor({ sample = 1, include = [], exclude = [] }: RecordRules = {}) {
    this.#include = include;
    this.#exclude = exclude;
    this.#sampler = new Sampler(sample);
    this.#usualSampler = new Sampler(sample);
  }

  /** Verdict on the next request. Of two patterns that fit, the longer decides. */
  verdictOn(about: RequestAbout): RecordVerdict {
    const path = pathOfUrl(about.path);
    const included = closest(this.#include, path);
    const excluded = closest(this.#exclude, path);
    if (excluded >= 0 && excluded >= included) return 'excluded';
    const isUsual = included < 0 && isUsuallyLeftOut(about.method, path, about.protocol);
    if (!(isUsual ? this.#usualSampler : this.#sampler).take()) return 'unsampled';
    return isUsual ? 'withCalls' : 'whole';
  }

  /** Whether the next unit of work is in the sample. */
  takesUnit(): boolean {
    return this.#sampler.take();
  }
}
