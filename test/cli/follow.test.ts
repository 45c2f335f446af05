import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'tap';
import { followStore } from '../../src/cli/follow.js';
import type { FilterQuery } from '../../src/domain/filter.js';
import type { Summary } from '../../src/domain/trace.js';
import { MemoryStore } from '../../src/store/memory.js';
import { openStore } from '../../src/store/open.js';
import { aSpan, aTrace } from '../factory.js';
import { PROGRAM, until } from '../scooby.js';

test('list --follow: the last requests, then each that is saved, whenever it began', async (t) => {
  const db = join(t.testdir(), 'scooby.db');
  const store = await openStore({ db, cwd: '/' }, t.fail);
  t.teardown(() => store.close());
  const start = Date.now();
  const save = (url: string, more = {}) => store.saveAll([aTrace({ url, start, duration: 13, ...more })]);
  save('/first');
  save('/health');
  save('poll', { method: 'tick' });
  save('sync', { method: 'tick', state: 'failed' });
  const { FORCE_COLOR: _, ...env } = process.env;
  const args = [PROGRAM, 'list', '-f', '!health', '--db', db];
  const child = spawn(process.execPath, args, { env });
  t.teardown(() => child.kill('SIGKILL'));
  const lines: string[] = [];
  createInterface(child.stdout).on('line', (line) => lines.push(line));
  let remarks = '';
  child.stderr.on('data', (data) => {
    remarks += data;
  });
  await until(() => lines.length === 2, 'the stored requests');
  save('/slow', { id: 'abcdef01-1', start: start - 60_000, duration: 60_000, spans: [aSpan()] });
  save('/health');
  store.saveAll([aTrace({ url: '/x' }), aTrace({ url: '/y' })]);
  await until(
    () => lines.length === 5,
    () => lines.join('\n'),
  );
  t.match(lines[0], /^\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d) {2}[\da-f]{8} {2}GET \/first {2}200 {2}13ms$/);
  t.match(lines[1], /tick sync {2}failed/);
  t.match(
    lines[2],
    /^\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d) {2}abcdef01 {2}GET \/slow {2}200 {2}1m 00s {2}1 sql 2\.0ms$/,
  );
  t.match(lines.slice(3), [/GET \/x /, /GET \/y /]);
  t.equal(remarks, 'Ticks with nothing to tell are not listed; see them with: scooby list unit:tick\n');
  child.kill('SIGINT');
  t.same(await once(child, 'close'), [null, 'SIGINT']);
});

test('list --follow with --by is wrong usage', async (t) => {
  const child = spawn(process.execPath, [PROGRAM, 'list', '--follow', '--by', 'run']);
  let err = '';
  child.stderr.on('data', (data) => {
    err += data;
  });
  t.same(await once(child, 'close'), [2, null]);
  t.equal(err, 'scooby: --follow lists requests: leave --by out.\n');
});

test('a store that is no file is followed by its changes, filtered by the store', async (t) => {
  const store = new MemoryStore({ ttl: 1e9, maxSize: 1e7 });
  const at = (url: string) => aTrace({ url, start: Date.now() });
  store.saveAll([at('/a'), at('/other')]);
  const query: FilterQuery = [[{ field: 'path', op: ':', value: '/a', not: false }]];
  const printed: string[] = [];
  const controller = new AbortController();
  const print = (requests: Summary[]) => {
    printed.push(...requests.map(({ url }) => url));
    if (printed.length === 1) store.saveAll([at('/other'), at('/a2')]);
    else controller.abort();
  };
  // What waits for changes keeps no process alive.
  const alive = setInterval(() => {}, 1000);
  await followStore(store, query, 10, { print, unlisted: () => {} }, controller.signal);
  clearInterval(alive);
  t.same(printed, ['/a', '/a2']);
});
