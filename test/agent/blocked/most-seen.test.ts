import { test } from 'tap';
import { mostSeen } from '../../../src/agent/blocked/most-seen.cjs';

/** Captures of functions, innermost first: `cell:3` is seen at its stack 3. */
const seen = (...captures: string[]) =>
  mostSeen(
    captures.map((functions) => ({
      functions: functions.split(' ').map((ran) => {
        const [name = '', stack] = ran.split(':');
        return { key: name, name, stack: Number(stack) };
      }),
    })),
  );

test('the innermost function of more than half of the captures, at its most frequent line', (t) => {
  t.match(seen('buildCsv:1 handle:2'), { name: 'buildCsv', stack: 1 });
  t.match(seen('cell:1 buildCsv:2 handle:3', 'buildCsv:4 handle:3', 'buildCsv:4 handle:3'), {
    name: 'buildCsv',
    stack: 4,
  });
  t.match(seen('handle:9', 'buildCsv:1 handle:2', 'buildCsv:1 handle:2'), { name: 'buildCsv', stack: 1 });
  t.match(seen('buildCsv:1 handle:2', 'send:5 handle:6'), { name: 'handle' }, 'seen in each');
  t.match(seen('walk:1 walk:2 walk:3 handle:4'), { name: 'walk', stack: 1 }, 'calls itself');
  t.equal(seen('a:1', 'b:2'), undefined);
  t.equal(seen(), undefined);
  t.end();
});
