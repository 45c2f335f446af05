/** Requests of the page: its own and the fetches that follow, with their figures as these come in. */

import { type Figures, headFigures, outlineFigures, requestIdOf, type TimingEntry } from './figures.js';

/** A request of the page. */
export interface WatchedRequest {
  id: string;
  /** Path and query. */
  path: string;
  figures: Figures;
}

/** A request of which an outline is to be fetched. */
interface Awaited {
  request: WatchedRequest;
  attempts: number;
}

const MAX_REQUESTS = 50;
/** ms to wait before the next attempt: a request may still be running. */
const RETRY_MS = [0, 500, 2000, 8000];

/** Follows them; calls `onChange` when something of them has changed. */
export class WatchedRequests {
  readonly page: WatchedRequest;
  readonly fetches: WatchedRequest[] = [];
  /** Fetches beyond those that are listed. */
  more = 0;
  readonly #known = new Set<string>();
  readonly #fetchOutline: ((id: string) => Promise<unknown>) | undefined;
  readonly #onChange: () => void;
  readonly #waiting: Awaited[] = [];
  #isPaused = false;
  #isFetching = false;

  /** `fetchOutline` is missing where the page's policy forbids it to connect. */
  constructor(
    page: WatchedRequest,
    fetchOutline: ((id: string) => Promise<unknown>) | undefined,
    onChange: () => void,
  ) {
    this.page = page;
    this.#fetchOutline = fetchOutline;
    this.#onChange = onChange;
    this.#known.add(page.id);
    this.#await({ request: page, attempts: 0 });
  }

  /** Sets what the head of the page says, unless more is known. */
  setHead(entries: readonly TimingEntry[]): void {
    if (this.page.figures.ms === undefined) this.page.figures = headFigures(entries);
  }

  /** Adds a resource of the page, if it is a request that scooby has recorded. */
  add(url: string, entries: readonly TimingEntry[]): void {
    const id = requestIdOf(entries);
    if (id === undefined || this.#known.has(id)) return;
    if (this.fetches.length >= MAX_REQUESTS) {
      this.more++;
      return this.#onChange();
    }
    this.#known.add(id);
    const request = { id, path: pathOf(url), figures: headFigures(entries) };
    this.fetches.push(request);
    this.#await({ request, attempts: 0 });
    this.#onChange();
  }

  /** While it is paused, nothing is fetched. */
  pause(isPaused: boolean): void {
    this.#isPaused = isPaused;
    if (!isPaused) void this.#fetchNext();
  }

  #await(awaited: Awaited): void {
    const delay = RETRY_MS[awaited.attempts];
    if (this.#fetchOutline === undefined || delay === undefined) return;
    setTimeout(() => {
      this.#waiting.push(awaited);
      void this.#fetchNext();
    }, delay);
  }

  /** One at a time: the page's own requests go first. */
  async #fetchNext(): Promise<void> {
    if (this.#isPaused || this.#isFetching) return;
    const awaited = this.#waiting.shift();
    if (awaited === undefined) return;
    this.#isFetching = true;
    const { request, attempts } = awaited;
    const outline = await this.#fetchOutline!(request.id).catch(() => undefined);
    this.#isFetching = false;
    const figures = outlineFigures(outline);
    if (figures === undefined) this.#await({ request, attempts: attempts + 1 });
    else {
      request.figures = figures;
      this.#onChange();
    }
    void this.#fetchNext();
  }
}

function pathOf(url: string): string {
  return url.replace(/^[a-z]+:\/\/[^/?#]*/i, '').replace(/#.*/s, '') || '/';
}
