/** A profile from what its process has sent: mapped, in ms, and whose each function is. */

import { test } from 'tap';
import { buildProfile, type ProfileContext } from '../../../src/collector/profile/build-profile.js';
import type { SentProfile } from '../../../src/collector/profile/profile-parts.js';
import type { Frame } from '../../../src/domain/trace.js';

/** As a resolver would: dist/app.js is compiled from src/app.ts, whose lines are ten further down. */
const context: ProfileContext = {
  resolve(name, script, line, column): Frame {
    const isOwn = script === 'file:///app/dist/app.js';
    const file = isOwn ? 'src/app.ts' : script.replace('/app/', '');
    return {
      function: name || '<anonymous>',
      file,
      line: isOwn ? line + 10 : line,
      column,
      application: isOwn,
    };
  },
  resolveStack: (frames) => frames,
  isAgent: (script) => script === '/opt/scooby/dist/agent.cjs',
  toTraceMs: (at) => (at - 7000) / 1000,
};

const sent: SentProfile = {
  id: 'a',
  kind: 'cpu',
  functions: [
    ['handler', 'file:///app/dist/app.js', 1, 5],
    ['', 'file:///app/dist/app.js', 4, 5],
    ['query', '/app/node_modules/@acme/db/index.js', 9, 3],
    ['emit', 'node:events', 500, 3],
    ['(garbage collector)', '', 0, 0],
    ['stringify', '', 0, 0],
    ['note', '/opt/scooby/dist/agent.cjs', 40, 1],
    ['$f', 'wasm://wasm/0a1b', 1, 1],
    ['min', 'file:///app/dist/app.js', 1, 9000],
  ],
  nodes: [
    [3, -1],
    [0, 0, 2, 1500, 3, 500],
    [1, 1, 4, 700],
    [2, 1],
    [4, -1],
    [5, 2],
    [6, 1],
    [7, 1],
    [8, 1, 1, 300],
  ],
  samples: [
    [2, 1000, 9000],
    [1, 2000, 8000],
    [4, 500, 6000],
  ],
  end: { interval: 1000, others: 3, outside: 2500, offCpu: 1200, notes: ['a note'] },
  size: 1,
};

test('functions have their place in the sources and their origin, lines their weight in ms', (t) => {
  const { profile, frames } = buildProfile(sent, context)!;
  t.same(profile, {
    kind: 'cpu',
    by: 'profiler',
    interval: 1,
    runs: 1,
    functions: [
      { name: 'handler', file: 'src/app.ts', line: 11, column: 5, origin: 'own' },
      { name: '', file: 'src/app.ts', line: 14, column: 5, origin: 'own' },
      {
        name: 'query',
        file: 'node_modules/@acme/db/index.js',
        line: 9,
        column: 3,
        origin: 'package',
        package: '@acme/db',
      },
      { name: 'emit', file: 'node:events', line: 500, column: 3, origin: 'node' },
      { name: '(garbage collector)', file: '', line: 0, column: 0, origin: 'gc' },
      { name: 'stringify', file: '', line: 0, column: 0, origin: 'native' },
      {
        name: 'note',
        file: '/opt/scooby/dist/agent.cjs',
        line: 40,
        column: 1,
        origin: 'package',
        package: 'scooby',
      },
      { name: '$f', file: 'wasm://wasm/0a1b', line: 1, column: 1, origin: 'native' },
      { name: 'min', file: 'src/app.ts', line: 11, column: 9000, origin: 'own' },
    ],
    nodes: [
      { function: 3, parent: -1 },
      {
        function: 0,
        parent: 0,
        lines: [
          [12, 1.5],
          [13, 0.5],
        ],
      },
      { function: 1, parent: 1, lines: [[14, 0.7]] },
      { function: 2, parent: 1 },
      { function: 4, parent: -1 },
      { function: 5, parent: 2 },
      { function: 6, parent: 1 },
      { function: 7, parent: 1 },
      { function: 8, parent: 1 },
    ],
    samples: [
      [4, 0.5, 0],
      [1, 2, 1],
      [2, 1, 2],
    ],
    others: 3,
    outside: 2.5,
    offCpu: 1.2,
    notes: ['a note'],
  });
  t.same(
    frames.map(({ file, line }) => `${file}:${line}`),
    ['src/app.ts:11', 'src/app.ts:14', 'src/app.ts:11'],
  );
  t.end();
});

test('the sizes of a heap profile are bytes', (t) => {
  const heap = buildProfile({ ...sent, kind: 'heap', end: { interval: 16_384 } }, context)!.profile;
  t.match(heap, {
    kind: 'heap',
    interval: 16_384,
    samples: [
      [4, 500, 0],
      [1, 2000, 1],
      [2, 1000, 2],
    ],
  });
  t.end();
});

test('numbers that do not fit together make no profile', (t) => {
  for (const wrong of [
    { nodes: [[0, 0]] },
    { nodes: [[9, -1]] },
    { nodes: [[0, -2]] },
    { nodes: [[0.5, -1]] },
    { nodes: [[0, -1]], samples: [[1, 1, 1]] as SentProfile['samples'] },
  ])
    t.equal(buildProfile({ ...sent, samples: [], ...wrong }, context), undefined, JSON.stringify(wrong));
  t.end();
});
