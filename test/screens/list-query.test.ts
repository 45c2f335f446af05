/** Queries of the list, as both screens ask them. */

import { test } from 'tap';
import { listQueryOf, routeFilter } from '../../src/screens/list-query.js';

const WISH = { view: 'all', filter: '', marks: [], onlyMarked: false } as const;
const LISTED = { field: 'routine', op: ':', value: '', not: true };

test('a list leaves routine ticks out, unless it is of routes or of marked requests', (t) => {
  t.same(listQueryOf({ ...WISH, marks: [] }), { query: [[LISTED]] });
  t.same(listQueryOf({ ...WISH, marks: [], view: 'routes' }), { query: [] });
  t.same(listQueryOf({ ...WISH, marks: ['a'], onlyMarked: true, until: 7 }), {
    query: [],
    until: 7,
    ids: ['a'],
  });
  t.end();
});

test('a view is one condition more; a filter that is wrong is none', (t) => {
  t.same(listQueryOf({ ...WISH, marks: [], view: 'errors', filter: 'status>=x' }).query, [
    [LISTED, { field: 'errors', op: '>', value: 0, not: false }],
  ]);
  t.end();
});

test('a route within a filter', (t) => {
  t.equal(routeFilter({ method: 'GET', route: '/a/:id' }, ''), 'method=get route="/a/:id"');
  t.equal(
    routeFilter({ method: 'GET', route: '/a/:id' }, 'n1 or slow'),
    '(n1 or slow) method=get route="/a/:id"',
  );
  t.end();
});
