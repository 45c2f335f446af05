/** Parts of profiles: in order, mixed, too many and too large. */

import { test } from 'tap';
import { parseLine } from '../../../src/collector/parse-line.js';
import { ProfileParts } from '../../../src/collector/profile/profile-parts.js';
import type { LinkLine } from '../../../src/domain/link.js';

type ProfileLine = Extract<LinkLine, { t: 'profile' }>;
const part = (id: string, rest: Partial<ProfileLine>): ProfileLine => ({
  t: 'profile',
  id,
  kind: 'cpu',
  ...rest,
});
const END = { interval: 1000 };

test('parts of two profiles, mixed, make each of them', (t) => {
  const parts = new ProfileParts();
  for (const id of ['a', 'b']) {
    t.equal(parts.add(part(id, { functions: [[`of ${id}`, '/app/a.js', 1, 2]] })), undefined);
    parts.add(part(id, { nodes: [[0, -1, 3, 500]] }));
  }
  parts.add(
    part('a', {
      at: 5000,
      samples: [
        [0, 1000, 0],
        [0, 900, 1000],
      ],
    }),
  );
  parts.add(part('a', { at: 9000, samples: [[0, 800, 0]] }));
  const a = parts.add(part('a', { end: END }));
  t.match(a, {
    functions: [['of a', '/app/a.js', 1, 2]],
    nodes: [[0, -1, 3, 500]],
    samples: [
      [0, 1000, 5000],
      [0, 900, 6000],
      [0, 800, 9000],
    ],
    end: END,
  });
  t.same(parts.add(part('b', { end: END }))!.functions, [['of b', '/app/a.js', 1, 2]]);
  t.equal(parts.add(part('a', { end: END }))!.samples.length, 0, 'a profile is forgotten once it is whole');
  t.end();
});

test('a profile without end, and one without bounds, use no more memory than is given', (t) => {
  const parts = new ProfileParts();
  const samples = Array.from({ length: 3000 }, (): [number, number, number] => [0, 1, 1]);
  for (let i = 0; i < 1000; i++) parts.add(part('endless', { samples }));
  const endless = parts.add(part('endless', { end: END }));
  t.ok(endless === undefined || endless.samples.length < 700_000);
  for (let i = 0; i < 5000; i++) parts.add(part(`${i}`, { functions: [['f', '', 0, 0]] }));
  t.equal(parts.add(part('4999', { end: END }))!.functions.length, 1);
  t.equal(parts.add(part('1', { end: END }))!.functions.length, 0, 'the oldest are gone');
  t.end();
});

test('lines of a profile whose values are of other types are refused', (t) => {
  const bad: object[] = [
    { kind: 'wall' },
    { functions: [['f', '/a.js', '1', 2]] },
    { functions: { 0: 'f' } },
    { nodes: [[0]] },
    { nodes: [['0', -1]] },
    { samples: [[-1, 1, 1]] },
    { samples: [[0, 1.5, 1]] },
    { samples: [[0, 1]] },
    { at: 'now' },
    { end: { interval: -1 } },
    { end: { interval: 1, notes: [7] } },
    { end: { interval: 1, others: Number.POSITIVE_INFINITY } },
    { end: [] },
    { refused: {} },
  ];
  for (const fields of bad) {
    const text = JSON.stringify({ t: 'profile', id: 'a', kind: 'cpu', ...fields });
    t.throws(() => parseLine(text.replace('null', '1e999')), text);
  }
  t.throws(() => parseLine('{"t":"profiling","id":7}'));
  t.match(parseLine('{"t":"profiling","id":"a","refused":"no"}'), { refused: 'no' });
  t.end();
});
