/** The requests of the inspected tab, with what the proxy knows of them as it comes. */

import { type Figures, outlineFigures } from '../badge/figures.js';
import type { HarEntry, Initiator } from './chrome-api.js';
import { type DuplicateFetch, duplicateFetches } from './duplicate-fetches.js';
import type { FrontLine } from './front-line.js';
import { backLineOf, type PanelRequest, panelRequestOf } from './panel-request.js';

/** Older requests are dropped from the list; they stay in the store. */
const MAX_ROWS = 1000;
/** ms to wait before the next attempt: a request may still be running. */
const RETRY_MS = [0, 500, 2000, 8000];
const MAX_PARALLEL = 4;

export type FetchOutline = (origin: string, id: string) => Promise<unknown>;
/** The line of the front end's source that asked. */
export type FindFront = (initiator: Initiator | undefined) => Promise<FrontLine | undefined>;

/** Collects them; calls `onChange` when something has changed. */
export class PanelRequests {
  readonly rows: PanelRequest[] = [];
  readonly #byId = new Map<string, PanelRequest>();
  readonly #fetchOutline: FetchOutline;
  readonly #onChange: () => void;
  readonly #findFront: FindFront | undefined;
  readonly #queue: [row: PanelRequest, attempts: number][] = [];
  #active = 0;

  constructor(fetchOutline: FetchOutline, onChange: () => void, findFront?: FindFront) {
    this.#fetchOutline = fetchOutline;
    this.#findFront = findFront;
    this.#onChange = onChange;
  }

  /** Adds an entry of the network panel, if it passed scooby and is not there yet. */
  add(entry: HarEntry): void {
    const row = panelRequestOf(entry);
    if (row === undefined || this.#byId.has(row.id)) return;
    this.#byId.set(row.id, row);
    this.rows.push(row);
    // An entry comes when its response has ended.
    this.rows.sort((a, b) => a.start - b.start);
    if (this.rows.length > MAX_ROWS) this.#byId.delete(this.rows.shift()!.id);
    this.#await(row, 0);
    void this.#locate(row, entry._initiator);
    this.#onChange();
  }

  async #locate(row: PanelRequest, initiator: Initiator | undefined): Promise<void> {
    const front = await this.#findFront?.(initiator);
    if (front === undefined || front.name === row.front?.name) return;
    row.front = front;
    this.#onChange();
  }

  find(id: string): PanelRequest | undefined {
    return this.#byId.get(id);
  }

  clear(): void {
    this.rows.length = 0;
    this.#queue.length = 0;
    this.#byId.clear();
    this.#onChange();
  }

  /** Duplicates of the page that is shown. */
  duplicates(): DuplicateFetch[] {
    const page = this.rows.at(-1)?.page;
    return duplicateFetches(this.rows.filter((row) => row.page === page));
  }

  /** Asks again for what could not be read. */
  retry(): void {
    for (const row of this.rows) if (row.figures.findings === undefined) this.#await(row, 0);
  }

  #await(row: PanelRequest, attempts: number): void {
    const delay = RETRY_MS[attempts];
    if (delay === undefined) return;
    setTimeout(() => {
      this.#queue.push([row, attempts]);
      this.#fetchNext();
    }, delay);
  }

  #fetchNext(): void {
    while (this.#active < MAX_PARALLEL) {
      const next = this.#queue.shift();
      if (next === undefined) return;
      this.#active++;
      void this.#fetch(...next).finally(() => {
        this.#active--;
        this.#fetchNext();
      });
    }
  }

  async #fetch(row: PanelRequest, attempts: number): Promise<void> {
    const outline = await this.#fetchOutline(row.origin, row.id).catch(() => undefined);
    const figures: Figures | undefined = outlineFigures(outline);
    if (figures === undefined) return this.#await(row, attempts + 1);
    const back = backLineOf(outline);
    Object.assign(row, { figures }, back !== undefined && { back });
    this.#onChange();
  }
}
