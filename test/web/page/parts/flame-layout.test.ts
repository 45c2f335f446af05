/** Frames of the flame graph. */

import { test } from 'tap';
import { icicleOf } from '../../../../src/insight/profile/icicle.js';
import {
  flameFrames,
  flameName,
  flameNeighbour,
  flamePlace,
} from '../../../../src/web/page/parts/flame-layout.js';
import { aProfile } from '../../../profile.js';

const PROFILE = aProfile([
  { stack: ['own list src/a.js:1', 'own hydrate src/b.js:5'], weight: 30 },
  { stack: ['own list src/a.js:1'], weight: 10 },
  { stack: ['package handle express', 'package next express', 'own other src/c.js:2'], weight: 60 },
]);

const shown = (zoomed: number, fold = true) =>
  flameFrames(PROFILE, zoomed, fold).map(({ depth, left, width, frame }) => [
    flameName(PROFILE, frame),
    depth,
    Math.round(left),
    Math.round(width),
  ]);

test('frames are as wide as they took long, the costliest first, libraries folded', (t) => {
  t.same(shown(0), [
    ['all', 0, 0, 100],
    ['express (2 functions)', 1, 0, 60],
    ['other()', 2, 0, 60],
    ['list()', 1, 60, 40],
    ['hydrate()', 2, 60, 30],
  ]);
  t.equal(shown(0, false).length, 6);
  t.end();
});

test('a frame that is zoomed fills the width, as do those around it', (t) => {
  t.same(shown(3), [
    ['all', 0, 0, 100],
    ['list()', 1, 0, 100],
    ['hydrate()', 2, 0, 75],
  ]);
  t.same(shown(99).length, 5, 'no such frame');
  t.end();
});

test('arrows lead to the frames beside, above and below', (t) => {
  const icicle = icicleOf(PROFILE, { fold: true });
  t.equal(flameNeighbour(icicle, 1, 'right'), 3);
  t.equal(flameNeighbour(icicle, 1, 'left'), 1);
  t.equal(flameNeighbour(icicle, 1, 'down'), 2);
  t.equal(flameNeighbour(icicle, 2, 'up'), 1);
  t.equal(flameNeighbour(icicle, 0, 'up'), 0);
  t.equal(flamePlace(PROFILE, icicle[3]!), 'src/a.js:1');
  t.equal(flamePlace(PROFILE, icicle[0]!), '');
  t.end();
});

test('a profile without samples has no frames', (t) => {
  t.same(flameFrames(aProfile([]), 0, true), []);
  t.end();
});
