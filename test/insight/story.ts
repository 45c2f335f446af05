/** Tells what a request did, call by call, with a clock: the traces that rules are tried on. */

import {
  type Finding,
  type Frame,
  type RecordedSpan,
  type RecordedTrace,
  totalsOf,
} from '../../src/domain/trace.js';
import type { ReadLine } from '../../src/insight/calls/wrapper-line.js';
import { finishTrace, type JudgeOptions } from '../../src/insight/judge.js';
import { aTrace } from '../factory.js';

/** How a call differs from an ordinary one; `at` is `file:line function`, innermost first, packages as `knex`. */
export interface How {
  at?: string | string[];
  params?: unknown;
  rows?: number;
  ms?: number;
  wait?: number;
  library?: string;
  error?: string;
  detail?: Record<string, unknown>;
}

/** Answers a stack from its short form. */
export function stackOf(at: string | string[]): Frame[] {
  return [at].flat().map((text) => {
    const found = /^(.+):(\d+)(?: (.+))?$/.exec(text);
    if (!found) {
      return {
        function: 'query',
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

/** A request that is being told. */
export class Story {
  now = 1;
  readonly spans: RecordedSpan[] = [];
  readonly #defaults: How;

  constructor(defaults: How = {}) {
    this.#defaults = defaults;
  }

  /** A SQL statement; the clock goes on to its end. */
  sql(name: string, how: How = {}): this {
    return this.#call('sql', 'pg', name, how);
  }

  cache(name: string, how: How = {}): this {
    const [command = '', ...keys] = name.split(' ');
    return this.#call('cache', 'memcached', name, { ...how, detail: { command, keys, ...how.detail } });
  }

  rpc(name: string, how: How = {}): this {
    return this.#call('rpc', 'thrift', name, how);
  }

  http(name: string, how: How = {}): this {
    return this.#call('http', 'http', name, how);
  }

  block(how: How = {}): this {
    return this.#call('block', 'node', 'event loop', how);
  }

  /** Time in which nothing happens. */
  idle(ms: number): this {
    this.now += ms;
    return this;
  }

  /** The same for each, one after the other. */
  each<T>(items: readonly T[], tell: (story: this, item: T, index: number) => void): this {
    for (const [index, item] of items.entries()) tell(this, item, index);
    return this;
  }

  /** The same for each, all begun at once. */
  all<T>(items: readonly T[], tell: (story: this, item: T, index: number) => void): this {
    const start = this.now;
    let end = start;
    items.forEach((item, index) => {
      this.now = start + index * 0.02;
      tell(this, item, index);
      end = Math.max(end, this.now);
    });
    this.now = end;
    return this;
  }

  /** Answers the request, over a moment after its last call. */
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

  #call(kind: string, library: string, name: string, given: How): this {
    const how = { at: 'src/orders.js:10 listOrders', ms: 1, ...this.#defaults, ...given };
    const detail = { ...(how.params !== undefined && { params: how.params }), ...how.detail };
    this.spans.push({
      kind,
      library: how.library ?? library,
      name,
      start: this.now,
      duration: how.ms,
      ...(Object.keys(detail).length > 0 && { detail }),
      ...(how.wait !== undefined && { wait: how.wait }),
      ...(how.rows !== undefined && { rows: how.rows }),
      ...(how.error !== undefined && { error: how.error }),
      stack: stackOf(how.at),
    });
    this.now += how.ms + (how.wait ?? 0) + 0.1;
    return this;
  }
}

/** Answers what is wrong with a trace, which stays as it was. */
export function judge(
  trace: RecordedTrace,
  { lineOf = () => undefined, ...config }: JudgeOptions & { lineOf?: ReadLine } = {},
): Finding[] {
  return finishTrace({ ...trace, spans: trace.spans.map((span) => ({ ...span })) }, lineOf, config).findings;
}

/** Answers 1, 2, … n. */
export function upTo(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i + 1);
}
