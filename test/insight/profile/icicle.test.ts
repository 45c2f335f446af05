import { test } from 'tap';
import type { Profile } from '../../../src/domain/profile.js';
import { icicleOf } from '../../../src/insight/profile/icicle.js';
import { aProfile, ORDERS_PROFILE } from '../../profile.js';

/** Frames as an indented list. */
function drawn(profile: Profile, fold: boolean): string[] {
  return icicleOf(profile, { fold }).map(({ depth, function: index, folded, from, weight }) => {
    const name = folded ? `${folded.frames} x ${folded.by}` : (profile.functions[index ?? -1]?.name ?? 'all');
    return `${' '.repeat(depth)}${name} ${from}+${weight}`;
  });
}

test('equal paths are one frame, and runs of frames of libraries are folded', (t) => {
  t.same(drawn(ORDERS_PROFILE, true), [
    'all 0+50',
    ' 3 x express 0+45',
    '  list 0+45',
    '   hydrate 0+35',
    '    parse 0+5',
    '   2 x moment 35+8',
    ' (garbage collector) 45+3',
    ' list 48+2',
  ]);
  t.same(drawn(ORDERS_PROFILE, false).slice(0, 6), [
    ...['all 0+50', ' emit 0+45', '  handle 0+45', '   next 0+45', '    list 0+45', '     hydrate 0+35'],
  ]);
  t.end();
});

test('a run of one function is that function, and its callers fold together', (t) => {
  const own = 'own a a.js:1';
  const profile = aProfile([
    { stack: [own, 'package get lodash'], weight: 3 },
    { stack: [own, 'node emit node:events:1', 'own b a.js:2'], weight: 1 },
    { stack: [own, 'node call node:x:1', 'node more node:y:1', 'own b a.js:2'], weight: 1 },
  ]);
  t.same(drawn(profile, true), ['all 0+5', ' a 0+5', '  get 0+3', '  3 x node 3+2', '   b 3+2']);
  t.end();
});

test('a stack of ten thousand frames is no stack of ours', (t) => {
  const deep = Array.from({ length: 10_000 }, (_, parent) => ({ function: parent % 2, parent: parent - 1 }));
  const profile: Profile = {
    ...aProfile([
      { stack: ['own a a.js:1'], weight: 1 },
      { stack: ['own b a.js:2'], weight: 1 },
    ]),
    nodes: deep,
    samples: [[9_999, 1, 1]],
  };
  t.equal(icicleOf(profile, { fold: true }).length, 10_001);
  t.end();
});
