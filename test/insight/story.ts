/** Story: builds the trace of a request call by call, with a clock, for tests of the rules. */

import {
  type Finding,
  type Frame,
  type RecordedSpan,
  type RecordedTrace,
  totalsOf,
} from '../../src/domain/trace.js';
import type { ReadLine } from '../../src/insight/calls/loop-line.js';
import { finishTrace, type JudgeOptions } from '../../src/insight/judge.js';
import { aTrace } from '../factory.js';

/** Options of a call; `at` is its stack as `file:line function`, innermost first, packages as `knex`. */
export interface CallOptions {
  at?: string | string[];
  params?: unknown;
  rows?: number;
  ms?: number;
  wait?: number;
  library?: string;
  error?: string;
  detail?: Record<string, unknown>;
}

/** Stack from its short form. */
export function stackOf(at: string | string[]): Frame[] {
  return [at].flat().map((text) => {
    const found = /^(.+):(\d+)(?: (.+))?$/.exec(text);
    if (!found) {
      return {
        function: 'run',
        file: `node_modules/${text}/index.js`,
        line: 1,
        column: 1,
        application: false,
      };
    }
    const [, file = '', line, fn = 'handler'] = found;
    return { function: fn, file, line: Number(line), column: 9, application: true };
  });
}

/** Builder of a request's trace. */
export class Story {
  now = 1;
  readonly spans: RecordedSpan[] = [];
  readonly #defaults: CallOptions;

  constructor(defaults: CallOptions = {}) {
    this.#defaults = defaults;
  }

  /** Adds a SQL statement; the clock moves to its end. */
  sql(name: string, options: CallOptions = {}): this {
    return this.#call('sql', 'pg', name, options);
  }

  cache(name: string, options: CallOptions = {}): this {
    const [command = '', ...keys] = name.split(' ');
    return this.#call('cache', 'memcached', name, {
      ...options,
      detail: { command, keys, ...options.detail },
    });
  }

  rpc(name: string, options: CallOptions = {}): this {
    return this.#call('rpc', 'thrift', name, options);
  }

  http(name: string, options: CallOptions = {}): this {
    return this.#call('http', 'http', name, options);
  }

  block(options: CallOptions = {}): this {
    return this.#call('block', 'node', 'event loop', options);
  }

  /** Code that is seen while it blocks. */
  seenBlock(name: string, options: CallOptions = {}): this {
    return this.#call('block', 'node', name, { ...options, detail: { captures: 3 } });
  }

  /** Waits for the code of another request. */
  blocked(name: string, options: CallOptions = {}): this {
    return this.#call('blocked', 'node', name, options);
  }

  /** Moves the clock without a call. */
  idle(ms: number): this {
    this.now += ms;
    return this;
  }

  /** Adds calls for each item, one after the other. */
  each<T>(items: readonly T[], addCalls: (story: this, item: T, index: number) => void): this {
    for (const [index, item] of items.entries()) addCalls(this, item, index);
    return this;
  }

  /** Adds calls for each item, begun concurrently. */
  all<T>(items: readonly T[], addCalls: (story: this, item: T, index: number) => void): this {
    const start = this.now;
    let end = start;
    items.forEach((item, index) => {
      this.now = start + index * 0.02;
      addCalls(this, item, index);
      end = Math.max(end, this.now);
    });
    this.now = end;
    return this;
  }

  /** Trace of the request, which ends 2 ms after its last call. */
  trace(more: Partial<RecordedTrace> = {}): RecordedTrace {
    const trace: RecordedTrace = {
      ...aTrace(),
      id: '8c0b0e0e-0f7c-4b52-9a57-2f3a9c1d7e55',
      start: 0,
      duration: this.now + 2,
      ...more,
      spans: this.spans,
      totals: totalsOf(this.spans),
    };
    for (const span of trace.spans) Object.freeze(span);
    return trace;
  }

  #call(kind: string, library: string, name: string, callOptions: CallOptions): this {
    const options = { at: 'src/orders.js:10 listOrders', ms: 1, ...this.#defaults, ...callOptions };
    const detail = { ...(options.params !== undefined && { params: options.params }), ...options.detail };
    this.spans.push({
      kind,
      library: options.library ?? library,
      name,
      start: this.now,
      duration: options.ms,
      ...(Object.keys(detail).length > 0 && { detail }),
      ...(options.wait !== undefined && { wait: options.wait }),
      ...(options.rows !== undefined && { rows: options.rows }),
      ...(options.error !== undefined && { error: options.error }),
      stack: stackOf(options.at),
    });
    this.now += options.ms + (options.wait ?? 0) + 0.1;
    return this;
  }
}

/** Findings of a trace, which is not modified. */
export function judge(
  trace: RecordedTrace,
  { readLine = () => undefined, ...config }: JudgeOptions & { readLine?: ReadLine } = {},
): Finding[] {
  return finishTrace({ ...trace, spans: trace.spans.map((span) => ({ ...span })) }, readLine, config)
    .findings;
}

/** 1, 2, … n. */
export function upTo(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i + 1);
}
