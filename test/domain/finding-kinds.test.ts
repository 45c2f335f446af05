import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { parseFilter } from '../../src/domain/filter.js';
import { FINDING_KINDS } from '../../src/domain/finding-kinds.js';
import { badgesOf } from '../../src/screens/badges.js';
import { ROOT } from '../scooby.js';

test('the kinds of findings equal those of docs/findings.md', (t) => {
  const rows = readFileSync(join(ROOT, 'docs/findings.md'), 'utf8').match(/^\| `.*?\|/gm)!;
  t.same(
    FINDING_KINDS.map(({ kind }) => kind).sort(),
    rows.flatMap((row) => row.match(/(?<=`)[^`, |]+/g)!).sort(),
  );
  t.end();
});

test('a badge typed as a filter finds the requests with that badge', (t) => {
  const row = { status: 200, state: 'done', totals: {}, duration: 1 } as const;
  const badges = FINDING_KINDS.flatMap(({ kind }) =>
    badgesOf({ ...row, findings: [kind] }).map(({ text }) => [kind, text]),
  );
  t.same(badges, [
    ['n+1', 'N+1'],
    ...['parallel', 'writes', 'group', 'cache', 'rpc', 'http', 'call'].map((what) => [`n+1-${what}`, 'N+1']),
    ['slow', 'SLOW'],
    ['duplicate', 'DUP'],
    ['thrown', 'ERR'],
  ]);
  const meant = (word: string) => {
    const parsed = parseFilter(word);
    return 'query' in parsed ? parsed.query[0]?.[0] : parsed.trouble;
  };
  t.match(
    [meant('N+1'), meant('n1'), meant('SLOW'), meant('DUP'), meant('duplicate')],
    [
      { field: 'finding', value: 'n+1' },
      { field: 'finding', value: 'n+1' },
      { field: 'finding', value: 'slow' },
      { field: 'finding', value: 'duplicate' },
      { field: 'finding', value: 'duplicate' },
    ],
  );
  t.same(
    parseFilter('SLOW'),
    parseFilter('finding:slow or time>=500'),
    'the badge is on slow requests without a finding, too',
  );
  t.same(parseFilter('!slow'), parseFilter('!finding:slow !time>=500'));
  t.match(meant('transaction'), { field: 'text' }, 'a word of URLs stays one');
  for (const { kind, words = [] } of FINDING_KINDS) {
    if (words.includes(kind)) continue;
    const both = (not: boolean) =>
      (['text', 'finding'] as const).map((field) => ({ field, op: ':', value: kind, not }));
    const [text, finding] = both(false);
    t.same(parseFilter(kind.toUpperCase()), { query: [[text], [finding]] }, kind);
    t.same(parseFilter(`!${kind}`), { query: [both(true)] }, kind);
  }
  t.end();
});
