import { deepStrictEqual } from 'node:assert/strict';
import fc from 'fast-check';
import { test } from 'tap';
import type { Profile } from '../../src/domain/profile.js';
import { type TimedRequest, timeSpentOf } from '../../src/domain/time-spent.js';
import { totalsOf } from '../../src/domain/trace.js';
import { aSpan } from '../factory.js';
import { holds } from '../property.js';

/** The parts by name, and all of them together. */
function partsOf(request: TimedRequest): Record<string, number> {
  const { parts } = timeSpentOf(request);
  return Object.fromEntries(parts.map(({ part, ms }) => [part, ms]));
}

const call = (kind: string, start: number, duration: number, more: object = {}) => ({
  ...{ kind, start, duration },
  ...more,
});

const origins = ['own', 'gc', 'native'] as const;

/** A profile of functions of each origin; samples of [origin, weight, at]. */
function aProfile(
  samples: [origin: (typeof origins)[number], weight: number, at: number][],
  runs = 1,
): { cpu: Profile } {
  return {
    cpu: {
      ...{ kind: 'cpu', by: 'profiler', interval: 1, runs },
      functions: origins.map((origin) => ({ name: origin, file: '', line: 0, column: 0, origin })),
      nodes: origins.map((_, at) => ({ function: at, parent: -1 })),
      samples: samples.map(([origin, weight, at]) => [origins.indexOf(origin), weight, at]),
    },
  };
}

test('parallel calls count once, and what is left is unaccounted', (t) => {
  const spans = [call('sql', 10, 20), call('sql', 15, 20), call('http', 40, 10), call('log', 1, 5)];
  t.same(partsOf({ duration: 100, spans }), { sql: 25, http: 10, unaccounted: 65 });
  t.end();
});

test('a wait is a wait, except while another call of the request ran', (t) => {
  const spans = [call('sql', 0, 10), call('sql', 0, 10, { wait: 10 }), call('sql', 30, 5, { wait: 15 })];
  t.same(partsOf({ duration: 50, spans }), { wait: 15, sql: 25, unaccounted: 10 });
  t.end();
});

test('of what happened at once the first has the time: a block, then code, then calls by kind', (t) => {
  const spans = [
    call('http', 0, 50),
    call('cache', 0, 40),
    call('sql', 0, 30),
    call('block', 0, 20),
    call('dns', 45, 10),
  ];
  t.same(partsOf({ duration: 60, spans }), {
    ...{ block: 20, sql: 10, cache: 10, http: 10, dns: 5 },
    unaccounted: 5,
  });
  const profiles = aProfile([
    ['own', 10, 25],
    ['gc', 5, 30],
  ]);
  t.same(partsOf({ duration: 60, spans, profiles }), {
    ...{ cpu: 5, block: 20, gc: 5, cache: 10, http: 10, dns: 5 },
    unaccounted: 5,
  });
  t.end();
});

test('a synchronous query is SQL, though the event loop was blocked meanwhile', (t) => {
  const spans = [call('block', 0, 100), call('sql', 20, 50, { detail: { blocking: true } })];
  t.same(partsOf({ duration: 100, spans }), { block: 50, sql: 50 });
  t.end();
});

test('the code of another request that blocked this one is named apart', (t) => {
  const spans = [call('block', 0, 30), call('blocked', 20, 40, { detail: { trace: 'some id' } })];
  t.same(partsOf({ duration: 70, spans }), { block: 30, blocked: 30, unaccounted: 10 });
  t.end();
});

test('calls that others run in have no part of their own', (t) => {
  const spans = [call('graphql', 0, 50), call('sql', 10, 10)];
  t.same(partsOf({ duration: 50, spans }), { sql: 10, unaccounted: 40 });
  t.equal(totalsOf([aSpan({ kind: 'graphql', start: 0, duration: 50 })], 50).graphql!.time, undefined);
  t.end();
});

test('samples have the time of their weights, in line one after the other', (t) => {
  const profiles = aProfile([
    ['own', 2, 3],
    ['own', 2, 4],
    ['native', 1, 11],
    ['own', 9, 28],
  ]);
  const { parts, segments } = timeSpentOf({ duration: 20, spans: [], profiles });
  t.same(parts, [
    { part: 'cpu', ms: 6 },
    { part: 'unaccounted', ms: 14 },
  ]);
  t.same(segments, [
    { part: 'cpu', start: 1, end: 5 },
    { part: 'cpu', start: 10, end: 11 },
    { part: 'cpu', start: 19, end: 20 },
  ]);
  const busy = { cpu: { ...profiles.cpu, offCpu: 3 } };
  t.same(partsOf({ duration: 20, spans: [], profiles: busy }), { cpu: 6, 'off-cpu': 3, unaccounted: 11 });
  t.same(partsOf({ duration: 20, spans: [], profiles: aProfile([['own', 9, 1]], 5) }), { unaccounted: 20 });
  t.end();
});

test('what began after the response counts in nothing; what goes on counts until then', (t) => {
  const spans = [call('sql', 5, 100), call('http', 30, 5, { afterResponse: true })];
  t.same(partsOf({ duration: 20, spans }), { sql: 15, unaccounted: 5 });
  t.same(timeSpentOf({ spans: [call('sql', 5, 10), { kind: 'http', start: 12 }] }), {
    total: 15,
    parts: [
      { part: 'sql', ms: 10 },
      { part: 'unaccounted', ms: 5 },
    ],
    segments: [{ part: 'sql', start: 5, end: 15 }],
  });
  t.end();
});

const ms = fc.oneof(
  fc.nat({ max: 40 }),
  fc.double({ min: 0, max: 40, noNaN: true }),
  fc.double({ noDefaultInfinity: true }),
);
const aCall = fc.record(
  {
    kind: fc.constantFrom(
      'sql',
      'cache',
      'rpc',
      'http',
      'block',
      'blocked',
      'dns',
      'log',
      'graphql',
      'wait',
      'gc',
      'x',
    ),
    ...{ start: ms, wait: ms, duration: ms },
    detail: fc.constantFrom({ blocking: true }, {}),
    afterResponse: fc.constant(true as const),
  },
  { requiredKeys: ['kind', 'start'] },
);
const aSample = fc.tuple(fc.constantFrom(...origins), ms, ms);
const aRequest = fc
  .record({ spans: fc.array(aCall), samples: fc.array(aSample), duration: fc.nat({ max: 50_000 }) })
  .map(({ spans, samples, duration }) => ({
    ...{ spans, duration: duration / 1000 },
    profiles: aProfile(samples),
  }));

const micros = (value: number) => Math.round(value * 1000);

test('the parts are positive and add up to the duration, whatever happened at once', () =>
  holds(
    fc.property(aRequest, (request) => {
      const { parts, segments, total } = timeSpentOf(request);
      deepStrictEqual(micros(total), micros(request.duration));
      deepStrictEqual(
        parts.reduce((sum, { ms: part }) => sum + micros(part), 0),
        micros(request.duration),
      );
      for (const { ms: part } of parts) deepStrictEqual(part > 0, true);
      let until = 0;
      for (const { start, end } of segments) {
        deepStrictEqual(start >= until && end > start, true, `${start} to ${end} after ${until}`);
        until = end;
      }
      deepStrictEqual(until <= total, true);
      const known = segments.reduce((sum, { start, end }) => sum + micros(end) - micros(start), 0);
      const named = parts.filter(({ part }) => part !== 'unaccounted');
      deepStrictEqual(
        named.reduce((sum, { ms: part }) => sum + micros(part), 0),
        known,
      );
    }),
    1000,
  ));

test('the order of the calls changes nothing', () =>
  holds(
    fc.property(
      aRequest.chain((request) =>
        fc.tuple(
          fc.constant(request),
          fc.shuffledSubarray(request.spans, { minLength: request.spans.length }),
        ),
      ),
      ([request, spans]) => {
        deepStrictEqual(timeSpentOf({ ...request, spans }), timeSpentOf(request));
      },
    ),
    500,
  ));
