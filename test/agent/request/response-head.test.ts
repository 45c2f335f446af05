/** Server-Timing and X-Scooby-Overhead: in the head as it is written, and nowhere that the app sees. */

import { test } from 'tap';
import { nodes, scoobyFor } from '../../nodes.js';
import { type Answer, scooby } from '../../scooby.js';
import { postgres } from '../../servers/index.js';

const APP = `
const { Pool } = require('pg');
const pool = new Pool({ connectionString: process.env.PG, max: 3 });
const http = require('node:http');
const server = http.createServer(async (req, res) => {
  if (req.url === '/early') res.writeHead(200);
  if (req.url === '/three') await Promise.all([1, 2, 3].map(() => pool.query('select pg_sleep(0.02)')));
  else if (req.url !== '/none') await pool.query('select 1');
  if (req.url === '/own') res.setHeader('Server-Timing', ['db;dur=1', 'x']).setHeader('X-Scooby-Overhead', 'mine');
  if (req.url === '/self') return res.end(JSON.stringify(await ofItself));
  if (req.url === '/early') return res.end('early');
  res.writeHead(200);
  res.end(JSON.stringify([res.getHeaderNames(), Object.keys(res.getHeaders())]));
}).listen(0, '127.0.0.1');
const ofItself = new Promise((resolve) => server.once('listening', () => {
  const { port } = server.address();
  http.get({ port, host: '127.0.0.1', path: '/none', agent: false }, (answer) => resolve(answer.resume().rawHeaders));
}));
`;
const TAIL = /, app;dur=[\d.]+, scooby;dur=[\d.]+, total;dur=[\d.]+$/;

/** Values of a header, in their order. */
function valuesOf({ rawHeaders }: Answer, name: string): string[] {
  return rawHeaders.filter((_, i) => i % 2 === 1 && rawHeaders[i - 1]!.toLowerCase() === name);
}

test('each recorded response has its times, through the proxy and directly', async (t) => {
  const env = { PG: (await postgres(t)).url };
  for (const node of await nodes()) {
    const program = await scoobyFor(t, node);
    const run = scooby(t, { files: { 'app.cjs': APP }, command: ['app.cjs'], env, node: node.path, program });
    for (const ask of [run.ask.bind(run), run.askDirectly.bind(run)]) {
      await ask('/one');
      const three = await ask('/three');
      const [timing] = valuesOf(three, 'server-timing');
      t.match(timing, TAIL, node.version);
      const [, sql, total] = /^sql;dur=([\d.]+);desc="3 queries", app.* total;dur=([\d.]+)$/.exec(timing!)!;
      t.ok(Number(sql) >= 20 && Number(sql) <= Number(total), timing!);
      t.match(valuesOf(three, 'x-scooby-overhead'), [/^\d+$/]);
      t.equal(three.body, '[[],[]]', 'the app sees none of it');
      t.match(valuesOf(await ask('/none'), 'server-timing'), [/^app;dur/]);
      const own = await ask('/own');
      t.match(valuesOf(own, 'server-timing'), ['db;dur=1', 'x', /^sql;dur=[\d.]+;desc="1 query", app/]);
      t.match(valuesOf(own, 'x-scooby-overhead'), [/^\d+$/]);
      t.equal(own.body, '[["server-timing","x-scooby-overhead"],["server-timing","x-scooby-overhead"]]');
      t.match(valuesOf(await ask('/early'), 'server-timing'), [/^app;dur/], 'what is known then');
      t.match(valuesOf(await ask('/one', { method: 'HEAD' }), 'server-timing'), [/^sql;dur/]);
      t.notMatch((await ask('/self')).body, /Server-Timing|X-Scooby/i, 'a process that asks itself');
      const unrecorded = await ask('/one', { headers: { 'X-Scooby-Record': '0' } });
      t.same(valuesOf(unrecorded, 'server-timing'), []);
      t.same(valuesOf(unrecorded, 'x-scooby-overhead'), []);
    }
    await run.stop();
  }
});

test('no times where they are not wanted, by option and by configuration', async (t) => {
  const env = { PG: (await postgres(t)).url };
  const files = { 'app.cjs': APP };
  const config = {
    'scooby.config.json': JSON.stringify({ run: { serverTiming: false, exclude: ['/early'] } }),
  };
  const runs = [
    scooby(t, { files, command: ['app.cjs'], env, options: ['--no-server-timing'] }),
    scooby(t, { files: { ...files, ...config }, command: ['app.cjs'], env }),
  ];
  for (const run of runs) {
    for (const answer of [await run.ask('/one'), await run.askDirectly('/own')]) {
      t.same(
        valuesOf(answer, 'server-timing').filter((value) => /scooby/.test(value)),
        [],
      );
      t.match(valuesOf(answer, 'x-scooby'), [/^[\da-f-]{36}$/]);
    }
    await run.stop();
  }
  t.match(runs[1]!.stderr, /not recorded: \/early/);
});
