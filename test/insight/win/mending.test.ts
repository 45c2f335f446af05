import { test } from 'tap';
import { FINDING_KINDS } from '../../../src/domain/finding-kinds.js';
import { hasMending } from '../../../src/insight/win/mending.js';

test('of each kind of finding it is known whether mending it wins time', (t) => {
  const without = FINDING_KINDS.filter(({ kind }) => !hasMending(kind)).map(({ kind }) => kind);
  t.same(without, ['transaction', 'thrown', 'swallowed-error'], 'what each wins: wins.test.ts');
  t.notOk(hasMending('constructor'));
  t.end();
});
