import { test } from 'tap';
import { both, parseFilter, satisfies } from '../src/query.js';

test('the words of a filter become conditions', (t) => {
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

test('or separates alternatives, and is what may be said twice', (t) => {
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

test('a quoted phrase is one value; an unknown word with a colon is text', (t) => {
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

test('both joins every alternative with every other', (t) => {
  const [a, b] = [parseFilter('one or two'), parseFilter('n1')];
  t.same('query' in a && 'query' in b && both(a.query, b.query).map((all) => all.map((term) => term.value)), [
    ['one', 'n+1'],
    ['two', 'n+1'],
  ]);
  t.end();
});

test('a condition holds for numbers, classes, texts, and turned around', (t) => {
  const one = (text: string) => {
    const parsed = parseFilter(text);
    if (!('query' in parsed)) throw new Error(parsed.trouble);
    return parsed.query[0]![0]!;
  };
  t.equal(satisfies(one('status>=400'), 404), true);
  t.equal(satisfies(one('status:4xx'), 404), true);
  t.equal(satisfies(one('status:5xx'), 404), false);
  t.equal(satisfies(one('status>=400'), undefined), false);
  t.equal(satisfies(one('!status:4xx'), undefined), true);
  t.equal(satisfies(one('sql:ORDERS'), ['select 1', 'select * from orders']), true);
  t.equal(satisfies(one('!orders'), '/orders'), false);
  t.equal(satisfies(one('method=get'), 'GET'), true);
  t.end();
});
