/** `scooby profile` and `scooby export` on a TypeScript app, on all versions of Node. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import type { Profile } from '../../../src/domain/profile.js';
import { nodes, scoobyFor } from '../../nodes.js';
import { beside, scooby } from '../../scooby.js';
import { typescriptApp } from '../typescript-app.js';

const SOURCE = `import { createServer, type IncomingMessage } from 'node:http';

interface Row { id: number; total: number }

/** The hot one: its line is 6 in this file. */
export function hydrate(rows: number): Row[] {
  const all: Row[] = [];
  for (let id = 0; id < rows; id++) {
    const total = Math.sqrt(id) * Math.sin(id);
    if (total > 1e9) all.push({ id, total });
  }
  return all;
}

function other(rows: number): number {
  let sum = 0;
  for (let id = 0; id < rows; id++) sum += Math.sqrt(id);
  return sum;
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

createServer(async ({ url, method, headers }: IncomingMessage, response) => {
  if (url!.startsWith('/hot')) for (let i = 0; i < 8; i++) {
    hydrate(300_000);
    await sleep(1);
  }
  if (url!.startsWith('/other')) for (let i = 0; i < 4; i++) {
    other(200_000);
    await sleep(1);
  }
  response.end(JSON.stringify({ method, headers }));
}).listen(0, '127.0.0.1');
`;

/** Functions by the weight of their own samples, the largest first. */
function selfOf({ functions, nodes: all, samples }: Profile): { name: string; at: string; weight: number }[] {
  const weights = functions.map(({ name, file, line }) => ({ name, at: `${file}:${line}`, weight: 0 }));
  for (const [node, weight] of samples) weights[all[node]!.function]!.weight += weight;
  return weights.sort((a, b) => b.weight - a.weight);
}

test('the profile of a hot function names it first, with its TypeScript line', async (t) => {
  for (const node of await nodes())
    await t.test(`Node ${node.version}`, async (t) => {
      const run = scooby(t, { command: [node.path, 'dist/app.js'], files: typescriptApp(SOURCE) });
      // Optimized before the profiler runs, its callers have it inlined.
      for (let i = 0; i < 6; i++) await run.ask('/hot');
      const cli = (...args: string[]) =>
        beside(run, join(import.meta.dirname, '../../../scooby.js'), ...args);
      const alone = await cli('profile', '/hot', '--json');
      t.equal(alone.code, 0, alone.stderr);
      const { request, ...profile } = JSON.parse(alone.stdout) as Profile & { request: string };
      const [hottest] = selfOf(profile);
      t.match(hottest, { name: 'hydrate', at: 'src/app.ts:6' });
      const total = profile.samples.reduce((sum, [, weight]) => sum + weight, 0);
      t.ok(hottest!.weight > total / 2, `${hottest!.weight} of ${total}`);
      const lines = profile.nodes.flatMap((each) =>
        profile.functions[each.function]!.name === 'hydrate' ? (each.lines ?? []) : [],
      );
      t.ok(lines.length > 0);
      t.same(
        lines.filter(([line]) => line < 6 || line > 13),
        [],
      );
      const others = Array.from({ length: 49 }, (_, n) => run.ask(`/other/${n}`));
      const asked = run.ask('/hot/among', { headers: { 'X-Scooby-Profile': 'cpu' } });
      const { headers, body } = await asked;
      await Promise.all(others);
      t.notMatch(body, /profile/i, 'the app does not see the header');
      const among = await run.trace('/hot/among', ({ profiles }) => profiles?.cpu);
      t.equal(among.id, headers['x-scooby']);
      t.match(selfOf(among.profiles!.cpu!)[0], { name: 'hydrate', at: 'src/app.ts:6' });
      t.notOk(selfOf(among.profiles!.cpu!).some(({ name, weight }) => name === 'other' && weight > 2));
      t.match(among.sources, { 'src/app.ts': /^[0-9a-f]{32}$/ });
      t.match(request, /^[0-9a-f-]{36}$/);
    });
});

test('profile sends, adds up, waits, and says what it did not take; export writes', async (t) => {
  const [node] = await nodes();
  const run = scooby(t, { command: [node!.path, 'dist/app.js'], files: typescriptApp(SOURCE) });
  const program = await scoobyFor(t, node!);
  const cli = (...args: string[]) => beside(run, program, ...args);
  await run.url();

  await t.test('a URL that was never seen, several times', async (t) => {
    const { code, stdout, stderr } = await cli('profile', '/hot', '--repeat', '3');
    t.equal(code, 0, stderr);
    t.match(stdout, /^GET \/hot {2}200 .*\n\n[\d.]+m?s of CPU in \d+ samples of 3 runs\n/);
    t.match(
      stdout,
      /\n *self +total +function +hottest line\n *[\d.]+m?s +[\d.]+m?s +hydrate +src\/app\.ts:(?:9|8|10)\n/,
    );
    const traces = await run.traces();
    t.same(
      traces.map(({ profiles }) => profiles?.cpu?.runs),
      [1, 1, 3],
    );
  });

  await t.test('the next request of a route of which none is recorded', async (t) => {
    const waiting = cli('profile', 'GET /other/:id');
    const asking = setInterval(() => void run.ask('/other/7').catch(() => {}), 300);
    const { code, stdout, stderr } = await waiting;
    clearInterval(asking);
    t.equal(code, 0, stderr);
    t.match(stderr, /^waiting for the next GET \/other\/:id at http/);
    t.match(stdout, /^GET \/other\/7 {2}200/);
  });

  await t.test('a request that changes something is not sent again unasked', async (t) => {
    await run.ask('/hot/post', { method: 'POST', body: 'x' });
    const waiting = cli('profile', 'POST /hot/post', '--heap');
    const asking = setInterval(
      () => void run.ask('/hot/post', { method: 'POST', body: 'y' }).catch(() => {}),
      300,
    );
    const { stdout, stderr } = await waiting;
    clearInterval(asking);
    t.match(
      stderr,
      /^send POST \/hot\/post again, without its body: only with --yes\nwaiting for the next POST/,
    );
    t.match(stdout, /^POST \/hot\/post {2}200 [\s\S]*allocated in/);
    const sent = await cli('profile', 'POST /hot/post', '--yes', '--json');
    t.match(JSON.parse(sent.stdout), { kind: 'cpu', runs: 1 });
  });

  await t.test('exports', async (t) => {
    await cli('profile', '/hot');
    const { stdout } = await cli('export', '/hot', '--collapsed');
    t.match(stdout, /;hydrate \(src\/app\.ts:6\) \d+\n/);
    const file = join(run.folder, 'hot.cpuprofile');
    const written = await cli('export', '/hot', '--cpuprofile', '-o', file);
    t.match(written.stderr, /hot\.cpuprofile: GET \/hot \(/);
    const { nodes: frames } = JSON.parse(readFileSync(file, 'utf8'));
    t.ok(
      frames.some(
        ({ callFrame: { functionName, url, lineNumber } }: { callFrame: Record<string, unknown> }) =>
          functionName === 'hydrate' && url === `file://${run.folder}/src/app.ts` && lineNumber === 5,
      ),
    );
  });

  await t.test('what goes wrong', async (t) => {
    const table: [args: string[], code: number, message: RegExp][] = [
      [['profile', '00000000'], 1, /No request "00000000" is stored/],
      [['profile', '/hot', '--repeat', '0'], 2, /Write a number from 1 to 500/],
      [['profile', '/hot', '--next', '--repeat', '2'], 2, /--next waits for one request/],
      [['export', '/hot'], 2, /Say in which format: .*--cpuprofile, --speedscope, --collapsed/],
      [['export', '/hot', '--collapsed', '--speedscope'], 2, /two formats/],
      [
        ['export', '/hot', '--collapsed', '--heap'],
        1,
        /no profile of the heap\. Take one: {2}scooby profile/,
      ],
    ];
    for (const [args, code, message] of table) {
      const outcome = await cli(...args);
      t.equal(outcome.code, code, `${args.join(' ')}: ${outcome.stderr}`);
      t.match(outcome.stderr, message);
    }
    await run.stop();
    const ended = await cli('profile', '/hot');
    t.same([ended.code, /No app runs under scooby/.test(ended.stderr)], [1, true]);
  });
});
