import { deepStrictEqual } from 'node:assert/strict';
import fc from 'fast-check';
import { test } from 'tap';
import type { Profile } from '../../../src/domain/profile.js';
import { functionTotals } from '../../../src/insight/profile/functions.js';
import { icicleOf } from '../../../src/insight/profile/icicle.js';
import { weightsOf } from '../../../src/insight/profile/weights.js';
import { ORDERS_PROFILE } from '../../profile.js';
import { holds } from '../../property.js';

test('weights of a profile: all samples, and what each node took with what it called', (t) => {
  const { whole, total, self, roots } = weightsOf(ORDERS_PROFILE);
  t.equal(whole, 50);
  t.same([...total.slice(0, 4)], [45, 45, 45, 45]);
  t.same([...self.slice(0, 5)], [0, 0, 0, 2, 30]);
  t.same(roots, [0, 8, 9]);
  t.equal(weightsOf(ORDERS_PROFILE), weightsOf(ORDERS_PROFILE));
  t.end();
});

/** Profiles of any shape, also with callers and samples that do not exist. */
const anyProfile = fc
  .record({
    functions: fc.array(
      fc.record({
        name: fc.constantFrom('a', 'b'),
        origin: fc.constantFrom('own', 'package', 'node', 'gc', 'native'),
      }),
      { maxLength: 6 },
    ),
    nodes: fc.array(fc.record({ function: fc.nat({ max: 7 }), parent: fc.integer({ min: -1, max: 12 }) })),
    samples: fc.array(fc.tuple(fc.nat({ max: 15 }), fc.integer({ min: -1, max: 9 }), fc.nat())),
  })
  .map(
    ({ functions, ...rest }) =>
      ({
        ...{ kind: 'cpu', by: 'profiler', interval: 1, runs: 1 },
        functions: functions.map((each) => ({ ...each, file: '', line: 0, column: 0 })),
        ...rest,
      }) as Profile,
  );

test('whatever a profile holds, no weight is lost and none is counted twice', () =>
  holds(
    fc.property(anyProfile, (profile) => {
      const { whole, roots, total, self } = weightsOf(profile);
      const sum = (numbers: Iterable<number>) => [...numbers].reduce((all, each) => all + each, 0);
      deepStrictEqual(sum(self), whole);
      deepStrictEqual(sum(roots.map((node) => total[node]!)), whole);
      for (const each of functionTotals(profile)) {
        deepStrictEqual(each.self <= each.total && each.total <= whole, true);
      }
      for (const fold of [true, false]) {
        const icicle = icicleOf(profile, { fold });
        deepStrictEqual(icicle[0]!.weight, whole);
        for (const [number, { from, weight, inside, parent }] of icicle.entries()) {
          deepStrictEqual(parent < number, true);
          deepStrictEqual(sum(inside.map((each) => icicle[each]!.weight)) <= weight, true);
          for (const each of inside) deepStrictEqual(icicle[each]!.from >= from, true);
        }
      }
    }),
    300,
  ));
