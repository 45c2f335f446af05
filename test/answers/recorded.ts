/** Records requests as a run does, from the lines of the link to the store: the calls are made up, the rest is real. */

import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Collector } from '../../src/collector/collector.js';
import type { AppConnection } from '../../src/collector/link-server.js';
import type { Trace } from '../../src/domain/trace.js';
import { describeStored } from '../../src/insight/calls/describe.js';
import { finishTrace } from '../../src/insight/judge.js';
import { samplesOf } from '../../src/insight/metrics/samples.js';
import { openStore } from '../../src/store/open.js';
import type { Store } from '../../src/store/store.js';
import { SOURCES } from './sources.js';

/** A call; `at` are its frames, innermost first: `src/db.js:3 query`, and packages by their names. */
export interface MadeCall {
  name: string;
  at: string[];
  params?: unknown[];
  kind?: string;
  library?: string;
  /** ms from the request's start. */
  start: number;
  duration?: number;
  wait?: number;
  rows?: number;
  error?: string;
  /** It is told when the trace has been finished. */
  late?: boolean;
}

/** A request that has been recorded. */
export interface Recorded {
  store: Store;
  /** As the store has it. */
  trace: Trace;
}

interface Test {
  testdir(): string;
  teardown(fn: () => unknown): unknown;
  fail(message: string): unknown;
}

/** Records one request that makes these calls, into a database of its own. */
export async function record(t: Test, name: string, calls: MadeCall[]): Promise<Recorded> {
  const project = join(t.testdir(), name.replaceAll(/\W+/g, '-'));
  for (const [file, text] of Object.entries(SOURCES)) {
    mkdirSync(dirname(join(project, file)), { recursive: true });
    writeFileSync(join(project, file), text);
  }
  const run = { key: name, start: Date.now(), command: 'node app.js' };
  const options = {
    db: join(project, 'scooby.db'),
    cwd: project,
    samplesOf,
    run,
    describe: describeStored,
  };
  const store = await openStore(options, (message) => void t.fail(message));
  t.teardown(() => store.close());
  const id = await collect(project, store, calls);
  return { store, trace: (await store.find(id))! };
}

async function collect(project: string, store: Store, calls: MadeCall[]): Promise<string> {
  const collector = new Collector({
    ...{ project, agent: '/agent.cjs', record: 'all', readSoon: () => {} },
    saveSource: (source) => store.saveSource(source),
    finish: finishTrace,
  });
  collector.on('trace', (trace) => store.saveAll([trace]));
  const id = randomUUID();
  const start = Date.now() - 1000;
  const told = { pid: 7, command: 'node app.js', cwd: project, node: process.version, thread: 0 };
  const peer: AppConnection = { ppid: 1, ...told, origin: start, send: () => {} };
  const duration = Math.max(...calls.map((call) => call.start + (call.wait ?? 0) + (call.duration ?? 1))) + 2;
  collector.connected(peer);
  collector.requestStarted({ id, method: 'GET', url: '/orders', start, headers: [], marked: false });
  const link = new Link(collector, peer, id, project);
  for (const call of calls.filter(({ late }) => !late)) link.tell(call);
  collector.lineReceived(peer, { t: 'close', id, at: duration * 1000, status: 200, route: '/orders' });
  collector.requestEnded({ id, duration, status: 200, headers: [], reached: true });
  const late = calls.filter((call) => call.late);
  for (const call of late) link.tell(call);
  if (late.length > 0) await once(collector, 'trace');
  collector.finishAll();
  return id;
}

/** Tells calls as a process of the app does: each frame and each stack once, by its number. */
class Link {
  readonly #collector: Collector;
  readonly #peer: AppConnection;
  readonly #id: string;
  readonly #project: string;
  readonly #frames = new Map<string, number>();
  readonly #stacks = new Map<string, number>();
  #calls = 0;

  constructor(collector: Collector, peer: AppConnection, id: string, project: string) {
    this.#collector = collector;
    this.#peer = peer;
    this.#id = id;
    this.#project = project;
  }

  tell({ name, at, params, kind = 'sql', library = 'pg', start, duration = 1, ...rest }: MadeCall): void {
    const { late: _, wait, ...told } = rest;
    this.#collector.lineReceived(this.#peer, {
      ...{ t: 'span', id: this.#id, n: ++this.#calls, kind, library, name, stack: this.#stack(at) },
      ...{ at: start * 1000, duration: duration * 1000, ...told },
      ...(wait !== undefined && { wait: wait * 1000 }),
      ...(params && { detail: { params } }),
    });
  }

  #stack(at: string[]): number {
    const frames = at.map((text) => this.#frame(text));
    const key = frames.join();
    const known = this.#stacks.get(key);
    if (known !== undefined) return known;
    const n = this.#stacks.size + 1;
    this.#stacks.set(key, n);
    this.#collector.lineReceived(this.#peer, { t: 'stack', n, frames });
    return n;
  }

  #frame(text: string): number {
    const known = this.#frames.get(text);
    if (known !== undefined) return known;
    const n = this.#frames.size + 1;
    this.#frames.set(text, n);
    const { name, file, line, column } = placeOf(text);
    this.#collector.lineReceived(this.#peer, {
      t: 'frames',
      frames: [[n, name, join(this.#project, file), line, column]],
    });
    return n;
  }
}

// The column is where the line calls, as V8 has it: at the name that stands before the first bracket after `await` or `=>`.
function placeOf(text: string): { name: string; file: string; line: number; column: number } {
  const found = /^(.+):(\d+) (\S+)$/.exec(text);
  if (!found) return { name: 'query', file: `node_modules/${text}/index.js`, line: 1, column: 1 };
  const [, file = '', line = '', name = ''] = found;
  const source = SOURCES[file]!.split('\n')[Number(line) - 1]!;
  const column = source.indexOf('/*here*/') + '/*here*/'.length + 1;
  if (column < 9) throw new Error(`no /*here*/ in ${text}`);
  return { name, file, line: Number(line), column };
}
