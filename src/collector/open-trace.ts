/** One trace while it is being gathered from the proxy and from the app's processes. */

import type { RecordedSpan, RecordedTrace } from '../domain/trace.js';
import { totalsOf } from '../domain/trace.js';
import type { AppProcess } from './app-process.js';

/** A trace, and what is still to come of it. */
export class OpenTrace {
  readonly trace: RecordedTrace;
  /** The proxy opened it, and will end it. */
  readonly proxied: boolean;
  proxyDone = false;
  /** The app was handed the request, as far as the proxy knows. */
  reached = true;
  /** The proxy got no whole answer of the app. */
  unanswered = false;
  appDone = false;
  /** A process ended while this was open: certainly its own, or possibly. */
  died = false;
  mayHaveDied = false;
  finished = false;
  process: AppProcess | undefined;
  timer: NodeJS.Timeout | undefined;
  #numbers = new Map<number, RecordedSpan>();

  constructor(trace: RecordedTrace, proxied: boolean) {
    this.trace = trace;
    this.proxied = proxied;
  }

  /** Takes a span in; one that was told before, while it ran, is replaced. */
  add(n: number, span: RecordedSpan): void {
    const known = this.#numbers.get(n);
    if (known !== undefined) Object.assign(known, span);
    else {
      this.#numbers.set(n, span);
      this.trace.spans.push(span);
    }
  }

  /** Takes a span out again that was part of another one. */
  remove(n: number): void {
    const known = this.#numbers.get(n);
    if (known === undefined) return;
    this.#numbers.delete(n);
    this.trace.spans = this.trace.spans.filter((span) => span !== known);
  }

  /** Answers whether everybody who has something to say of it has said it. */
  complete(): boolean {
    if (this.proxied && !this.proxyDone) return false;
    return this.appDone || this.died || (this.proxied && !this.reached);
  }

  /**
   * Returns the trace as it stands: spans in the order of their calls, totals counted. It is a trace of its own, as a span that
   * comes late is described only when the trace is finished again, and the store may write this one in between.
   */
  close(): RecordedTrace {
    const { trace } = this;
    if (trace.outside) {
      const totals = structuredClone(trace.totals);
      return { ...trace, state: 'done', spans: [...trace.spans], totals };
    }
    const died = this.died || (this.mayHaveDied && !this.appDone && this.unanswered);
    const spans = trace.spans.toSorted((a, b) => a.start - b.start);
    return { ...trace, state: died ? 'died' : 'done', spans, totals: totalsOf(spans) };
  }
}
