import { test } from 'tap';
import type { Span } from '../../../src/domain/trace.js';
import { groupsOf } from '../../../src/insight/calls/groups.js';
import { aFrame, aLibraryFrame, aSpan } from '../../factory.js';

function item(id: number, duration: number | undefined, start: number): Span {
  const { duration: _, ...span } = aSpan({ name: `/* ${id} */ SELECT * FROM items WHERE id = ${id}`, start });
  return duration === undefined ? span : { ...span, duration };
}

test('calls of one fingerprint and call site are a group, sorted by start', (t) => {
  const orders = aSpan({ name: 'SELECT * FROM orders', start: 0, stack: [aFrame({ line: 31 })] });
  const [first, second] = groupsOf([item(2, 5, 3), orders, item(1, 2, 1), item(3, undefined, 9)]);
  t.match(first, { shape: 'SELECT * FROM orders', label: 'SELECT … orders', site: 'src/orders.js:31' });
  t.same(first!.spans, [1]);
  t.match(second, {
    kind: 'sql',
    library: 'pg',
    shape: 'SELECT * FROM items WHERE id = ?',
    site: 'src/orders.js:47',
    slowest: 0,
    total: 7,
    average: 3.5,
    rows: 3,
    errors: 0,
    running: 1,
  });
  t.same(second!.spans, [2, 0, 3], 'indexes of the passed spans');
  t.end();
});

test('the same statement from another call site is another group', (t) => {
  const spans = [aSpan(), aSpan({ stack: [aFrame({ line: 50 })] })];
  t.same(
    groupsOf(spans).map(({ site, spans }) => [site, spans]),
    [
      ['src/orders.js:47', [0]],
      ['src/orders.js:50', [1]],
    ],
  );
  t.end();
});

test('groups have the call site of their calls, not the wrapper', (t) => {
  const wrapper = aFrame({ function: 'query', file: 'src/db.js', line: 5 });
  const by = (line: number, name: string) => {
    const frame = aFrame({ line });
    return aSpan({ name, stack: [wrapper, frame], site: `src/orders.js:${line}`, frame });
  };
  const groups = groupsOf([by(1, 'SELECT 1 FROM a'), by(2, 'SELECT 1 FROM b'), by(2, 'SELECT 2 FROM b')]);
  t.same(
    groups.map(({ site, spans }) => [site, spans.length]),
    [
      ['src/orders.js:1', 1],
      ['src/orders.js:2', 2],
    ],
  );
  t.end();
});

test('other kinds are grouped by their key or name without ids', (t) => {
  const of = (kind: string, library: string, name: string) => aSpan({ kind, library, name, detail: {} });
  const groups = groupsOf([
    of('cache', 'memcached', 'get user:42'),
    of('cache', 'memcached', 'get user:43'),
    of('http', 'undici', 'GET http://api/users/1?x=2'),
    of('http', 'undici', 'GET http://api/users/2?x=3'),
    of('rpc', 'thrift', 'Shop.price(12)'),
    of('log', 'console', 'took 12 ms'),
    of('log', 'console', 'took 13 ms'),
    of('odd', 'odd', 'run job 1'),
  ]);
  t.same(
    groups.map(({ shape, spans }) => [shape, spans.length]),
    [
      ['get user:#', 2],
      ['GET http://api/users/#?x', 2],
      ['Shop.price', 1],
      ['took # ms', 2],
      ['run job #', 1],
    ],
  );
  t.end();
});

test('a call without a site, a failed call, and a call that waited', (t) => {
  const spans = [
    aSpan({ stack: [aLibraryFrame()], wait: 2, error: '42P01: no' }),
    aSpan({ stack: [], wait: 3 }),
  ];
  const [group, ...others] = groupsOf(spans);
  t.same(others, []);
  t.equal(group!.site, undefined);
  t.match(group, { wait: 5, errors: 1 });
  t.same(groupsOf([]), []);
  t.end();
});
