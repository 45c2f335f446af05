import { test } from 'tap';
import { searchTarget } from '../../../src/agent/instruments/shared/search-name.cjs';
import { type ExpectedSpan, testForms } from '../forms.js';

/** A span of a command; `index.command` is its name, or the command alone. */
function asked(
  name: string,
  change: Record<string, unknown> = {},
  rest: Partial<ExpectedSpan> = {},
): ExpectedSpan {
  const [, index, command] = /^(?:([a-z,]+)\.)?((?:indices\.|cat\.)?\w+)$/.exec(name)!;
  const isIndex = index !== undefined && !['indices', 'cat'].includes(index);
  const detail = { ...(isIndex && { index }), arguments: {}, status: 200, ...change };
  return { name, detail: { command: isIndex ? command : name, ...detail }, ...rest };
}

const query = { body: { query: { match: { name: 'cup' } } } };
const failed = { status: 404, bytes: 181, failure: 'application' };
const REASON = 'no such index [missing]';
const done = { bytes: 21 };
const found = { bytes: 95 };

/** What is recorded of the forms of clients before 8, and of OpenSearch. */
const expected = (error: string): Record<string, ExpectedSpan[]> => ({
  callback: [
    asked('products.count', done),
    asked('products,carts.search', { ...found, arguments: { querystring: { size: 2 } } }, { rows: 2 }),
  ],
  promise: [asked('products.search', { ...found, arguments: query }, { rows: 2 })],
  document: [
    asked('products.index', { ...done, arguments: { id: '1', body: { name: 'cup', password: 'REDACTED' } } }),
    asked('products.get', { bytes: 37, arguments: { id: '1' } }, { rows: 1 }),
    asked('products.delete', { ...done, arguments: { id: '1', querystring: { routing: 'a' } } }),
  ],
  index: [asked('carts.indices.create', done), asked('carts.indices.exists'), asked('cat.indices', done)],
  bulk: [asked('bulk', { bytes: 51, arguments: { body: '2 lines' } }, { rows: 1 })],
  helper: [
    asked('bulk', { bytes: 76, arguments: { body: '4 lines' } }, { rows: 2 }),
    asked('products.search', { ...found, arguments: { querystring: { scroll: '1m' } } }, { rows: 2 }),
    asked(
      'scroll',
      {
        bytes: 40,
        arguments: {
          querystring: { scroll: '1m', rest_total_hits_as_int: null },
          body: { scroll_id: 'more' },
        },
      },
      { rows: 0 },
    ),
    asked('clear_scroll', { ...done, arguments: { body: { scroll_id: 'more' } } }),
  ],
  transport: [asked('products.search', found, { rows: 2 })],
  shared: [
    asked('products.search', found, { rows: 2 }),
    asked('products.search', found, { rows: 2 }),
    asked('products.search', found, { rows: 2 }),
    asked('missing.search', failed, { error }),
  ],
  stream: [asked('products.search', found)],
  zipped: [asked('products.search', { ...found, arguments: query }, { rows: 2 })],
  retry: [asked('busy.count', { ...done, attempts: 2 })],
  order: [asked('products.count', done)],
  error: [
    asked('missing.search', failed, { error }),
    {
      name: 'products.search',
      detail: { command: 'search', index: 'products', arguments: {}, failure: 'transport' },
      error: 'connect ECONNREFUSED 127.0.0.1:1',
    },
    asked('missing.search', { bytes: 181, status: 404 }),
  ],
  unhandled: [asked('missing.search', failed, { error })],
  forgotten: [asked('missing.count', failed, { error })],
});

const error = `index_not_found_exception: [index_not_found_exception] Reason: ${REASON}`;
testForms('@elastic/elasticsearch', () => expected(error), 'search');
testForms('@opensearch-project/opensearch', () => expected(error), 'search');

test('names of requests', async (t) => {
  const named = (method: string, path: string) => {
    const { command, index, id } = searchTarget(method, path);
    return [command, index, id];
  };
  t.same(named('GET', '/'), ['info', undefined, undefined]);
  t.same(named('HEAD', '/'), ['ping', undefined, undefined]);
  t.same(named('POST', '/products/_search?size=1'), ['search', 'products', undefined]);
  t.same(named('GET', '/a%2Cb/_msearch'), ['msearch', 'a,b', undefined]);
  t.same(named('PUT', '/products/_doc/a%2Fb'), ['index', 'products', 'a/b']);
  t.same(named('HEAD', '/products/_doc/1'), ['exists', 'products', '1']);
  t.same(named('POST', '/products/_update/1'), ['update', 'products', '1']);
  t.same(named('POST', '/products/_update_by_query'), ['update_by_query', 'products', undefined]);
  t.same(named('PUT', '/products/book/1'), ['index', 'products', '1'], 'a type of before 8');
  t.same(named('DELETE', '/products'), ['indices.delete', 'products', undefined]);
  t.same(named('DELETE', '/_search/scroll'), ['clear_scroll', undefined, undefined]);
  t.same(named('GET', '/_cluster/health'), ['cluster.health', undefined, undefined]);
  t.same(named('GET', '/_nodes/_all/http'), ['nodes.all', undefined, undefined]);
  t.same(named('GET', '/_tasks/node:1'), ['tasks', undefined, undefined], 'an id is no word of a command');
  t.same(named('GET', '/products/_doc/%E0%A4'), ['get', 'products', '%E0%A4'], 'what is no text stays');
});
