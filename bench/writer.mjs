/**
 * Writes requests to a database like an app under load. Usage: node bench/writer.mjs <file>
 * [requests a second]
 */

import { randomUUID } from 'node:crypto';
import Sqlite from 'better-sqlite3';
import { SqliteStore } from '../dist/src/store/sqlite.js';
import { traceAt } from '../dist/test/tui/fake.js';

const [path, rate = '500'] = process.argv.slice(2);
const store = new SqliteStore({
  connect: (file, options) => new Sqlite(file, options),
  path,
  ttl: 30 * 86_400_000,
  maxSize: 8e9,
  warn: console.error,
});
const INTERVAL_MS = 20;
let n = 0;
setInterval(() => {
  const batch = [];
  for (let left = (Number(rate) * INTERVAL_MS) / 1000; left > 0; left--) {
    const trace = { ...traceAt(n++ % 1000), id: randomUUID(), start: Date.now() };
    trace.app = { ...trace.app, pid: process.pid };
    delete trace.sources;
    batch.push(trace);
  }
  store.saveAll(batch);
}, INTERVAL_MS);
