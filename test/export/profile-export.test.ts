/** A profile in the formats of other tools, literally. */

import { test } from 'tap';
import type { Profile } from '../../src/domain/profile.js';
import { EXPORT_FORMATS } from '../../src/export/export-formats.js';
import { toCollapsed, toCpuprofile, toSpeedscope } from '../../src/export/profile-export.js';
import { aTrace } from '../factory.js';

const profile: Profile = {
  kind: 'cpu',
  by: 'profiler',
  interval: 1,
  runs: 1,
  functions: [
    { name: 'handler', file: 'src/app.ts', line: 11, column: 5, origin: 'own' },
    { name: '', file: '/lib/a;b.js', line: 1, column: 2, origin: 'package' },
    { name: '(garbage collector)', file: '', line: 0, column: 0, origin: 'gc' },
    { name: 'emit', file: 'node:events', line: 500, column: 3, origin: 'node' },
  ],
  nodes: [
    { function: 3, parent: -1 },
    { function: 0, parent: 0, lines: [[12, 2.4]] },
    { function: 1, parent: 1 },
    { function: 2, parent: -1 },
  ],
  samples: [
    [1, 1, 1],
    [1, 1.5, 2.5],
    [2, 1, 10],
    [3, 1, 11],
  ],
};
const subject = { profile, title: 'GET /orders', start: 1000, cwd: '/srv/shop' };

test('cpuprofile: a tree with positions from 0, and idle time where the request did not run', (t) => {
  const frame = (functionName: string, url: string, lineNumber: number, columnNumber: number) => ({
    ...{ functionName, scriptId: '0', url, lineNumber, columnNumber },
  });
  t.same(toCpuprofile(subject), {
    nodes: [
      { id: 1, callFrame: frame('(root)', '', -1, -1), hitCount: 0, children: [2, 3, 6] },
      { id: 2, callFrame: frame('(idle)', '', -1, -1), hitCount: 0, children: [] },
      {
        id: 3,
        callFrame: frame('emit', 'node:events', 499, 2),
        hitCount: 0,
        children: [4],
        positionTicks: [],
      },
      {
        ...{
          id: 4,
          callFrame: frame('handler', 'file:///srv/shop/src/app.ts', 10, 4),
          hitCount: 2,
          children: [5],
        },
        positionTicks: [{ line: 12, ticks: 2 }],
      },
      {
        id: 5,
        callFrame: frame('', 'file:///lib/a;b.js', 0, 1),
        hitCount: 1,
        children: [],
        positionTicks: [],
      },
      {
        id: 6,
        callFrame: frame('(garbage collector)', '', -1, -1),
        hitCount: 1,
        children: [],
        positionTicks: [],
      },
    ],
    startTime: 1_000_000,
    endTime: 1_011_000,
    samples: [4, 4, 2, 5, 6, 2],
    timeDeltas: [0, 1000, 1500, 6500, 1000, 1000],
  });
  t.end();
});

test('speedscope: stacks from the bottommost caller, with weights', (t) => {
  t.match(toSpeedscope(subject), {
    $schema: 'https://www.speedscope.app/file-format-schema.json',
    shared: {
      frames: [{ name: 'handler', file: 'src/app.ts', line: 11, col: 5 }, { name: '(anonymous)' }, {}, {}],
    },
    profiles: [
      {
        ...{ type: 'sampled', name: 'GET /orders', unit: 'milliseconds', startValue: 0, endValue: 4.5 },
        samples: [[3, 0], [3, 0], [3, 0, 1], [2]],
        weights: [1, 1.5, 1, 1],
      },
    ],
  });
  t.end();
});

test('collapsed: a line for each stack, whose names have no separators', (t) => {
  t.equal(
    toCollapsed(subject),
    `emit (node:events:500);handler (src/app.ts:11) 2500
emit (node:events:500);handler (src/app.ts:11);(anonymous) (/lib/a,b.js:1) 1000
(garbage collector) 1000
`,
  );
  t.end();
});

test('each format of profiles says where a request has no profile', (t) => {
  const options = {
    ...{ heap: false, sourceOf: async () => undefined, context: { service: 'shop', version: '1' } },
  };
  const formats = EXPORT_FORMATS.filter(({ isOfOne }) => isOfOne);
  t.equal(formats.length, 3);
  for (const { name, write } of formats) {
    const message = /This request has no CPU profile\. Take one: {2}scooby profile/;
    t.throws(() => write([aTrace()], options), message, name);
    t.match(write([aTrace({ profiles: { cpu: profile } })], options), /\n$/);
  }
  t.end();
});
