/**
 * Listeners run in the context of their request: pipelining, keep-alive, split bodies, timers,
 * ends.
 */

import { connect } from 'node:net';
import { test } from 'tap';
import { nodes, scoobyFor } from '../../nodes.js';
import { scooby, until } from '../../scooby.js';
import { postgres } from '../../servers/index.js';
import { ask } from '../app.js';

const PLACES = ['await', 'close', 'data', 'end', 'finish', 'immediate', 'nextTick', 'sync', 'timer'];

const APP = `
const { Pool } = require('pg');
const pool = new Pool({ connectionString: process.env.PG, max: 4 });
require('node:http').createServer((req, res) => {
  const n = Number(req.url.slice(1));
  const query = (place) => pool.query('select $1::int, $2::text', [n, place]);
  let first = true;
  req.on('data', () => { if (first) query('data'); first = false; });
  res.on('finish', () => query('finish'));
  res.on('close', () => query('close'));
  const queries = [query('sync')];
  process.nextTick(() => queries.push(query('nextTick')));
  setImmediate(() => queries.push(query('immediate')));
  setTimeout(() => queries.push(query('timer')), 1);
  req.on('end', async () => {
    await query('end');
    await query('await');
    while (queries.length < 4) await new Promise((resolve) => setTimeout(resolve, 1));
    await Promise.all(queries);
    res.end(String(n));
  });
}).listen(0, '127.0.0.1');
`;

const post = (n: number) => `POST /${n} HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n`;

/** Writes pieces over one connection; a number waits until so many responses have arrived. */
async function send(port: number, pieces: (string | number)[], responses: number): Promise<void> {
  const socket = connect(port, '127.0.0.1').setNoDelay();
  let text = '';
  socket.setEncoding('latin1').on('data', (chunk) => {
    text += chunk;
  });
  const received = () => text.match(/HTTP\/1\.1 200/g)?.length ?? 0;
  for (const piece of pieces) {
    if (typeof piece === 'string') await new Promise((resolve) => socket.write(piece, resolve));
    else await until(() => received() >= piece, `${piece} responses`);
  }
  await until(
    () => received() === responses,
    () => `${responses} responses, got ${received()}`,
  );
  socket.destroy();
}

for (const node of await nodes()) {
  test(`10 pipelined and 60 kept-alive POSTs with split bodies, Node ${node.version}`, async (t) => {
    const env = { PG: (await postgres(t)).url };
    const program = await scoobyFor(t, node);
    const options = ['--quiet'];
    const run = scooby(t, {
      files: { 'app.cjs': APP },
      command: ['app.cjs'],
      env,
      options,
      program,
      node: node.path,
    });
    await run.url();
    const port = await run.port();
    const pipelined = Array.from({ length: 10 }, (_, n) => `${post(n)}0123456789`).join('');
    const connections = Array.from({ length: 6 }, (_, c) =>
      Array.from({ length: 10 }, (_, i) => [i, `${post(10 + c * 10 + i)}01234`, '56789']).flat(),
    );
    await Promise.all([send(port, [pipelined], 10), ...connections.map((pieces) => send(port, pieces, 10))]);
    const traces = new Map<number, unknown>();
    const isComplete = (trace: { spans: unknown[] }) => trace.spans.length >= PLACES.length;
    for (let n = 0; n < 70; n++) {
      const { spans } = await run.trace(`/${n}`, isComplete);
      traces.set(n, spans.map(({ detail }) => detail!.params as unknown[]).sort());
    }
    for (const [n, params] of traces) {
      t.same(
        params,
        PLACES.map((place) => [n, place]),
        `request ${n}`,
      );
    }
    const outside = (await run.traces()).filter((trace) => trace.outside);
    t.same(outside, []);
    await run.stop();
  });
}

const CLOSING = `
const server = require('node:http').createServer((req, res) => {
  setImmediate(() => {
    if (server.listening) server.close(() => process.exit(3));
    res.end('ok');
  });
});
server.keepAliveTimeout = 0;
server.listen(0, '127.0.0.1');
`;

test('a server that stops listening closes, although the proxy has a connection and requests', async (t) => {
  const run = scooby(t, { files: { 'app.cjs': CLOSING }, command: ['app.cjs'] });
  const url = await run.url();
  let answer: Promise<unknown> | undefined;
  const askAgain = () => {
    answer ??= ask(`${url}/`)
      .catch(() => {})
      .finally(() => {
        answer = undefined;
      });
  };
  const { code } = await until(() => {
    askAgain();
    return run.outcome;
  }, 'the end of the server');
  await answer;
  t.equal(code, 3);
});
