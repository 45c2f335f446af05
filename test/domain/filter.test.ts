import { test } from 'tap';
import { completePart, type FilterQuery, intersectQueries, parseFilter } from '../../src/domain/filter.js';
import { type Candidate, matchesQuery } from '../../src/store/filter-match.js';

test('each word of a filter becomes a term', (t) => {
  t.same(parseFilter('status>=400 n1 path:orders sql:users slower:100ms !health'), {
    query: [
      [
        { field: 'status', op: '>=', value: 400, not: false },
        { field: 'finding', op: ':', value: 'n+1', not: false },
        { field: 'path', op: ':', value: 'orders', not: false },
        { field: 'sql', op: ':', value: 'users', not: false },
        { field: 'time', op: '>=', value: 100, not: false },
        { field: 'text', op: ':', value: 'health', not: true },
      ],
    ],
  });
  t.end();
});

test('`or` separates alternatives, and may be repeated', (t) => {
  t.same(parseFilter('status:5xx or DIED'), {
    query: [
      [{ field: 'status', op: ':', value: '5xx', not: false }],
      [{ field: 'state', op: ':', value: 'died', not: false }],
    ],
  });
  t.same(parseFilter('  '), { query: [] });
  t.end();
});

test('times have units, counts have none', (t) => {
  const value = (text: string) => {
    const parsed = parseFilter(text);
    return 'query' in parsed ? parsed.query[0]![0]!.value : parsed.trouble;
  };
  t.equal(value('time>1.5s'), 1500);
  t.equal(value('since:10m'), 600_000);
  t.equal(value('time:>200'), 200);
  t.equal(value('queries>20ms'), 'queries wants a number, not "20ms"');
  t.equal(value('time>soon'), 'time wants a time like 200ms or 1.5s, not "soon"');
  t.equal(value('page=3'), 'page=3');
  t.equal(value('foo>3'), 'there is no field "foo"');
  t.equal(value('path>x'), 'path is text: use path:x');
  t.equal(value('sql:'), 'sql: wants a value');
  t.equal(value('sql:"group by'), 'a quote is not closed');
  t.end();
});

test('a quoted phrase is one value; an unknown field with a colon is text', (t) => {
  t.same(parseFilter('sql:"group by" ftp://x'), {
    query: [
      [
        { field: 'sql', op: ':', value: 'group by', not: false },
        { field: 'text', op: ':', value: 'ftp://x', not: false },
      ],
    ],
  });
  t.end();
});

test('the intersection of two queries joins each alternative with each other', (t) => {
  const [a, b] = [parseFilter('one or two'), parseFilter('n1')];
  t.same(
    'query' in a &&
      'query' in b &&
      intersectQueries(a.query, b.query).map((all) => all.map((term) => term.value)),
    [
      ['one', 'n+1'],
      ['two', 'n+1'],
    ],
  );
  t.end();
});

/** Parsed filter as text: `a & !b | c`. */
function parsedText(text: string): string {
  const parsed = parseFilter(text);
  if ('trouble' in parsed) return parsed.trouble;
  const term = ({ field, op, value, not }: FilterQuery[number][number]) =>
    `${not ? '!' : ''}${field === 'text' ? '' : `${field}${op}`}${value}`;
  return parsed.query.map((all) => all.map(term).join(' & ')).join(' | ');
}

test('parentheses group alternatives', (t) => {
  for (const [text, want] of [
    ['(a or b) c', 'a & c | b & c'],
    ['c (a or b)', 'c & a | c & b'],
    ['a or (b c)', 'a | b & c'],
    ['!(a or b)', '!a & !b'],
    ['!(a !b)', '!a | b'],
    ['((a))', 'a'],
    ['(status:5xx or died) path:orders', 'status:5xx & path:orders | state:died & path:orders'],
    ['sql:count(*)', 'sql:count(*)'],
    ['(sql:count(*) or now())', 'sql:count(*) | now()'],
    ['"(a or b)"', '(a or b)'],
    ['(a', 'a ( is not closed'],
    ['a)', 'there is a ) too many'],
    ['()', 'there is nothing between ( and )'],
    ['(or)', 'there is nothing between ( and )'],
    [`${'('.repeat(51)}a${')'.repeat(51)}`, 'parentheses go more than 50 deep'],
  ] as const)
    t.equal(parsedText(text), want, text);
  t.end();
});

test('a filter beyond the expression limits of SQLite is refused', (t) => {
  t.equal(parsedText('a '.repeat(201)), 'a filter comes to at most 200 conditions');
  const alternatives = `(${Array.from({ length: 20 }, (_, n) => `a${n}`).join(' or ')})`;
  t.equal(parsedText(alternatives.repeat(2)), 'a filter comes to at most 200 conditions');
  t.end();
});

test('a status class is a range with every operator', (t) => {
  for (const [text, want] of [
    ['status=5xx', 'status:5xx'],
    ['status>=4xx', 'status>=400'],
    ['status>4xx', 'status>=500'],
    ['status<5xx', 'status<500'],
    ['status<=4xx', 'status<500'],
  ] as const)
    t.equal(parsedText(text), want);
  t.end();
});

test('a quote within quotes is escaped by a backslash', (t) => {
  t.equal(parsedText(String.raw`route="/a\"b"`), 'route=/a"b');
  t.equal(parsedText(String.raw`path:a\b`), String.raw`path:a\b`);
  t.end();
});

test('names of Object.prototype are ordinary words', (t) => {
  t.equal(parsedText('constructor'), 'constructor');
  t.equal(parsedText('toString:x'), 'tostring:x');
  t.equal(parsedText('time>5constructor'), 'time wants a time like 200ms or 1.5s, not "5constructor"');
  t.end();
});

test('the complete part of a half-typed filter applies', (t) => {
  for (const [text, want] of [
    ['time>', ''],
    ['n1 time>', 'n1'],
    ['n1 or time>', 'n1 or'],
    ['n1 sql:"group b', 'n1'],
    ['(n1 or died', '(n1 or died)'],
    ['(n1 or time>', '(n1 or)'],
    ['n1 (', 'n1'],
    ['n1 status>soon', 'n1'],
    ['n1 died', 'n1 died'],
    ['n1)', 'n1'],
    ['time> n1', undefined],
  ] as const)
    t.equal(completePart(text), want, text);
  t.end();
});

test('each word that stands for the end of a request finds those', (t) => {
  const found = (word: string, summary: object) => {
    const parsed = parseFilter(word);
    const candidate = {
      summary: {
        id: '1',
        method: 'GET',
        url: '/a',
        start: 0,
        totals: {},
        findings: [],
        spans: 0,
        ...summary,
      },
    };
    return 'query' in parsed && matchesQuery(parsed.query, candidate as unknown as Candidate, 0);
  };
  const ends = {
    aborted: { state: 'done' },
    died: { state: 'died' },
    open: { state: 'open' },
    fail: { state: 'failed', method: 'job' },
    failed: { state: 'failed', method: 'job' },
  };
  for (const [word, summary] of Object.entries(ends)) {
    t.equal(found(word.toUpperCase(), summary), true, word);
    t.equal(found(`!${word}`, summary), false, `not ${word}`);
    t.equal(found(word, { state: 'done', status: 200 }), false, `${word} of an answer`);
  }
  t.equal(found('aborted', { state: 'done', method: 'job' }), false, 'a unit has no status');
  t.equal(found('msg', { state: 'done', method: 'message' }), true);
  t.end();
});
