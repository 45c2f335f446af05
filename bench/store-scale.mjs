/**
 * The store with many requests of 10 calls: requests saved a second, each batch acknowledged after its commit,
 * beside a bare better-sqlite3 insert of the same bytes; what reads among them take; bytes of a request in the
 * file and in Redis. Usage: node bench/store-scale.mjs [rows]
 *
 * CPU time counts: on a busy machine the wall clock measures the others. Environment: REDIS_URL, of a Redis
 * that may be written to, for the size there.
 */

import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { parseFilter } from '../dist/src/domain/filter.js';
import { StoreFeed } from '../dist/src/feed/store-feed.js';
import { samplesOf } from '../dist/src/insight/metrics/samples.js';
import { Connection } from '../dist/src/store/connection.js';
import { openStore } from '../dist/src/store/open.js';
import { PageReader } from '../dist/src/store/page-reader.js';
import { RedisClient } from '../dist/src/store/redis/redis-client.js';
import { parseStoreUrl } from '../dist/src/store/redis/store-url.js';
import { SqliteStore } from '../dist/src/store/sqlite.js';
import { aFrame, aLibraryFrame, aSpan, aTrace } from '../dist/test/factory.js';

const BATCH = 100;
const CALLS = 10;

const rows = Number(process.argv[2] ?? 1_000_000);
const folder = mkdtempSync(join(tmpdir(), 'scooby-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true }));
const connect = (path, options) => new Sqlite(path, options);
const options = { connect, ttl: 86_400_000, maxSize: 64e9, warn: console.error, samplesOf };

const stack = [
  ...Array.from({ length: 4 }, aLibraryFrame),
  ...Array.from({ length: 6 }, (_, n) => aFrame({ line: n + 1 })),
];
const first = Date.now() - rows;

function requestAt(n) {
  const spans = Array.from({ length: CALLS }, (_, call) =>
    aSpan({ start: call, duration: (n + call) % 17, stack }),
  );
  const trace = aTrace({ start: first + n, url: `/orders/${n % 997}`, route: '/orders/:id', spans });
  return Object.assign(trace, { status: n % 5000 === 0 ? 500 : 200, duration: n % 1000 });
}

/** CPU and wall time (ms) of some work. */
function timed(work) {
  const [cpu, wall] = [process.cpuUsage(), performance.now()];
  const result = work();
  const end = (value) => {
    const { user, system } = process.cpuUsage(cpu);
    return { value, cpu: (user + system) / 1000, wall: performance.now() - wall };
  };
  return result instanceof Promise ? result.then(end) : end(result);
}

function perSecond(count, { cpu, wall }) {
  return `${Math.round(count / (cpu / 1000))} a second of CPU, ${Math.round(count / (wall / 1000))} of the clock`;
}

const path = join(folder, 'scale.db');
const store = new SqliteStore({ ...options, path });
const saving = { cpu: 0, wall: 0 };
for (let n = 0; n < rows; n += BATCH) {
  const batch = Array.from({ length: Math.min(BATCH, rows - n) }, (_, i) => requestAt(n + i));
  // Committed when it returns.
  const { cpu, wall } = timed(() => store.saveAll(batch));
  saving.cpu += cpu;
  saving.wall += wall;
}
const bytes = statSync(path).size;
console.log(`${rows} requests of ${CALLS} calls, ${BATCH} a commit: ${perSecond(rows, saving)}`);
console.log(`${(bytes / 1e6).toFixed(0)} MB, ${Math.round(bytes / rows)} bytes a request`);

// The same bytes: as many as the file has for a request.
const bare = new Sqlite(join(folder, 'bare.db'));
bare.pragma('journal_mode = WAL');
bare.pragma('synchronous = NORMAL');
bare.exec('CREATE TABLE bodies (seq INTEGER PRIMARY KEY, body BLOB)');
const insert = bare.prepare('INSERT INTO bodies (body) VALUES (?)');
const body = Buffer.alloc(Math.round(bytes / rows), 'x');
const inserted = Math.min(rows, 100_000);
const plain = timed(() => {
  for (let n = 0; n < inserted; n += BATCH)
    bare.transaction(() => {
      for (let i = 0; i < BATCH; i++) insert.run(body);
    })();
});
const share = inserted / plain.cpu / (rows / saving.cpu);
console.log(`bare insert of as many bytes: ${perSecond(inserted, plain)}: ${share.toFixed(1)} × as fast`);
bare.close();

async function measure(label, times, work) {
  const taken = [];
  for (let n = 0; n < times; n++) taken.push((await timed(() => work(n))).cpu);
  taken.sort((a, b) => a - b);
  console.log(
    `${label.padEnd(44)} CPU ms: median ${taken[times >> 1].toFixed(1)}, most ${taken.at(-1).toFixed(1)}`,
  );
}

const selection = (filter) => ({ query: parseFilter(filter).query });
await measure('list: newest 20', 20, () => store.recent({}, 20));
await measure('list: status:5xx', 10, () => store.recent(selection('status:5xx'), 20));
await measure('list: slower:990ms', 10, () => store.recent(selection('slower:990ms'), 20));
await measure('list: path:nowhere (none)', 5, () => store.recent(selection('path:nowhere'), 20));
const { id } = (await store.recent({}, 1))[0];
await measure('show', 20, () => store.find(id));
for (const by of ['route', 'statement', 'finding'])
  await measure(`top --by ${by}`, 3, () => store.aggregates(by, {}));
const feed = new StoreFeed(new PageReader(new Connection({ ...options, path, readonly: true })), path);
const NEWEST = { by: 'time', reverse: false };
await measure('browser: first page', 20, () => feed.page({ query: [] }, NEWEST, 0, 50));
await measure('browser: page in the middle', 10, (n) =>
  feed.page({ query: [] }, NEWEST, (rows >> 1) + n, 50),
);
await measure('browser: first page of status:5xx', 5, () =>
  feed.page(selection('status:5xx'), NEWEST, 0, 50),
);
feed.close();
store.close();

if (process.env.REDIS_URL) {
  const url = process.env.REDIS_URL;
  const count = 200;
  const shared = { url, project: `bench-${process.pid}` };
  const redis = await openStore({ shared, cwd: folder, samplesOf }, console.error);
  const traces = Array.from({ length: count }, (_, n) => ({ ...requestAt(n), start: Date.now() - n }));
  redis.saveAll(traces);
  await redis.flushed();
  const client = RedisClient.open(parseStoreUrl(url));
  await client.ready();
  let total = 0;
  for (const kind of ['t', 's'])
    for (const { id } of traces)
      total += await client.run(['MEMORY', 'USAGE', `scooby:1:${shared.project}:${kind}:${id}`]);
  console.log(`Redis: ${Math.round(total / count)} bytes of memory a request, document and summary`);
  client.close();
  await redis.remove('all');
  await redis.finish?.();
  redis.close();
}
