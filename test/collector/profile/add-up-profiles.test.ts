/** Sum of profiles: equal stacks count together. */

import { test } from 'tap';
import { addUpProfiles } from '../../../src/collector/profile/add-up-profiles.js';
import type { Profile } from '../../../src/domain/profile.js';

const fn = (name: string, line: number) => ({
  name,
  file: 'src/app.ts',
  line,
  column: 1,
  origin: 'own' as const,
});

test('functions and stacks that are equal count together', (t) => {
  const about = { kind: 'cpu' as const, by: 'profiler' as const, interval: 1, runs: 1 };
  const one: Profile = {
    ...about,
    functions: [fn('handler', 1), fn('hydrate', 9)],
    nodes: [
      { function: 0, parent: -1 },
      { function: 1, parent: 0, lines: [[10, 2]] },
    ],
    samples: [
      [1, 1, 1],
      [1, 1, 5],
    ],
    others: 1,
    notes: ['a note'],
  };
  const two: Profile = {
    ...about,
    functions: [fn('hydrate', 9), fn('handler', 1), fn('render', 20)],
    nodes: [
      { function: 1, parent: -1 },
      { function: 2, parent: 0 },
      {
        function: 0,
        parent: 0,
        lines: [
          [10, 1],
          [11, 3],
        ],
      },
    ],
    samples: [
      [1, 1, 2],
      [2, 2, 3],
    ],
    offCpu: 4,
    notes: ['a note'],
  };
  t.same(addUpProfiles([one, two]), {
    ...{ kind: 'cpu', by: 'profiler', interval: 1, runs: 2 },
    functions: [fn('handler', 1), fn('hydrate', 9), fn('render', 20)],
    nodes: [
      { function: 0, parent: -1 },
      {
        function: 1,
        parent: 0,
        lines: [
          [10, 3],
          [11, 3],
        ],
      },
      { function: 2, parent: 0 },
    ],
    samples: [
      [1, 1, 1],
      [2, 1, 2],
      [1, 2, 3],
      [1, 1, 5],
    ],
    others: 1,
    offCpu: 4,
    notes: ['a note'],
  });
  t.same(one.nodes[1]!.lines, [[10, 2]], 'the parts stay as they are');
  t.end();
});
