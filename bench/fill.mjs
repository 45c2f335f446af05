/**
 * Fills a database with requests of the tests' fictional shop. Usage: node bench/fill.mjs <file>
 * [rows]
 */

import { rmSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import { samplesOf } from '../dist/src/insight/metrics/samples.js';
import { summaryOf } from '../dist/src/store/filter-match.js';
import { SqliteStore } from '../dist/src/store/sqlite.js';
import { ORDERS_SOURCE, traceAt } from '../dist/test/tui/fake.js';

const [path, count = '1000000'] = process.argv.slice(2);
const rows = Number(count);
// All requests have samples, only some keep their calls: complete traces by saved trace.
const completeTraces = new WeakMap();
for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
const store = new SqliteStore({
  connect: (file, options) => new Sqlite(file, options),
  path,
  ttl: 30 * 86_400_000,
  maxSize: 8e9,
  warn: console.error,
  samplesOf: (trace) => samplesOf(completeTraces.get(trace)),
  run: { key: 'fill', start: Date.now(), command: 'node bench/fill.mjs' },
});
const source = store.saveSource({ file: 'src/orders.js', text: ORDERS_SOURCE });
const now = Date.now();
for (let from = rows - 1; from >= 0; from -= 1000) {
  const batch = [];
  for (let n = from; n > from - 1000 && n >= 0; n--) {
    const { app, ...trace } = traceAt(n);
    trace.start = now - n * 80;
    trace.app = { ...app, pid: process.pid };
    completeTraces.set(trace, { ...trace });
    // Most requests are saved without calls: filling takes one minute instead of ten.
    if (n % 100 > 20) Object.assign(trace, { spans: [], headers: undefined });
    if (trace.sources) trace.sources = { 'src/orders.js': source };
    batch.push(trace);
  }
  store.saveAll(batch);
}
console.log(`${rows} requests, the newest ${summaryOf(traceAt(0)).url}`);
store.close();
