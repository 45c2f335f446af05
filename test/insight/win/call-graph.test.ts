import { test } from 'tap';
import type { RecordedSpan } from '../../../src/domain/trace.js';
import { callGraphOf } from '../../../src/insight/win/call-graph.js';
import { stackOf } from '../story.js';

type Row = [name: string, start: number, duration: number, at: string[], more?: Partial<RecordedSpan>];

/** What each call waited for, by name; `end` is the request. */
function graph(rows: Row[], duration: number): Record<string, string> {
  const spans = rows.map(([name, start, own, at, more]) => ({
    ...{ kind: 'sql', library: 'pg', name, start, duration: own, stack: stackOf(at) },
    ...more,
  }));
  const { calls, last } = callGraphOf({ spans, duration })!;
  const nameOf = (at: number) => spans[calls[at]!.index]!.name;
  const namesOf = (after: readonly number[]) => after.map(nameOf).join(' ');
  return Object.fromEntries([
    ...calls.map(({ after, freedBy }, at) => [
      nameOf(at),
      namesOf(after) + (freedBy < 0 ? '' : ` freed by ${nameOf(freedBy)}`),
    ]),
    ['end', namesOf(last)],
  ]);
}

const PAGE = ['a.js:1 page'];

test('a call waits for those that ended before it began', (t) => {
  t.same(
    graph(
      [
        ['a', 1, 5, PAGE],
        ['b', 1, 9, PAGE],
        ['c', 10.1, 2, PAGE],
        ['d', 10.2, 3, PAGE],
        ['e', 13.3, 1, PAGE],
      ],
      20,
    ),
    { a: '', b: '', c: 'b a', d: 'b a', e: 'd c', end: 'e' },
  );
  t.end();
});

test('functions that run beside each other wait for their own calls', (t) => {
  const a = ['a.js:5 a', 'a.js:1 page'];
  const b = ['b.js:5 b', 'a.js:1 page'];
  t.same(
    graph(
      [
        ['a1', 0, 5, a],
        ['b1', 0, 2, b],
        ['b2', 2.1, 2, b],
        ['a2', 5.1, 5, a],
        ['both', 11, 1, PAGE],
      ],
      13,
    ),
    { a1: '', b1: '', b2: 'b1', a2: 'a1', both: 'a2 b2', end: 'both' },
  );
  t.end();
});

test('a loop does not wait for what was begun before it', (t) => {
  const [loop, other] = [['a.js:9 page'], ['r.js:1 rates', 'a.js:3 page']];
  t.same(
    graph(
      [
        ['rates', 0, 2.5, other],
        ['one', 0.1, 1, loop],
        ['two', 1.2, 1, loop],
        ['three', 2.6, 1, loop],
        ['after', 4, 1, ['a.js:12 page']],
      ],
      6,
    ),
    { rates: '', one: '', two: 'one', three: 'rates two', after: 'three', end: 'after' },
    'unless that is what ended last',
  );
  t.same(
    graph(
      [
        ['rates', 0, 2, other],
        ['one', 0.1, 1, loop],
        ['two', 1.2, 1, loop],
        ['three', 2.6, 1, loop],
        ['after', 4, 1, ['a.js:12 page']],
      ],
      6,
    ),
    { rates: '', one: '', two: 'one', three: 'two', after: 'three rates', end: 'after' },
  );
  t.end();
});

test('a connection is waited for, unless it had to be opened', (t) => {
  t.same(
    graph(
      [
        ['a', 0, 4, PAGE],
        ['b', 0.1, 3, PAGE, { wait: 3.95 }],
        ['new', 0.2, 3, PAGE, { wait: 4, detail: { opened: true } }],
        ['redis', 0.3, 3, PAGE, { wait: 5, kind: 'cache', library: 'redis' }],
      ],
      9,
    ),
    { a: '', b: ' freed by a', new: '', redis: '', end: 'redis a b new' },
  );
  t.end();
});

test('log lines, wrappers, blocks, running calls and those after the response are not in it', (t) => {
  t.same(
    graph(
      [
        ['log', 0, 0, PAGE, { kind: 'log' }],
        ['query', 0, 9, PAGE, { kind: 'graphql' }],
        ['block', 0, 9, PAGE, { kind: 'block' }],
        ['a', 1, 2, PAGE],
        ['late', 2, 2, PAGE, { afterResponse: true }],
        ['beyond', 2, 20, PAGE],
      ],
      10,
    ),
    { a: '', beyond: '', end: 'a' },
  );
  t.equal(callGraphOf({ spans: [] }), undefined);
  t.end();
});
