/** A request is judged in a time that grows with its calls and not with their square: thousands of them, in the shapes that apps make. */

import { test } from 'tap';
import type { Span, Trace } from '../../src/domain/trace.js';
import { finishTrace } from '../../src/insight/judge.js';
import { aFrame, aSpan, aTrace } from '../factory.js';

const FEW = 1000;
const MANY = 6000;
// 6 if linear, 36 if quadratic.
const MAX_RATIO = 18;
/** ms of CPU under which a ratio says nothing. */
const NOTICEABLE_MS = 150;
const TRIES = 3;

const at = (line: number) => [aFrame({ line, function: `line${line}` })];
const ROW = 'SELECT * FROM items WHERE id = $1';

const SHAPES: Record<string, (i: number) => Partial<Span>> = {
  'a loop at once on a pool': (i) => ({
    name: ROW,
    start: 1,
    wait: 1 + i * 0.2,
    duration: 0.2,
    stack: at(1),
  }),
  'fifty lines at once, slow': (i) => ({
    name: `SELECT ${i % 50} FROM items`,
    start: i * 0.03,
    duration: 500 + (i % 97),
    stack: at(i % 50),
  }),
  'slow statements, each another': (i) => ({
    name: `SELECT a${i} FROM t${i}`,
    start: i,
    duration: 600,
    stack: at(i),
  }),
  'large results, each another': (i) => ({
    name: `SELECT * FROM t${i}`,
    rows: 100_000,
    start: i,
    duration: 0.5,
    stack: at(i),
  }),
  'HTTP calls with a look-up each': (i) =>
    i % 2 === 0
      ? {
          kind: 'http',
          library: 'http',
          name: `GET http://a.example/items/${i}`,
          start: i,
          duration: 1.5,
          stack: at(1),
        }
      : {
          kind: 'dns',
          library: 'dns',
          name: 'lookup a.example',
          start: i - 0.9,
          duration: 0.2,
          stack: at(1),
        },
  'calls that blocks delay': (i) =>
    i % 2 === 0
      ? { name: ROW, start: i * 200, duration: 170, stack: at(1) }
      : {
          kind: 'block',
          library: 'node',
          name: `work${i % 20}`,
          start: i * 200 - 190,
          duration: 150,
          stack: at(i % 20),
        },
};

function traceOf(shape: (i: number) => Partial<Span>, count: number): Trace {
  const spans = Array.from({ length: count }, (_, i) => aSpan({ detail: { params: [i] }, ...shape(i) }));
  return aTrace({ spans, duration: 2e6 });
}

/** ms of CPU that judging takes, at least. */
function cpuOf(shape: (i: number) => Partial<Span>, count: number): number {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < TRIES; i++) {
    const trace = traceOf(shape, count);
    const before = process.cpuUsage();
    finishTrace(trace, () => undefined);
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / 1000);
    // A quadratic one takes long enough to be known by once.
    if (least > 20 * NOTICEABLE_MS) break;
  }
  return least;
}

for (const [name, shape] of Object.entries(SHAPES)) {
  test(`of ${name}, six times as many take about six times as long`, (t) => {
    const few = cpuOf(shape, FEW);
    const many = cpuOf(shape, MANY);
    const ratio = many / few;
    t.ok(many < NOTICEABLE_MS || ratio < MAX_RATIO, `${few.toFixed(0)} ms, then ${many.toFixed(0)} ms`);
    t.end();
  });
}

test('of more findings than have wins, those with the most ms have one', (t) => {
  const { findings } = finishTrace(traceOf(SHAPES['slow statements, each another']!, 300), () => undefined);
  t.equal(findings.length, 300);
  const won = findings.filter(({ win }) => win !== undefined);
  t.equal(won.length, 200);
  t.ok(Math.min(...won.map(({ ms }) => ms)) >= 600);
  t.end();
});
