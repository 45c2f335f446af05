import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { test } from 'tap';
import { PROGRAM, project, scooby } from '../../scooby.js';
import { postgres } from '../../servers/index.js';

const config = (...args: string[]) =>
  spawnSync(process.execPath, [PROGRAM, 'mcp', '--config', ...args], { encoding: 'utf8' });

test('the configuration of each client', (t) => {
  const server = { command: 'npx', args: ['scooby', 'mcp'] };
  t.same(JSON.parse(config('claude').stdout), { mcpServers: { scooby: server } });
  t.match(
    config('claude').stderr,
    'for .mcp.json in the project (or: claude mcp add scooby -- npx scooby mcp)',
  );
  t.same(JSON.parse(config('cursor').stdout), { mcpServers: { scooby: server } });
  t.same(JSON.parse(config('vscode').stdout), { servers: { scooby: { type: 'stdio', ...server } } });
  t.equal(config('codex').stdout, '[mcp_servers.scooby]\ncommand = "npx"\nargs = ["scooby", "mcp"]\n');
  t.match(config().stdout, /^claude: [\s\S]*^cursor: [\s\S]*^vscode: [\s\S]*^codex: /m);
  const wrong = config('emacs');
  t.equal(wrong.status, 2);
  t.match(wrong.stderr, /Allowed choices are claude, cursor, vscode, codex/);
  t.end();
});

const APP = `
const { Pool } = require('pg');
const pool = new Pool({ connectionString: process.env.PG });
const handlers = {
  'POST /setup': async () => {
    await pool.query('create table authors (id int primary key, name text)');
    await pool.query("insert into authors select i, 'author ' || i from generate_series(1, 20) i");
    await pool.query('create table books (id int, author_id int, title text)');
    await pool.query("insert into books select i, 1 + i % 20, 'book ' || i from generate_series(1, 40) i");
  },
  'GET /authors': async () => {
    const { rows } = await pool.query('select * from authors order by id');
    for (const author of rows) {
      author.books = (await pool.query('select * from books where author_id = $1 order by id', [author.id])).rows;
    }
    return JSON.stringify(rows);
  },
};
require('node:http').createServer((req, res) =>
  handlers[req.method + ' ' + req.url.split('?')[0]]().then((text) => res.end(text ?? 'fine'), (error) => res.writeHead(500).end(error.stack)),
).listen(0, '127.0.0.1');
`;

test('an agent finds the N+1 of an app that it does not know, looks into it, and sends it again', async (t) => {
  const folder = project(t, { 'app.cjs': APP });
  const run = scooby(t, { command: ['app.cjs'], folder, env: { PG: (await postgres(t)).url } });
  const client = new Client({ name: 'agent', version: '1' });
  const env = run.env as Record<string, string>;
  await client.connect(
    new StdioClientTransport({ command: process.execPath, args: [PROGRAM, 'mcp'], cwd: folder, env }),
  );
  t.teardown(() => client.close());
  const call = async (name: string, args: object = {}) => {
    const result = await client.callTool({ name, arguments: { ...args } });
    const { text } = (result.content as { text: string }[])[0]!;
    return { text, isError: result.isError, facts: result.structuredContent as Record<string, unknown> };
  };
  t.equal((await run.ask('/setup', { method: 'POST' })).body, 'fine');
  const waiting = call('wait', { match: 'GET /authors' });
  const { body } = await run.ask('/authors?page=1');
  const { facts: waited } = await waiting;
  t.match(waited, { route: 'GET /authors', calls: { sql: 21 }, findings: [{ kind: 'n+1' }] });

  const { facts, text } = await call('findings', { kind: 'n+1' });
  t.equal(facts.total, 1);
  const [found] = facts.findings as { finding: string; request: string; site: string }[];
  t.equal(found!.site, 'app.cjs:14');
  t.match(text, /> 14 │ .*author\.books = /);
  const { request } = waited;
  t.match(
    (await call('explain', { request, call: '2' })).text,
    /PostgreSQL[\s\S]*Filter: \(author_id = \d+\)/,
  );
  const { facts: resent } = await call('replay', { request });
  const replayed = resent.after;
  t.match(resent, {
    ...{ before: request, status: 200, stays: [found!.finding] },
    calls: { before: 21, after: 21 },
  });
  const tried = await call('try', { finding: found!.finding });
  t.match(tried.text, /^It returns the same rows: [\s\S]*ANY ?\(\$1[\s\S]*verify \{"finding":"/i);
  t.match(tried.facts, { request: replayed, same: true, loop: { calls: 20 }, one: { rows: 40 } });
  const still = await call('verify', { finding: found!.finding });
  t.match(still.facts, {
    verdict: 'still there',
    findings: [{ before: { calls: 20 }, after: { calls: 20 } }],
  });
  t.match(still.text, /^It is still there\./);
  const refused = await call('replay', { request: 'POST /setup' });
  t.ok(refused.isError);
  t.match(
    refused.text,
    /^POST may change data\. Ask the user; then: replay \{"request":".*","confirm":true\}$/,
  );

  // The fix, as an agent writes it.
  const file = join(folder, 'app.cjs');
  const fixed = readFileSync(file, 'utf8').replace(
    /for \(const author of rows\) \{[\s\S]*?\n {4}\}/,
    `const books = await pool.query('select * from books where author_id = any($1) order by id', [rows.map(({ id }) => id)]);
    for (const author of rows) author.books = books.rows.filter((book) => book.author_id === author.id);`,
  );
  writeFileSync(file, fixed);
  t.equal(run.cli('status').code, 0);
  await run.stop();
  const again = scooby(t, { command: ['app.cjs'], folder, env: { ...run.env, PG: run.env.PG } });
  t.equal((await again.ask('/authors?page=1')).body, body, 'the fix answers the same');
  await again.trace('/authors?page=1', ({ spans }) => spans.length === 2);
  t.match((await call('findings', { kind: 'n+1' })).text, /GONE: the newest request of the route/);
  const verified = await call('verify', { finding: found!.finding });
  t.match(verified.text, /^It is gone\.\n```text\nGET \/authors\?page=1 .*\n[\s\S]*queries 21 → 2/);
  t.match(verified.facts, {
    verdict: 'gone',
    findings: [{ finding: found!.finding, verdict: 'gone', before: { calls: 20 } }],
  });
});
