/**
 * What does the collector take for a request? Its CPU in µs, all told (reading lines, judging,
 * packing, saving), without the proxy: lines as the agent writes them, fed to its service in a
 * process for each build. Rounds in turns, the lowest sixth of each, and the ratio to the first.
 *
 *   node bench/collector.mjs [rounds] [dist,…]      (after npm run build)
 *
 * Environment: QUERIES (default 0,20), REQUESTS (a round, default 200).
 */

import { fork } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const REQUESTS = Number(process.env.REQUESTS ?? 200);
/** Requests that are on their way at once. */
const BATCH = 100;
const START = Date.now();
const PROCESS = { pid: 1, ppid: 0, thread: 0, command: 'node app.js', node: 'v24.0.0', origin: START };

/** A service over a database of its own, and a function that has it record requests. */
async function openService(dist) {
  const { CollectorService } = await import(
    pathToFileURL(join(dist, 'src/collector/collector-service.js')).href
  );
  const folder = mkdtempSync(join(tmpdir(), 'scooby-bench-'));
  const app = join(folder, 'app.js');
  writeFileSync(app, APP);
  const waiting = new Set();
  let settled = () => {};
  const service = await CollectorService.open(
    {
      project: folder,
      agent: join(dist, 'agent.cjs'),
      store: { db: join(folder, 'requests.db'), cwd: folder, ttl: 864e5, maxSize: 2 ** 30 },
      run: { key: 'bench', start: START, command: 'node app.js' },
      reports: 'requests',
    },
    (message) => {
      if (message.t !== 'settled') return;
      for (const id of message.ids) waiting.delete(id);
      if (waiting.size === 0) settled();
    },
  );
  const process = { ...PROCESS, cwd: folder };
  const file = join(folder, '1-0-1.lines');
  writeFileSync(file, text([{ t: 'hello', token: '', ...process }, ...learnedLines(app)]));
  service.receive({ t: 'connected', n: 1, process, folder });
  let number = 0;
  const prepare = (queries) => Array.from({ length: BATCH }, () => requestOf(++number, queries));
  const record = async (requests) => {
    for (const { start } of requests) waiting.add(start.id);
    service.receive({ t: 'exchanges', items: requests.map(({ start }) => ({ start })) });
    appendFileSync(file, requests.map(({ lines }) => lines).join(''));
    service.receive({ t: 'exchanges', items: requests.map(({ end }) => ({ end })) });
    await new Promise((resolve) => (settled = resolve));
  };
  const close = () => rmSync(folder, { recursive: true, force: true });
  return { prepare, record, close };
}

const APP = `async function work(n) {
  const rows = [];
  for (let i = 1; i <= n; i++)
    rows.push((await pool.query('select * from users where id = $1', [i])).rows[0]);
  return rows;
}

createServer(async (req, res) => res.end(JSON.stringify(await work(Number(req.url.slice(3))))));
`;

function text(lines) {
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

function learnedLines(app) {
  return [
    { t: 'library', name: 'pg', version: '8.23.1', dialect: 'pg', explain: 'postgres' },
    {
      t: 'frames',
      frames: [
        [1, 'work', app, 4, 27],
        [2, '', app, 8, 61],
        [3, 'Server.emit', 'node:events', 514, 28],
        [4, 'parserOnIncoming', 'node:_http_server', 1293, 12],
        [5, 'process.processTicksAndRejections', 'node:internal/process/task_queues', 104, 5],
      ],
    },
    { t: 'stack', n: 1, frames: [1, 2, 3, 4] },
    { t: 'stack', n: 2, frames: [1, 5, 2] },
  ];
}

/** Reports of the proxy, and the app's lines, of one request: no two take the same time. */
function requestOf(number, queries) {
  const id = `00000000-0000-4000-8000-${number.toString(16).padStart(12, '0')}`;
  const path = queries === 0 ? '/hello' : `/q/${queries}`;
  const at = number * 7000;
  const span = (n) => ({
    ...{ t: 'span', n: number * 100 + n, kind: 'sql', library: 'pg' },
    ...{ name: 'select * from users where id = $1', at: at + 400 + n * 250, id },
    ...{ duration: 150 + ((number * 7 + n * 13) % 90), ...(n === 0 && { wait: 100 }), rows: 1 },
    ...{ stack: n === 0 ? 1 : 2, detail: { params: [n + 1], connection: 1, source: 1 } },
  });
  const duration = 1 + queries * 0.25 + (number % 50) / 100;
  const lines = Array.from({ length: queries }, (_, n) => span(n));
  const headers = {
    request: HEADERS,
    response: [
      ['content-type', 'application/json'],
      ['Date', 'now'],
    ],
  };
  return {
    start: {
      id,
      method: 'GET',
      url: path,
      start: START + at / 1000,
      headers: headers.request,
      marked: false,
    },
    end: { id, duration, status: 200, headers: headers.response, reached: true },
    lines: text([...lines, { t: 'close', id, at: at + duration * 1000, status: 200 }]),
  };
}

const HEADERS = [
  ['Host', 'localhost:3000'],
  ['Connection', 'keep-alive'],
  ['Accept', '*/*'],
];

/** In a process of its own: answers each message, a number of queries, with µs a request. */
async function serve(dist) {
  const { prepare, record, close } = await openService(dist);
  process.on('disconnect', () => {
    close();
    process.exit();
  });
  process.on('message', async (queries) => {
    const batches = Array.from({ length: REQUESTS / BATCH }, () => prepare(queries));
    const before = process.cpuUsage();
    for (const batch of batches) await record(batch);
    const { user, system } = process.cpuUsage(before);
    process.send((user + system) / REQUESTS);
  });
  process.send('ready');
}

async function compare(rounds, dists) {
  const ask = (child, message) =>
    new Promise((resolve) => {
      child.once('message', resolve);
      if (message !== undefined) child.send(message);
    });
  const children = [];
  for (const dist of dists) {
    const child = fork(import.meta.filename, ['serve', resolve(dist)], { execArgv: process.execArgv });
    await ask(child);
    children.push(child);
  }
  const table = {};
  for (const queries of (process.env.QUERIES ?? '0,20').split(',').map(Number)) {
    const used = children.map(() => []);
    for (let round = -3; round < rounds; round++)
      for (const [at, child] of children.entries()) {
        const micros = await ask(child, queries);
        if (round >= 0) used[at].push(micros);
      }
    for (const [at, dist] of dists.entries())
      (table[`${at} ${dist}`] ??= {})[`${queries} queries`] =
        `${Math.round(low(used[at]))} µs, × ${(low(used[at]) / low(used[0])).toFixed(2)}`;
  }
  for (const child of children) child.disconnect();
  console.table(table);
}

/** The lowest sixth: what others do on the machine only adds. */
function low(numbers) {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 6)];
}

if (process.argv[2] === 'serve') await serve(process.argv[3]);
else
  await compare(
    Number(process.argv[2] ?? 20),
    (process.argv[3] ?? join(import.meta.dirname, '../dist')).split(','),
  );
