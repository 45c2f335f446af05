import { test } from 'tap';
import { duplicateFetches } from '../../../src/web/extension/duplicate-fetches.js';
import type { PanelRequest } from '../../../src/web/extension/panel-request.js';

let next = 0;
function fetched(start: number, name?: string, more: Partial<PanelRequest> = {}): PanelRequest {
  return {
    ...{ id: `${next++}`, method: 'GET', path: '/api/user', origin: 'http://localhost:4000', status: 200 },
    ...{ start, isFetch: true, page: 'page_1', figures: {} },
    ...(name !== undefined && { front: { name, url: name, line: 1, column: 0 } }),
    ...more,
  };
}
const textsOf = (...requests: PanelRequest[]) => duplicateFetches(requests).map(({ text }) => text);

test('equal fetches, and the lines that made them', (t) => {
  t.same(textsOf(fetched(2, 'App.tsx:12'), fetched(1, 'Header.tsx:4'), fetched(3, 'App.tsx:12')), [
    'GET /api/user was fetched 3 times by this page: Header.tsx:4, App.tsx:12 (twice)',
  ]);
  t.same(textsOf(fetched(1), fetched(2)), ['GET /api/user was fetched twice by this page']);
  const many = Array.from({ length: 8 }, (_, n) => fetched(n, `a.js:${n}`));
  t.match(textsOf(...many), [/8 times by this page: a\.js:0, .* a\.js:4 and 3 more$/]);
  const [{ ids } = { ids: [] }] = duplicateFetches(many);
  t.equal(ids.length, 8);
  t.end();
});

test('the most repeated comes first', (t) => {
  const other = { path: '/b' };
  const texts = textsOf(
    fetched(1),
    fetched(2),
    fetched(1, 'x:1', other),
    fetched(2, 'x:1', other),
    fetched(3, 'x:1', other),
  );
  t.same(texts, [
    'GET /b was fetched 3 times by this page: x:1 (3 times)',
    'GET /api/user was fetched twice by this page',
  ]);
  t.end();
});

test('no duplicates: other methods, origins and paths, documents, and a page that polls', (t) => {
  t.same(
    textsOf(
      fetched(1),
      fetched(2, undefined, { path: '/api/user?a' }),
      fetched(3, undefined, { origin: 'http://localhost:4001' }),
      ...[4, 5].map((at) => fetched(at, undefined, { method: 'POST' })),
      ...[4, 5].map((at) => fetched(at, undefined, { isFetch: false, path: '/' })),
      ...[0, 2000, 4000, 6000].map((at) => fetched(at, 'Poll.tsx:3', { path: '/poll' })),
    ),
    [],
  );
  t.match(textsOf(...[0, 5000, 5100].map((at) => fetched(at))), [/twice/]);
  t.end();
});
