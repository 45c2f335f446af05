import { test } from 'tap';
import { callsOfChildren } from '../../../src/insight/calls/child-calls.js';

const http = (name: string, start: number, duration = 10) => ({ kind: 'http', name, start, duration });
const child = (url: string, start: number) => ({ url, start });

test('of calls at the same time a request belongs to the one of its path', (t) => {
  const spans = [
    { kind: 'sql', name: 'GET http://x/items', start: 0, duration: 50 },
    http('GET http://stock:1/stock/1?deep=1', 0, 50),
    http('GET http://items:2/items', 0, 50),
  ];
  const at = (children: ReturnType<typeof child>[]) => callsOfChildren({ start: 1000, spans }, children);
  t.same(at([child('/items?x=1', 1002), child('/stock/1', 1003)]), [2, 1]);
  t.same(at([child('/elsewhere', 1002), child('/items', 1003)]), [1, 2], 'a path that a proxy has changed');
  t.same(at([child('/items', 2000)]), [undefined], 'a job that came later');
  t.end();
});

test('repeated calls of a path take their requests one after the other', (t) => {
  const spans = [0, 20, 40].map((start) => http('GET http://a/x', start));
  t.same(
    callsOfChildren({ start: 0, spans }, [child('/x', 3), child('/x', 22), child('/x', 45), child('/x', 46)]),
    [0, 1, 2, undefined],
  );
  t.same(
    callsOfChildren({ start: 0, spans }, [child('/x', 22)]),
    [1],
    'one that was not recorded is passed over',
  );
  t.end();
});
