import { test } from 'tap';
import { CallTimes } from '../../../src/agent/record/call-times.cjs';
import { nameTiming, serverTiming } from '../../../src/agent/record/server-timing.cjs';

test('kinds in their order with counts, the app, scooby, and all', (t) => {
  const times = new CallTimes();
  const call = (kind: string, from: number, to: number, facts?: Record<string, unknown>) => {
    times.began(kind, from);
    times.ended(kind, to, facts);
  };
  call('http', 0, 1);
  call('search', 1, 2);
  call('cache', 2, 3.1, { hits: 1, misses: 0 });
  call('cache', 4, 5, { hits: 1, misses: 1 });
  call('rpc', 5, 6);
  call('sql', 6, 7);
  times.began('sql', 8);
  t.equal(
    serverTiming({ times, at: 10.456, total: 20, own: 0.1234 }),
    'sql;dur=3.46;desc="2 queries", cache;dur=2.1;desc="2 calls, 2 hits", rpc;dur=1;desc="1 call", http;dur=1;desc="1 request", search;dur=1;desc="1 call", app;dur=11.32, scooby;dur=0.12, total;dur=20',
  );
  t.end();
});

test('a kind that an instrument has named, by its name and nouns', (t) => {
  nameTiming({ kind: 'geo', timing: 'places', noun: 'look-up' });
  const times = new CallTimes();
  for (const at of [0, 2]) {
    times.began('geo', at);
    times.ended('geo', at + 1, undefined);
  }
  const value = serverTiming({ times, at: 4, total: 4, own: 0 });
  t.equal(value, 'places;dur=2;desc="2 look-ups", app;dur=2, scooby;dur=0, total;dur=4');
  t.end();
});

test('nouns of an instrument by others do not end the text, or the head', (t) => {
  nameTiming({ kind: 'odd', noun: 'a"b\\c\r\nX-Own: é' });
  const times = new CallTimes();
  times.began('odd', 0);
  times.ended('odd', 1, undefined);
  const value = serverTiming({ times, at: 1, total: 1, own: 0 });
  t.equal(value, 'odd;dur=1;desc="1 a_b_c__X-Own: _", app;dur=0, scooby;dur=0, total;dur=1');
  t.end();
});

test('without calls; a time is never below 0', (t) => {
  t.equal(
    serverTiming({ times: new CallTimes(), at: 5, total: 1, own: 2 }),
    'app;dur=0, scooby;dur=2, total;dur=1',
  );
  t.end();
});

test('kinds of any name, and of any number, stay a header below 1 KB', (t) => {
  const times = new CallTimes();
  for (let n = 0; n < 50; n++) {
    const kind = `${n} a"b\\c\r\n; é${'x'.repeat(500)}`;
    times.began(kind, 0);
    times.ended(kind, 123_456.78, { hits: 1e15, misses: 0 });
  }
  const value = serverTiming({ times, at: 1e9, total: 1e9, own: 1e5 });
  t.ok(value.length < 1000, `${value.length}`);
  const entry = /^[\w!#$%&'*+.^`|~-]+;dur=[\d.]+(?:;desc="[\w ,]+")?$/;
  t.same(
    value.split(/, (?=[^"]*(?:"[^"]*"[^"]*)*$)/).filter((each) => !entry.test(each)),
    [],
  );
  t.equal(value.split(';dur=').length - 1, 10);
  t.end();
});
