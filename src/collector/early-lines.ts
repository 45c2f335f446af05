/** Lines of requests that the proxy has not reported yet: its reports come in batches. */

import type { LinkLine } from '../domain/link.js';
import type { AppIdentity } from './link-server.js';
import { sizeOfValue } from './open-trace.js';

/** A line and the process that has written it. */
export interface EarlyLine {
  process: AppIdentity;
  line: LinkLine;
}

/** ms after which the proxy will not report the request any more: the line came too late for it. */
const MAX_AGE_MS = 10_000;
/** Characters of all lines. */
const MAX_SIZE = 32 * 1024 * 1024;

interface EarlyRequest {
  lines: EarlyLine[];
  size: number;
  at: number;
}

/** Lines by request, the oldest request first. */
export class EarlyLines {
  #requests = new Map<string, EarlyRequest>();
  #size = 0;

  add(id: string, early: EarlyLine): void {
    const now = performance.now();
    const size = sizeOfValue(early.line);
    let request = this.#requests.get(id);
    if (request === undefined) this.#requests.set(id, (request = { lines: [], size: 0, at: now }));
    request.lines.push(early);
    request.size += size;
    this.#size += size;
    this.#forget(now);
  }

  /** Removes and returns the lines of a request, in their order. */
  take(id: string): EarlyLine[] {
    const request = this.#requests.get(id);
    if (request === undefined) return [];
    this.#requests.delete(id);
    this.#size -= request.size;
    return request.lines;
  }

  #forget(now: number): void {
    for (const [id, { size, at }] of this.#requests) {
      if (now - at < MAX_AGE_MS && (this.#size <= MAX_SIZE || this.#requests.size === 1)) return;
      this.#requests.delete(id);
      this.#size -= size;
    }
  }
}
