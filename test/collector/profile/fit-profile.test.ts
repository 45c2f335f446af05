/** Large profiles: rare functions are folded into those that call them, and no weight is lost. */

import { test } from 'tap';
import { fitProfile, MAX_PROFILE, sizeOfProfile } from '../../../src/collector/profile/fit-profile.js';
import type { Profile, ProfileSample } from '../../../src/domain/profile.js';

/** A root that calls a hot function and many rare ones, each with its lines. */
function large(rare: number): Profile {
  const functions = Array.from({ length: rare + 2 }, (_, n) => {
    const name = n === 0 ? 'root' : n === 1 ? 'hot' : `rare${n} ${'x'.repeat(40)}`;
    return { name, file: 'src/app.ts', line: n + 1, column: 1, origin: 'own' as const };
  });
  const nodes = functions.map((_, n) => ({
    function: n,
    parent: n === 0 ? -1 : 0,
    lines: [[n, 1] as [number, number]],
  }));
  const samples: ProfileSample[] = [];
  for (let n = 2; n < rare + 2; n++) samples.push([n, 0.01, n], [1, 1, n + 0.5]);
  return { kind: 'cpu', by: 'profiler', interval: 1, runs: 1, functions, nodes, samples };
}

const weightOf = ({ samples }: Profile) =>
  Math.round(samples.reduce((sum, [, weight]) => sum + weight, 0) * 100);

test('a profile that fits stays as it is', (t) => {
  const small = large(10);
  t.equal(fitProfile(small), small);
  t.end();
});

test('a profile that does not fit is folded, which it says; what is hot stays', (t) => {
  const whole = large(20_000);
  t.ok(sizeOfProfile(whole) > MAX_PROFILE);
  const fitted = fitProfile(whole)!;
  t.ok(sizeOfProfile(fitted) <= MAX_PROFILE);
  t.equal(weightOf(fitted), weightOf(whole));
  t.same(
    fitted.functions.map(({ name }) => name),
    ['root', 'hot'],
  );
  t.same(
    fitted.nodes.map(({ parent }) => parent),
    [-1, 0],
  );
  const hot = fitted.samples.filter(([node]) => node === 1);
  t.equal(Math.round(hot.reduce((sum, [, weight]) => sum + weight, 0)), 20_000);
  t.match(fitted.notes, [/^functions below .+ in all count as their callers: the profile was too large$/]);
  t.end();
});

test('no profile is kept that does not fit in any case', (t) => {
  t.equal(fitProfile(large(10), 50), undefined);
  t.end();
});
