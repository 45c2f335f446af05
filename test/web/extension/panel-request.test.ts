import { test } from 'tap';
import { backLineOf, panelRequestOf } from '../../../src/web/extension/panel-request.js';

const ID = '0f8fad5b-d9cb-469f-a165-70867728950e';

function entry(url: string, headers: [string, string][] = [['X-Scooby', ID]]) {
  return {
    startedDateTime: '2026-11-28T01:27:32.613Z',
    time: 5,
    pageref: 'page_2',
    request: { method: 'GET', url },
    response: { status: 200, headers: headers.map(([name, value]) => ({ name, value })) },
    _resourceType: 'fetch',
    _initiator: {
      type: 'script',
      stack: { callFrames: [{ url: 'http://localhost:5173/src/App.tsx', lineNumber: 11 }] },
    },
  };
}

test('a row of an entry', (t) => {
  const timing = 'sql;dur=1;desc="3 queries", total;dur=9';
  t.same(
    panelRequestOf(
      entry('http://localhost:4000/a?b=1#c', [
        ['server-timing', 'db;dur=1'],
        ['x-scooby', ID],
        ['Server-Timing', timing],
      ]),
    ),
    {
      id: ID,
      method: 'GET',
      path: '/a?b=1',
      origin: 'http://localhost:4000',
      status: 200,
      start: 1795829252613,
      isFetch: true,
      page: 'page_2',
      figures: { ms: 9, queries: 3 },
      front: { name: 'App.tsx:12', url: 'http://localhost:5173/src/App.tsx', line: 12, column: 0 },
    },
  );
  t.end();
});

test('what has not passed scooby on this machine is none', (t) => {
  t.equal(panelRequestOf(entry('http://localhost:4000/', [])), undefined);
  t.equal(panelRequestOf(entry('http://localhost:4000/', [['X-Scooby', `${ID}/../..`]])), undefined);
  for (const url of [
    'https://example.com/',
    'http://localhost.evil.com/',
    'http://127.0.0.1.nip.io/',
    'data:text/html,a',
    '',
  ])
    t.equal(panelRequestOf(entry(url)), undefined, url);
  t.ok(panelRequestOf(entry('https://127.0.0.1:8443/')));
  t.end();
});

test('the line of the back end', (t) => {
  t.equal(backLineOf({ findings: [{}, { site: 'src/a.js:11' }], handler: 'show src/b.js:2' }), 'src/a.js:11');
  t.equal(backLineOf({ findings: [], handler: 'showOrder src/b.js:2' }), 'src/b.js:2');
  for (const none of [undefined, null, {}, { findings: [null] }, { handler: 5 }, { handler: 'show' }])
    t.equal(backLineOf(none), undefined);
  t.end();
});
