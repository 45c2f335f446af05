/**
 * Times of the store: saving requests, and listing among a million. Usage: node bench/store.mjs
 * [rows]
 */

import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { parseFilter } from '../dist/src/domain/filter.js';
import { samplesOf } from '../dist/src/insight/metrics/samples.js';
import { SqliteStore } from '../dist/src/store/sqlite.js';
import { aFrame, aLibraryFrame, aSpan, aTrace } from '../dist/test/factory.js';

const rows = Number(process.argv[2] ?? 1_000_000);
const folder = mkdtempSync(join(tmpdir(), 'scooby-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true }));

const connect = (path, options) => new Sqlite(path, options);

function open(name, maxSize) {
  const path = join(folder, name);
  return new SqliteStore({ connect, path, ttl: 86_400_000, maxSize, warn: console.error, samplesOf });
}

async function measure(label, times, work) {
  const durations = [];
  for (let n = 0; n < times; n++) {
    const begun = performance.now();
    await work(n);
    durations.push(performance.now() - begun);
  }
  durations.sort((a, b) => a - b);
  const at = (share) =>
    durations[Math.min(durations.length - 1, Math.floor(durations.length * share))].toFixed(2).padStart(8);
  console.log(`${label.padEnd(52)} p50 ${at(0.5)}ms   p99 ${at(0.99)}ms   max ${at(1)}ms`);
  return durations.reduce((sum, one) => sum + one, 0);
}

const stack = [
  ...Array.from({ length: 4 }, aLibraryFrame),
  ...Array.from({ length: 6 }, (_, n) => aFrame({ line: n + 1 })),
];
const requestOf = (spans, start = Date.now()) =>
  aTrace({
    start,
    url: `/orders/${start % 997}`,
    spans: Array.from({ length: spans }, (_, n) => aSpan({ start: n, stack })),
  });

for (const spans of [0, 20, 200]) {
  const store = open(`save-${spans}.db`, 64 << 20);
  const traces = Array.from({ length: 2000 }, () => requestOf(spans));
  const one = await measure(`save, ${spans} spans of 10 frames`, 1000, (n) => store.saveAll([traces[n]]));
  const many = await measure(`saveAll of 20, ${spans} spans of 10 frames`, 50, (n) =>
    store.saveAll(traces.slice(1000 + n * 20, 1020 + n * 20)),
  );
  console.log(
    `${''.padEnd(52)} ${Math.round(1e6 / one)} saves/s one by one, ${Math.round(1e6 / many)} saves/s by 20`,
  );
  store.close();
}

const selection = (filter) => ({ query: parseFilter(filter).query });
const store = open('million.db', 4e9);
const first = Date.now() - rows;
const begun = performance.now();
for (let n = 0; n < rows; n += 1000) {
  const batch = Array.from({ length: Math.min(1000, rows - n) }, (_, i) => {
    const trace = requestOf(0, first + n + i);
    trace.status = (n + i) % 5000 === 0 ? 500 : 200;
    trace.duration = (n + i) % 1000;
    return trace;
  });
  store.saveAll(batch);
}
const size = statSync(join(folder, 'million.db')).size / 1e6;
console.log(
  `${rows} requests saved in ${((performance.now() - begun) / 1000).toFixed(1)}s, ${Math.round(size)} MB`,
);
await measure('list: newest 20', 50, () => store.recent({}, 20));
await measure('list: newest 20 before the middle', 50, () => store.recent({ before: first + rows / 2 }, 20));
await measure('list: --status 5xx (1 of 5000)', 20, () => store.recent(selection('status:5xx'), 20));
await measure('list: --status 404 (none)', 5, () => store.recent(selection('status:404'), 20));
await measure('list: --slower 2s (none)', 5, () => store.recent(selection('slower:2s'), 20));
await measure('list: --path nowhere (none)', 5, () => store.recent(selection('path:nowhere'), 20));
await measure('ids by a prefix of 8', 50, (n) => store.idsWith(n.toString(16).padStart(8, '0'), 10));
await measure('ids by a prefix of 1', 5, () => store.idsWith('a', 10));
const { id } = (await store.recent({}, 1))[0];
await measure('find', 50, () => store.find(id));
store.close();
const reader = await measure('open and list newest 20, a new connection', 10, async () => {
  const reopened = open('million.db', 4e9);
  await reopened.recent({}, 20);
  reopened.close();
});
console.log(`${''.padEnd(52)} ${(reader / 10).toFixed(1)}ms on average`);
