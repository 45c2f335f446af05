/** Profiles of requests, asked for by a header on the app's own port. */

import { Agent, get } from 'node:http';
import { test } from 'tap';
import type { Profile } from '../../../src/domain/profile.js';
import type { Trace } from '../../../src/domain/trace.js';
import { ROOT, runRecorded } from '../app.js';

const APP = 'test/fixtures/profile/app.cjs';

interface Answer {
  id: string;
  body: string;
}

function ask(url: string, profile?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = profile === undefined ? {} : { 'X-Scooby-Profile': profile };
    get(url, { agent: new Agent(), headers, signal: AbortSignal.timeout(120_000) }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text) => (body += text));
      response.on('end', () => resolve({ id: String(response.headers['x-scooby']), body }));
    }).on('error', reject);
  });
}

/** Weight of each function that is innermost, by name, the largest first. */
function selfOf({ functions, nodes, samples }: Profile): [name: string, weight: number][] {
  const weights = new Map<string, number>();
  for (const [node, weight] of samples) {
    const { name } = functions[nodes[node]!.function]!;
    weights.set(name, (weights.get(name) ?? 0) + weight);
  }
  return [...weights].sort((a, b) => b[1] - a[1]);
}

/** Names of all functions on the stack of each sample. */
function stacksOf({ functions, nodes, samples }: Profile): string[][] {
  return samples.map(([node]) => {
    const names: string[] = [];
    for (let at = node; at >= 0; at = nodes[at]!.parent) names.push(functions[nodes[at]!.function]!.name);
    return names;
  });
}

async function traced(drive: (url: string) => Promise<unknown>, args: string[] = []): Promise<Trace[]> {
  const { traces, stderr, code } = await runRecorded([...args, APP], {
    async drive(url) {
      await drive(url);
      await ask(`${url}/end`);
    },
  });
  if (code !== 0) throw new Error(`the app ended with ${code}: ${stderr}`);
  return traces;
}

const traceOf = (traces: Trace[], path: string) => traces.find(({ url }) => url === path)!;

test('of 50 concurrent requests each has its own samples, and those before and after have none', async (t) => {
  const traces = await traced(async (url) => {
    await ask(`${url}/work/0`);
    await Promise.all(Array.from({ length: 50 }, (_, n) => ask(`${url}/work/${n}/50`, 'cpu')));
  });
  let right = 0;
  let wrong = 0;
  for (const { url, profiles } of traces.filter(({ profiles }) => profiles !== undefined)) {
    const own = `own${url.split('/')[2]}`;
    for (const names of stacksOf(profiles!.cpu!)) {
      const work = names.find((name) => /^own\d+$/.test(name));
      if (work === own) right++;
      else if (work !== undefined) wrong++;
    }
    // A machine at its limits takes few samples of each.
    const first = selfOf(profiles!.cpu!).find(([name]) => /^own\d+$/.test(name));
    if (first !== undefined) t.equal(first[0], own);
  }
  t.ok(right > 100, `${right} samples`);
  t.ok(wrong <= right / 100, `${wrong} of ${right + wrong} samples are of another request`);
  t.equal(traces.filter(({ profiles }) => profiles !== undefined).length, 50);
  const { profiles } = traceOf(traces, '/work/7/50');
  t.equal(profiles!.cpu!.others, 49);
});

test('a profile names functions, their places and lines, and whose they are', async (t) => {
  const traces = await traced(async (url) => {
    const { body } = await ask(`${url}/hydrate`, 'cpu');
    t.notMatch(body, /profile/i, 'the app does not see the header');
  });
  const { profiles, notes, duration = 0 } = traceOf(traces, '/hydrate');
  t.equal(notes, undefined);
  const { functions, nodes, samples, ...about } = profiles!.cpu!;
  const { offCpu: _, outside: __, ...rest } = about;
  t.same(rest, { kind: 'cpu', by: 'profiler', interval: 1, runs: 1 });
  const at = functions.findIndex(({ name }) => name === 'hydrate');
  t.match(functions[at], { file: APP, line: 20, origin: 'own' });
  const lines = nodes.filter((node) => node.function === at).flatMap((node) => node.lines ?? []);
  t.same(
    [...new Set(lines.map(([line]) => line))].filter((line) => line < 20 || line > 25),
    [],
  );
  t.equal(selfOf(profiles!.cpu!)[0]![0], 'hydrate');
  t.ok(samples.every(([, weight, time]) => weight <= 2 && time >= 0));
  const inHydrate = samples.filter(([node]) => nodes[node]!.function === at);
  t.ok(
    // The last one's time may be rounded.
    inHydrate.every(([, , time]) => time <= duration + 1),
    'in ms of the request, which answers after it',
  );
  t.ok(
    samples.every(([, , time], n) => n === 0 || time >= samples[n - 1]![2]),
    'in order',
  );
});

test('allocations are sampled in the same way', async (t) => {
  const traces = await traced((url) => ask(`${url}/allocate`, 'heap'));
  const { heap } = traceOf(traces, '/allocate').profiles!;
  t.match(heap, { kind: 'heap', interval: 16_384, runs: 1 });
  t.equal(selfOf(heap!)[0]![0], 'allocate');
});

test('a profile that cannot be taken says why, and the request goes on', async (t) => {
  const traces = await traced((url) => ask(`${url}/work/1`, 'warp'));
  const { notes, profiles } = traceOf(traces, '/work/1');
  t.same(notes, ['no profile was taken: “warp” is no kind of profile']);
  t.equal(profiles, undefined);
});

test('no inspector is used where a debugger may be attached', { skip: hasOwnProfiler() }, async (t) => {
  const traces = await traced((url) => ask(`${url}/work/1`, 'cpu'), ['--inspect=127.0.0.1:0']);
  t.same(traceOf(traces, '/work/1').notes, [
    'no profile was taken: a debugger may be attached: the app runs with --inspect',
  ]);
});

/** Whether this Node can profile without the inspector. */
function hasOwnProfiler(): string | false {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  return major > 24 || (major === 24 && minor >= 12) ? 'v8.startCpuProfile is there' : false;
}

test('a hundred profiles leave neither handles nor what was logged, nor memory', async (t) => {
  const facts: { heapUsed: number; alive: number; resources: string[] }[] = [];
  const measure = async (url: string) => facts.push(JSON.parse((await ask(`${url}/facts`)).body));
  await traced(
    async (url) => {
      for (let i = 0; i < 20; i++) await ask(`${url}/log`, 'cpu');
      await measure(url);
      for (let i = 0; i < 100; i++) await ask(`${url}/log`, 'cpu');
      await measure(url);
    },
    ['--expose-gc'],
  );
  const [before, after] = facts;
  t.ok(after!.alive <= 2, `${after!.alive} values that were logged are kept`);
  t.ok(after!.resources.length <= before!.resources.length + 1, after!.resources.join(' '));
  t.ok(after!.heapUsed < before!.heapUsed + 1.5e6, `${before!.heapUsed} → ${after!.heapUsed}`);
});

test('what ends while it is profiled prints nothing of it', async (t) => {
  const { stderr } = await runRecorded(
    [
      '-e',
      `const server = require('http').createServer((request, response) => { response.write('x'); process.exit(0); });
       server.listen(0, () => console.log(JSON.stringify({ port: server.address().port })));`,
    ],
    { cwd: ROOT, drive: (url) => ask(`${url}/`, 'cpu').catch(() => {}) },
  );
  t.equal(stderr, '');
  t.end();
});
