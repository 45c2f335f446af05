/** Spans of requests that are not known yet: another process of the app is about to tell of them. */

import type { LinkLine } from '../domain/link.js';
import type { AppProcess } from './app-process.js';

export type SpanLine = Extract<LinkLine, { t: 'span' }>;

interface EarlySpan {
  process: AppProcess;
  line: SpanLine;
}

const MAX_SPANS = 2000;
/** Lines are read every 40 ms, those of all processes in turn. */
const WAIT_MS = 500;

/** Spans by the id of their request; those that wait in vain are passed to `onGivenUp`. */
export class EarlySpans {
  #byId = new Map<string, EarlySpan[]>();
  #count = 0;
  #timer: NodeJS.Timeout | undefined;
  #onGivenUp: (process: AppProcess, line: SpanLine) => void;

  constructor(onGivenUp: (process: AppProcess, line: SpanLine) => void) {
    this.#onGivenUp = onGivenUp;
  }

  /** Keeps a span until its request is opened; false if there are too many. */
  add(id: string, process: AppProcess, line: SpanLine): boolean {
    if (this.#count >= MAX_SPANS) return false;
    this.#count++;
    this.#byId.set(id, [...(this.#byId.get(id) ?? []), { process, line }]);
    this.#timer ??= setTimeout(() => this.flush(), WAIT_MS);
    return true;
  }

  /** Takes the spans of a request that has been opened. */
  take(id: string): EarlySpan[] {
    const spans = this.#byId.get(id) ?? [];
    this.#byId.delete(id);
    this.#count -= spans.length;
    return spans;
  }

  /** Removes a span that turned out to be part of another span. */
  remove(id: string, process: AppProcess, n: number): void {
    const spans = this.#byId.get(id);
    if (spans === undefined) return;
    const others = spans.filter((span) => span.process !== process || span.line.n !== n);
    this.#count -= spans.length - others.length;
    this.#byId.set(id, others);
  }

  /** Gives up all spans. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const spans = [...this.#byId.values()].flat();
    this.#byId.clear();
    this.#count = 0;
    for (const { process, line } of spans) this.#onGivenUp(process, line);
  }
}
