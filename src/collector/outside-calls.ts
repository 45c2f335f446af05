/** The calls that each process makes outside of requests: one trace a process, of the newest of them. */

import { randomUUID } from 'node:crypto';
import type { LinkLine } from '../domain/link.js';
import { addToTotals, roundToMicros } from '../domain/trace.js';
import type { AppProcess } from './app-process.js';
import { assignProcess, emptyTrace, OpenTrace, sizeOfSpan } from './open-trace.js';

const MAX_SPANS = 1000;
/** Size of their texts, in characters. */
const MAX_SIZE = 16 * 1024 * 1024;

/** Traces of the calls outside requests, by process. No line names their ids. */
export class OutsideCalls {
  readonly #traces = new Map<AppProcess, OpenTrace>();

  /** Adds a call, and returns the trace that it is in; undefined while it runs: it is sent again at its end. */
  add(process: AppProcess, line: Extract<LinkLine, { t: 'span' }>): OpenTrace | undefined {
    const openTrace = this.#traces.get(process) ?? this.#open(process, line.at);
    const { trace } = openTrace;
    const span = process.toSpan(line, trace.start);
    if (span.duration === undefined) return undefined;
    addToTotals(trace.totals, span);
    trace.spans.push(span);
    trace.duration = roundToMicros(span.start + span.duration);
    openTrace.size += sizeOfSpan(span);
    while (trace.spans.length > MAX_SPANS || openTrace.size > MAX_SIZE) {
      openTrace.size -= sizeOfSpan(trace.spans.shift()!);
      trace.dropped = (trace.dropped ?? 0) + 1;
    }
    return openTrace;
  }

  get(process: AppProcess): OpenTrace | undefined {
    return this.#traces.get(process);
  }

  /** Forgets a process that has exited, and returns its trace. */
  take(process: AppProcess): OpenTrace | undefined {
    const openTrace = this.#traces.get(process);
    this.#traces.delete(process);
    return openTrace;
  }

  #open(process: AppProcess, at: number): OpenTrace {
    const start = process.toEpochMs(at);
    const about = { id: randomUUID(), method: '', url: 'outside requests', start, outside: true };
    const openTrace = new OpenTrace(emptyTrace(about), 'none');
    assignProcess(openTrace, process);
    this.#traces.set(process, openTrace);
    return openTrace;
  }
}
