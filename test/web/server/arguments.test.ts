import { test } from 'tap';
import { parseFilter } from '../../../src/domain/filter.js';
import {
  ArgumentError,
  countArgument,
  countsArgument,
  latencyArgument,
  listQueryArgument,
  recordingArgument,
  sortArgument,
  textArgument,
  wishArgument,
} from '../../../src/web/server/arguments.js';

const FILTERS = [
  'status>=400 (n1 or slower:100ms) sql:users !health',
  'method=get path:/a route:"/b/:id" host:x service:s id:1 url:y duration<5 queries>3 qtime>=1s',
  'since:5m finding:n1 error:boom errors state:died unit:job routine cache:get rpc:x http:y log:z mail',
  'slow aborted failed died open done msg transaction "two words" ÄÖ K',
  '',
];

test('each query of the filter language arrives as it was sent', (t) => {
  for (const filter of FILTERS) {
    const parsed = parseFilter(filter);
    if (!('query' in parsed)) throw new Error(`${filter}: ${parsed.trouble}`);
    const list = { query: parsed.query, until: 1.5, ids: ['a'] };
    t.same(listQueryArgument(JSON.parse(JSON.stringify(list))), list, filter);
  }
  t.same(listQueryArgument({ query: [], more: 1 }), { query: [] }, 'nothing else does');
  t.end();
});

test('what is none is refused', (t) => {
  const term = { field: 'status', op: '>=', value: 400, not: false };
  const many = Array.from({ length: 201 }, () => term);
  const queries = [
    ...[undefined, null, 1, 'x', {}, [1], [[1]], [[null]], [[[]]], [many], many.map(() => [])],
    ...[{ field: '__proto__' }, { field: 'id; DROP TABLE' }, { field: 1 }, { op: '!=' }, { value: null }].map(
      (change) => [[{ ...term, ...change }]],
    ),
    ...[{ value: 'x'.repeat(9000) }, { not: 1 }, { value: [1] }].map((change) => [[{ ...term, ...change }]]),
  ];
  for (const query of queries)
    t.throws(() => listQueryArgument({ query }), ArgumentError, JSON.stringify(query)?.slice(0, 80));
  const wrong: (() => unknown)[] = [
    () => listQueryArgument([]),
    () => listQueryArgument({ query: [], until: '1' }),
    () => listQueryArgument({ query: [], ids: 'a' }),
    () => listQueryArgument({ query: [], ids: [1] }),
    () => listQueryArgument({ query: [], ids: Array.from({ length: 1001 }, () => 'a') }),
    () => sortArgument({ by: 'constructor', reverse: false }),
    () => sortArgument({ by: 'time' }),
    () => countArgument(-1, 'offset', 10),
    () => countArgument(1.5, 'offset', 10),
    () => countArgument(11, 'limit', 10),
    () => countArgument('1', 'limit', 10),
    () => textArgument(1, 'id'),
    () => textArgument('x'.repeat(8193), 'id'),
    () => recordingArgument('none'),
    () => wishArgument('wall'),
    () => wishArgument('locals:x'),
    () => wishArgument({}),
    () => countsArgument([0, -1], 'spans', 10, 9),
    () => countsArgument([1, 2, 3], 'spans', 2, 9),
    () => countsArgument('12', 'spans', 2, 9),
    () => latencyArgument(Number.NaN),
    () => latencyArgument('5'),
    () => latencyArgument(60_001),
  ];
  for (const read of wrong) t.throws(read, ArgumentError, String(read));
  t.same(
    [wishArgument(null), wishArgument(undefined), wishArgument('cpu'), wishArgument('locals:3')],
    [undefined, undefined, 'cpu', 'locals:3'],
  );
  t.same([countsArgument([0, 9], 'spans', 2, 9), latencyArgument(0.5)], [[0, 9], 0.5]);
  t.equal(recordingArgument('marked'), 'marked');
  t.same(sortArgument({ by: 'path', reverse: true, more: 1 }), { by: 'path', reverse: true });
  t.end();
});
