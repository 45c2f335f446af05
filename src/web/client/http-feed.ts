/** Feed of the page in the browser: the run's own feed, asked by HTTP and told of changes by events. */

import type { Recording } from '../../domain/link.js';
import type { ReplayWish } from '../../domain/profile-wish.js';
import type { SourceText } from '../../domain/site.js';
import type { Summary, Trace } from '../../domain/trace.js';
import type {
  DistantRequest,
  ExplainResult,
  Feed,
  FeedCapability,
  FeedStatus,
  Headlines,
  ListQuery,
  ListStats,
  ReplayResult,
  RouteRow,
  Sort,
  StatementPoint,
  TrialResult,
} from '../../feed/feed.js';
import type { WatchListener } from '../../feed/watch-listener.js';
import type { Verification } from '../../insight/verify/verdicts.js';
import { readEvents, type ServerEvent } from './event-stream.js';
import { readWatch } from './watch-lines.js';

/** ms until the next attempt, after the first, second … that failed. */
const RETRY_MS = [500, 1000, 2000, 4000];

/** Why the page is cut off while no run answers. */
export const RUN_ENDED =
  'This run has ended, or does not answer. What is loaded stays; `scooby open` shows all that is stored.';

/** The server refused a call, or it could not do what was asked; `message` is for the user. */
export class FeedError extends Error {
  override name = 'FeedError';
  readonly status: number;

  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}

/** A call of the feed: its name and arguments. */
export type FeedQuestion = [method: string, ...args: unknown[]];

/** Where the feed is, and what opens it. */
export interface HttpFeedOptions {
  /** Origin of the server; by default that of the page. */
  base?: string;
  /** The page's half of the session. */
  key: string;
  /** Calls that are made at once: their answers are those of the next equal calls. */
  first?: FeedQuestion[];
}

/**
 * Connects to the server of this page; resolves once its status is known. Rejects with a FeedError
 * when the page was not opened by its link, or the server is gone.
 */
export async function connectFeed({ base = '', key, first = [] }: HttpFeedOptions): Promise<Feed> {
  const feed = new HttpFeed(base, key, first);
  try {
    await feed.connected();
    return feed;
  } catch (error) {
    feed.close();
    throw error;
  }
}

class HttpFeed implements Feed {
  readonly #base: string;
  readonly #key: string;
  readonly #listeners = new Set<() => void>();
  readonly #first: Promise<void>;
  /** Answers that nothing has called for yet, by call; what has changed since is asked anew. */
  readonly #answers = new Map<string, Promise<unknown>>();
  #status: FeedStatus = { live: false };
  /** Status as last sent by the server, without the trouble of a lost connection. */
  #sent: FeedStatus = { live: false };
  #lastId: string | undefined;
  #failures = 0;
  #stream: AbortController | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isClosed = false;
  // Members that exist only where the server's feed has them.
  declare replay?: NonNullable<Feed['replay']>;
  declare record?: NonNullable<Feed['record']>;
  declare restart?: NonNullable<Feed['restart']>;
  declare explain?: NonNullable<Feed['explain']>;
  declare verify?: NonNullable<Feed['verify']>;
  declare tryLoop?: NonNullable<Feed['tryLoop']>;
  declare maskedValues?: NonNullable<Feed['maskedValues']>;
  declare watch?: NonNullable<Feed['watch']>;

  constructor(base: string, key: string, first: FeedQuestion[]) {
    this.#base = base;
    this.#key = key;
    this.#first = this.#open();
    for (const [method, ...args] of first) {
      const answer = this.#ask(method, args);
      // Reported by the call that takes it.
      answer.catch(() => {});
      this.#answers.set(JSON.stringify([method, args]), answer);
    }
    // Reported by connected(); until somebody asks it is no unhandled rejection.
    this.#first.catch(() => {});
    globalThis.document?.addEventListener('visibilitychange', this.#onVisibility);
  }

  /** A browser has six connections to a host: a hidden page gives its own back. */
  readonly #onVisibility = () => {
    if (document.hidden) this.#stream?.abort();
    else this.#reconnect(0);
  };

  #reconnect(delay: number): void {
    clearTimeout(this.#timer);
    if (this.#isClosed || this.#stream !== undefined || globalThis.document?.hidden) return;
    this.#timer = setTimeout(() => void this.#open().catch(() => {}), delay);
  }

  /** Opens the stream of events; resolves with the first status, rejects where there is none. */
  #open(): Promise<void> {
    const stream = new AbortController();
    this.#stream = stream;
    return new Promise((resolve, reject) => {
      void this.#follow(stream.signal, resolve)
        .catch((error: unknown) => error)
        .then((error) => {
          if (this.#stream === stream) this.#stream = undefined;
          if (this.#isClosed) return;
          if (!stream.signal.aborted) this.#lost(error);
          reject(error instanceof Error ? error : new FeedError(RUN_ENDED, 0));
          this.#reconnect(RETRY_MS[Math.min(this.#failures++, RETRY_MS.length - 1)]!);
        });
    });
  }

  async #follow(signal: AbortSignal, onStatus: () => void): Promise<void> {
    const lastId = this.#lastId === undefined ? {} : { 'Last-Event-ID': this.#lastId };
    const response = await this.#fetch('/events', { headers: { ...this.#headers(), ...lastId }, signal });
    if (!response.ok || response.body === null) throw await errorOf(response);
    for await (const event of readEvents(response.body)) {
      this.#failures = 0;
      this.#received(event);
      if (event.name === 'status') onStatus();
    }
  }

  #received({ name, data, id }: ServerEvent): void {
    this.#lastId = id ?? this.#lastId ?? '0';
    if (name === 'hello') return this.#setCapabilities(JSON.parse(data).capabilities);
    if (name === 'status') this.#status = this.#sent = JSON.parse(data) as FeedStatus;
    if (name === 'change') this.#answers.clear();
    if (name === 'status' || name === 'change') this.#notify();
  }

  #setCapabilities(capabilities: FeedCapability[]): void {
    const has = (name: FeedCapability) => capabilities.includes(name);
    if (has('replay')) {
      this.replay = (trace: Trace, url?: string, wish?: ReplayWish) =>
        this.#call<ReplayResult>('replay', trace.id, url ?? null, wish ?? null);
      this.verify = (trace: Trace) => this.#call<Verification>('verify', trace.id);
    }
    if (has('record')) this.record = (recording: Recording) => this.#call<void>('record', recording);
    if (has('restart')) this.restart = () => this.#call<void>('restart');
    if (has('explain'))
      this.explain = (trace: Trace, span: number) => this.#call<ExplainResult>('explain', trace.id, span);
    if (has('tryLoop')) {
      this.tryLoop = (trace: Trace, spans: number[], given?: Record<string, string>) =>
        this.#call<TrialResult>('tryLoop', trace.id, spans, given ?? null);
      this.maskedValues = (trace: Trace, spans: number[]) =>
        this.#call<string[]>('maskedValues', trace.id, spans);
    }
    if (has('watch')) this.watch = (trace, listener, signal) => this.#watch(trace, listener, signal);
  }

  #lost(error: unknown): void {
    const trouble = error instanceof FeedError && error.status === 401 ? error.message : RUN_ENDED;
    if (this.#status.trouble === trouble && !this.#status.live) return;
    this.#status = { ...this.#sent, live: false, trouble };
    this.#notify();
  }

  #notify(): void {
    for (const listener of this.#listeners) listener();
  }

  #headers(): Record<string, string> {
    return { 'X-Scooby-Key': this.#key };
  }

  async #fetch(path: string, init: RequestInit): Promise<Response> {
    try {
      return await fetch(`${this.#base}${path}`, { credentials: 'same-origin', cache: 'no-store', ...init });
    } catch {
      // "Failed to fetch" says nothing to the user.
      throw new FeedError(RUN_ENDED, 0);
    }
  }

  async #watch(trace: Trace, listener: WatchListener, signal: AbortSignal): Promise<void> {
    const response = await this.#post('/api/watch', [trace.id], signal);
    if (response.body) await readWatch(response.body, listener);
  }

  #call<T>(method: string, ...args: unknown[]): Promise<T> {
    const key = JSON.stringify([method, args]);
    const answer = this.#answers.get(key) ?? this.#ask(method, args);
    this.#answers.delete(key);
    return answer as Promise<T>;
  }

  async #ask(method: string, args: unknown[]): Promise<unknown> {
    return (await this.#post(`/api/feed/${method}`, args)).json();
  }

  async #post(path: string, args: unknown[], signal?: AbortSignal): Promise<Response> {
    const response = await this.#fetch(path, {
      method: 'POST',
      headers: { ...this.#headers(), 'Content-Type': 'application/json' },
      body: JSON.stringify(args),
      ...(signal && { signal }),
    });
    if (!response.ok) throw await errorOf(response);
    return response;
  }

  status(): FeedStatus {
    return this.#status;
  }

  connected(): Promise<void> {
    return this.#first;
  }

  stats(): Promise<ListStats> {
    return this.#call('stats');
  }

  count(listQuery: ListQuery): Promise<number> {
    return this.#call('count', listQuery);
  }

  countNewer(listQuery: ListQuery): Promise<number> {
    return this.#call('countNewer', listQuery);
  }

  page(listQuery: ListQuery, sort: Sort, offset: number, limit: number): Promise<Summary[]> {
    return this.#call('page', listQuery, sort, offset, limit);
  }

  position(listQuery: ListQuery, sort: Sort, id: string): Promise<number> {
    return this.#call('position', listQuery, sort, id);
  }

  routes(listQuery: ListQuery): Promise<RouteRow[]> {
    return this.#call('routes', listQuery);
  }

  async find(id: string): Promise<Trace | undefined> {
    return (await this.#call<Trace | null>('find', id)) ?? undefined;
  }

  headlines(ids: string[]): Promise<Headlines> {
    return this.#call('headlines', ids);
  }

  children(id: string): Promise<Summary[]> {
    return this.#call('children', id);
  }

  history(key: string): Promise<StatementPoint[]> {
    return this.#call('history', key);
  }

  async whatIf(trace: Trace, ms: number): Promise<DistantRequest | undefined> {
    return (await this.#call<DistantRequest | null>('whatIf', trace.id, ms)) ?? undefined;
  }

  async source(hash: string): Promise<SourceText | undefined> {
    return (await this.#call<SourceText | null>('source', hash)) ?? undefined;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#stream?.abort();
    globalThis.document?.removeEventListener('visibilitychange', this.#onVisibility);
    this.#listeners.clear();
  }
}

async function errorOf(response: Response): Promise<FeedError> {
  const { error } = (await response.json().catch(() => ({}))) as { error?: string };
  return new FeedError(error ?? `The server answered ${response.status}.`, response.status);
}
