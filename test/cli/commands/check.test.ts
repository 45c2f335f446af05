import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import { linkPackages, packageFile } from '../../packages.js';
import { PROGRAM, plainly, project } from '../../scooby.js';
import { postgres } from '../../servers/index.js';

/** An app with a loop of queries on line 5 of its file. */
const APP = `const { Pool } = require('pg');
const pool = new Pool({ connectionString: process.env.PG, max: 2 });
const load = async () => {
  const { rows } = await pool.query('select n from generate_series(1, 25) n');
  for (const row of rows) row.found = await pool.query('select $1::int as found', [row.n]);
};
const server = require('node:http').createServer(async (req, res) => {
  if (req.url === '/orders') await load();
  res.end('fine');
});
const ask = async (path) => {
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const answer = await fetch('http://127.0.0.1:' + server.address().port + path);
  const text = await answer.text();
  await new Promise((resolve) => server.close(resolve).closeAllConnections());
  return text;
};
module.exports = { ask, end: () => pool.end() };
`;
const SCRIPT = `const { ask, end } = require('./app.cjs');
ask(process.argv[2] ?? '/orders').then(async (text) => {
  console.log('said ' + text);
  await end();
  process.exit(Number(process.argv[3] ?? 0));
});
`;

/** Exit code and output of `scooby check` in a project with the app. */
async function check(t: Test, folder: string, args: string[], env: NodeJS.ProcessEnv = {}) {
  const { url } = await postgres(t);
  const runEnv = { PG: url, SCOOBY_DB: join(folder, 'state/scooby.db'), GITHUB_ACTIONS: '', ...env };
  const command = [process.execPath, PROGRAM, 'check', ...args];
  return plainly(t, { folder, command, env: runEnv }).ended();
}

const shop = (t: Test, files: Record<string, string> = {}) =>
  project(t, { 'app.cjs': APP, 'ask.cjs': SCRIPT, ...files });

test('a severe N+1: exit code 1, and the report names its line', async (t) => {
  const folder = shop(t);
  const { code, stdout, stderr } = await check(t, folder, ['--', 'node', 'ask.cjs']);
  t.equal(code, 1, stderr);
  t.match(stdout, /^said fine\n\nscooby check {2}1 budget broken; 1 request of 1 route were judged\n/);
  t.match(stdout, /N\+1 {2}GET \/orders {2}load \(app\.cjs:5\)\n/);
  t.equal(stderr, '');
});

test('exit codes: within the budget, failing command, no request, unknown command', async (t) => {
  const folder = shop(t);
  t.equal((await check(t, folder, ['--', 'node', 'ask.cjs', '/fine'])).code, 0);
  const failed = await check(t, folder, ['--', 'node', 'ask.cjs', '/orders', '7']);
  t.equal(failed.code, 7);
  t.match(failed.stdout, /1 budget broken/);
  const silent = await check(t, folder, ['--', 'node', '-e', '0']);
  t.equal(silent.code, 1);
  t.match(silent.stdout, /no request was recorded.* No server listened, and no library was loaded/);
  t.equal((await check(t, folder, ['--', 'no-such-command'])).code, 127);
});

test('a budget file; an invalid one is rejected before the command runs', async (t) => {
  const folder = shop(t, { 'scooby.budget.json': '{"findings": [], "maxQueries": 20}' });
  const { code, stdout } = await check(t, folder, ['--', 'node', 'ask.cjs']);
  t.equal(code, 1);
  t.match(
    stdout,
    'maxQueries  GET /orders  load (app.cjs:5)\n    26 queries, 20 are allowed; 25 of them: SELECT ? AS found',
  );
  writeFileSync(join(folder, 'scooby.budget.json'), '{"maxQuery": 20}');
  const invalid = await check(t, folder, ['--', 'node', 'ask.cjs']);
  t.equal(invalid.code, 2);
  t.equal(invalid.stdout, '');
  t.match(invalid.stderr, /^scooby: scooby\.budget\.json: "maxQuery" is not known\. Known keys: maxQueries/);
});

test('a baseline accepts known problems, also after their lines have moved', async (t) => {
  const folder = shop(t);
  const updated = await check(t, folder, ['--update-baseline', '--', 'node', 'ask.cjs']);
  t.equal(updated.code, 0, updated.stdout);
  t.match(updated.stdout, '1 problem accepted in scooby.baseline.json');
  t.match(JSON.parse(readFileSync(join(folder, 'scooby.baseline.json'), 'utf8')), {
    version: 1,
    accepted: [{ kind: 'n+1', route: 'GET /orders', site: 'app.cjs:5', function: 'load' }],
  });
  writeFileSync(join(folder, 'app.cjs'), `// moved\n\n${APP}`);
  const { code, stdout } = await check(t, folder, ['--', 'node', 'ask.cjs']);
  t.equal(code, 0, stdout);
  t.match(stdout, '1 known problem accepted by scooby.baseline.json');
});

test("--json: only the document on stdout; annotations and the command's output on stderr", async (t) => {
  const folder = shop(t);
  const { code, stdout, stderr } = await check(t, folder, ['--json', '--', 'node', 'ask.cjs'], {
    GITHUB_ACTIONS: 'true',
  });
  t.equal(code, 1);
  t.match(JSON.parse(stdout), {
    ok: false,
    requests: 1,
    command: 0,
    broken: [{ rule: 'finding', kind: 'n+1', route: 'GET /orders', file: 'app.cjs', line: 5, requests: 1 }],
  });
  t.match(stderr, /^said fine\n::error file=app\.cjs,line=5,title=scooby%3A N\+1 in GET \/orders::/);
});

const CASES = {
  'jest, in workers with sandboxes': {
    command: ['node', packageFile('jest/bin/jest.js'), '-w', '2', '--rootDir', '.'],
    suite: (n: number) => ({
      [`t${n}.test.js`]: `const { ask, end } = require('./app.cjs');
afterAll(end);
test('orders', async () => expect(await ask('/orders')).toBe('fine'));`,
    }),
  },
  'vitest, in forks': {
    command: ['node', packageFile('vitest/vitest.mjs'), 'run', '--pool', 'forks'],
    suite: (n: number) => vitestSuite(n),
  },
  'vitest, in threads': {
    command: ['node', packageFile('vitest/vitest.mjs'), 'run', '--pool', 'threads'],
    suite: (n: number) => vitestSuite(n),
  },
  'node:test': {
    command: ['node', '--test', 't1.test.cjs', 't2.test.cjs'],
    suite: (n: number) => ({
      [`t${n}.test.cjs`]: `const { ask, end } = require('./app.cjs');
const { after, test } = require('node:test');
after(end);
test('orders', async () => require('node:assert').equal(await ask('/orders'), 'fine'));`,
    }),
  },
};

function vitestSuite(n: number): Record<string, string> {
  return {
    [`t${n}.test.js`]: `import { afterAll, expect, test } from 'vitest';
import { ask, end } from './shop.ts';
afterAll(end);
test('orders', async () => expect(await ask('/orders')).toBe('fine'));`,
    // Compiled lines differ from the source lines.
    'shop.ts': `interface Row {\n  n: number;\n  found?: unknown;\n}\n${APP.replace(
      "const { Pool } = require('pg');",
      "import http from 'node:http';\nimport pg from 'pg';",
    )
      .replace('new Pool', 'new pg.Pool')
      .replace("require('node:http')", 'http')
      .replace('const row of rows', 'const row of rows as Row[]')
      .replace('async (path)', 'async (path: string)')
      .replace(
        'module.exports = { ask, end: () => pool.end() };',
        'const end = () => pool.end();\nexport { ask, end };',
      )}`,
  };
}

for (const [name, { command, suite }] of Object.entries(CASES)) {
  test(`every request of a test suite is judged: ${name}`, async (t) => {
    const folder = shop(t, { ...suite(1), ...suite(2) });
    linkPackages(folder, 'vitest', 'vite');
    const { code, stdout, stderr } = await check(t, folder, ['--json', '--', ...command]);
    const line = existsSync(join(folder, 'shop.ts')) ? 10 : 5;
    t.match(
      JSON.parse(stdout || '{}'),
      {
        requests: 2,
        command: 0,
        notes: [],
        broken: [
          { kind: 'n+1', line, file: line === 5 ? 'app.cjs' : 'shop.ts', requests: 2, function: 'load' },
        ],
      },
      stderr,
    );
    t.equal(code, 1);
  });
}
