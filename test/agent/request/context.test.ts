/** Every listener of a request runs under it: pipelined and kept-alive connections, bodies in pieces, timers, ends. */

import { connect } from 'node:net';
import { test } from 'tap';
import { nodes, scoobyFor } from '../../nodes.js';
import { scooby, until } from '../../scooby.js';
import { postgres } from '../../servers/index.js';

const PLACES = ['await', 'close', 'data', 'end', 'finish', 'immediate', 'nextTick', 'sync', 'timer'];

const APP = `
const { Pool } = require('pg');
const pool = new Pool({ connectionString: process.env.PG, max: 4 });
require('node:http').createServer((req, res) => {
  const n = Number(req.url.slice(1));
  const ask = (place) => pool.query('select $1::int, $2::text', [n, place]);
  let first = true;
  req.on('data', () => { if (first) ask('data'); first = false; });
  res.on('finish', () => ask('finish'));
  res.on('close', () => ask('close'));
  const asked = [ask('sync')];
  process.nextTick(() => asked.push(ask('nextTick')));
  setImmediate(() => asked.push(ask('immediate')));
  setTimeout(() => asked.push(ask('timer')), 1);
  req.on('end', async () => {
    await ask('end');
    await ask('await');
    while (asked.length < 4) await new Promise((resolve) => setTimeout(resolve, 1));
    await Promise.all(asked);
    res.end(String(n));
  });
}).listen(0, '127.0.0.1');
`;

const post = (n: number) => `POST /${n} HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n`;

/** Sends bytes in pieces over one connection, each after the answer to those before where it says so. */
async function send(port: number, pieces: (string | number)[], answers: number): Promise<void> {
  const socket = connect(port, '127.0.0.1').setNoDelay();
  let text = '';
  socket.setEncoding('latin1').on('data', (chunk) => {
    text += chunk;
  });
  const answered = () => text.match(/HTTP\/1\.1 200/g)?.length ?? 0;
  for (const piece of pieces) {
    if (typeof piece === 'string') await new Promise((resolve) => socket.write(piece, resolve));
    else await until(() => answered() >= piece, `${piece} answers`);
  }
  await until(
    () => answered() === answers,
    () => `${answers} answers, got ${answered()}`,
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
    const whole = (one: { spans: unknown[] }) => one.spans.length >= PLACES.length;
    for (let n = 0; n < 70; n++) {
      const { spans } = await run.trace(`/${n}`, whole);
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
