/** Values of the app: told bounded, as JSON, without running a line of the app's code. */

import { deepStrictEqual, ok } from 'node:assert/strict';
import fc from 'fast-check';
import { test } from 'tap';
import {
  redisBatchInfo,
  redisCallInfo,
  replyFacts,
} from '../../src/agent/instruments/shared/redis-command.cjs';
import {
  argumentText,
  keyPositions,
  valuePositions,
} from '../../src/agent/instruments/shared/redis-keys.cjs';
import { encodeLine, encodeSpan } from '../../src/agent/record/encode-span.cjs';
import { serialize } from '../../src/agent/record/serialize.cjs';
import { maskNamedParams, maskParams } from '../../src/agent/record/sql-params.cjs';
import { anyText, holds } from '../property.js';

class AppCodeRan extends Error {}

/** Fails whatever the agent runs of the app: every trap, getter and method. */
const run = () => {
  throw new AppCodeRan();
};
const traps = Object.fromEntries(
  Object.getOwnPropertyNames(Reflect).map((name) => [name, run]),
) as ProxyHandler<object>;

const hostile: fc.Arbitrary<() => unknown> = fc.constantFrom<() => unknown>(
  () => new Proxy({}, traps),
  () => new Proxy([], traps),
  () => new Proxy(() => {}, traps),
  () => Proxy.revocable({}, {}),
  () => Object.defineProperty({}, 'a', { get: run, enumerable: true }),
  () => Object.defineProperty([1, 2], 1, { get: run, enumerable: true }),
  () => ({ toJSON: run, toString: run, valueOf: run, [Symbol.toPrimitive]: run, [Symbol.iterator]: run }),
  () => Object.assign([1], { toJSON: run, [Symbol.iterator]: run, map: run, slice: run }),
  () => Object.assign(new Date(), { toISOString: run, toJSON: run, getTime: run }),
  () => Object.defineProperty(new Error('x'), 'message', { get: run }),
  () => Object.defineProperty(new Error('x'), 'name', { get: run }),
  () => Object.assign(Buffer.from('ab'), { toString: run, toJSON: run }),
  () => Object.defineProperty(new Uint8Array(3), 'byteLength', { get: run }),
  () => Object.create(new Proxy({}, traps)),
  () =>
    Object.create({
      get secret() {
        return run();
      },
    }),
  () => new Map([[{ toString: run }, 1]]),
  () => Object.assign(() => {}, { toString: run }),
  () => ({ nested: { deep: [new Proxy({}, traps)] } }),
  () => Object.create(null, { [Symbol.toStringTag]: { get: run } }),
);

/** Makes a value: fast-check itself looks into what it hands out. */
type Make = () => unknown;

/** Values of every kind, some of them in each other, some of them in themselves. */
const aValue: fc.Arbitrary<Make> = fc.oneof(
  fc
    .anything({
      ...{ withBigInt: true, withDate: true, withMap: true, withSet: true, withTypedArray: true },
      ...{ withSparseArray: true, withNullPrototype: true, withObjectString: true },
    })
    .map(
      (value): Make =>
        () =>
          value,
    ),
  hostile,
  fc.tuple(fc.string(), hostile).map(
    ([key, make]): Make =>
      () => ({ [key]: make(), again: [make()] }),
  ),
  fc.constantFrom(1e6, 20_000, 300).map(
    (size): Make =>
      () =>
        'x'.repeat(size),
  ),
  fc.constantFrom(100_000, 300).map(
    (size): Make =>
      () =>
        new Array(size).fill({ a: 1 }),
  ),
  fc.constantFrom(5000, 201).map(
    (size): Make =>
      () =>
        Object.fromEntries(Array.from({ length: size }, (_, i) => [`k${i}`, i])),
  ),
  fc.nat({ max: 5000 }).map(
    (depth): Make =>
      () =>
        nestedIn(depth),
  ),
  fc.constant((): unknown => {
    const circle: Record<string, unknown> = {};
    circle.list = [circle, circle];
    return circle;
  }),
  fc.constantFrom<Make>(
    () => run,
    () => Symbol('s'),
    () => Number.NaN,
    () => Number.POSITIVE_INFINITY,
    () => undefined,
    () => null,
  ),
);

function nestedIn(depth: number): unknown {
  let nested: unknown = 1;
  for (let i = 0; i < depth; i++) nested = i % 2 === 0 ? [nested] : { nested };
  return nested;
}

/** Tells that the app's code ran, wherever it was caught. */
function told(make: () => unknown): string {
  const text = JSON.stringify(make()) ?? '';
  ok(!text.includes('threw'), `the app's code ran: ${text.slice(0, 300)}`);
  return text;
}

test('any value is told as JSON, bounded, and none of its code runs', () =>
  holds(
    fc.property(aValue, (make) => {
      const value = make();
      const text = told(() => serialize(value));
      // 1000 values of 8 kB each are the most.
      ok(text.length < 10_000_000, `${text.length} characters`);
      deepStrictEqual(JSON.stringify(serialize(value)) ?? '', text);
    }),
    600,
  ));

const SQL = [
  ...[
    'select * from users where password = $1 and name = $2',
    'insert into a (token, b) values ($1, $2), (?, ?)',
  ],
  ...['update a set secret = ?, b = :b where api_key = :key', 'select $1', ''],
];
const aStatement = fc.oneof(
  fc.constantFrom(...SQL),
  fc
    .array(
      fc.constantFrom(
        ...'$1 $2 $99 ? :a :password password = ( ) , values set where \' " ` . in token'.split(' '),
      ),
    )
    .map((words) => words.join(' ')),
  anyText(),
);

test('parameters of any kind are told with any statement, and none of their code runs', () =>
  holds(
    fc.property(aStatement, fc.array(aValue, { maxLength: 4 }), (sql, makes) => {
      const values = makes.map((make) => make());
      told(() => maskParams(sql, values));
      deepStrictEqual(maskParams(sql, values).length, values.length);
      for (const value of values) {
        if (typeof value === 'object' && value !== null) told(() => maskNamedParams(sql, value));
      }
    }),
    400,
  ));

test('a parameter of a secret column is masked, whatever else there is', () =>
  holds(
    fc.property(
      fc.uniqueArray(fc.constantFrom('a', 'b', 'password', 'token', 'name'), { minLength: 1 }),
      fc.constantFrom('and', 'or'),
      fc.boolean(),
      (columns, between, written) => {
        const marks = columns.map((_, i) => `$${i + 1}`);
        const sql = written
          ? `insert into t (${columns.join(', ')}) values (${marks.join(', ')})`
          : `select 1 from t where ${columns.map((column, i) => `${column} = ${marks[i]}`).join(` ${between} `)}`;
        const masked = columns.map((column) => (/password|token/.test(column) ? 'REDACTED' : column));
        deepStrictEqual(maskParams(sql, columns), masked);
      },
    ),
    150,
  ));

const aName = fc.oneof(
  fc.constantFrom(
    ...'get set mget mset hset del eval zunionstore bitop xread auth object lpush json.set blpop'.split(' '),
  ),
  anyText(),
);

const anArgument: fc.Arbitrary<Make> = fc.oneof(
  fc.oneof(anyText(), fc.integer(), fc.double(), fc.constantFrom('2', 'STREAMS', '-1', '1e9', 'NaN')).map(
    (value): Make =>
      () =>
        value,
  ),
  fc.uint8Array().map(
    (bytes): Make =>
      () =>
        Buffer.from(bytes),
  ),
  aValue,
);

test("a Redis command's keys are arguments of it, each once, and any reply is understood", () =>
  holds(
    fc.property(aName, fc.array(anArgument, { maxLength: 12 }), anArgument, (name, makes, makeReply) => {
      const args = makes.map((make) => make());
      const reply = makeReply();
      for (const positions of [keyPositions(name, args), valuePositions(name, args) ?? []]) {
        ok(
          positions.every((at) => Number.isInteger(at) && at >= 0 && at < args.length),
          `${positions}`,
        );
        deepStrictEqual(new Set(positions).size, positions.length);
      }
      for (const arg of args) ok(argumentText(arg).length <= 257);
      told(() => redisCallInfo(name, args));
      told(() =>
        redisBatchInfo('pipeline', [
          { name, args },
          { name: 'get', args },
        ]),
      );
      told(() => replyFacts(name, reply));
    }),
    400,
  ));

test('a call of any content is one line of JSON', () =>
  holds(
    fc.property(
      anyText(),
      fc.option(anyText(), { nil: undefined }),
      fc.option(fc.oneof(fc.integer(), fc.double()), { nil: undefined }),
      fc.record({
        began: fc.double({ noNaN: true }),
        ended: fc.double({ noNaN: true }),
        wait: fc.double({ noNaN: true }),
      }),
      aValue,
      (name, error, rows, times, make) => {
        const call = {
          ...{ n: 1, instrument: { kind: 'sql', library: 'pg' }, stack: 2, error, rows },
          ...{ info: { name, detail: { values: serialize(make()) } }, request: { id: 'an-id' } },
          ...{ began: finite(times.began), ended: finite(times.ended), wait: finite(times.wait) },
        };
        const line = encodeSpan(call as never);
        deepStrictEqual(line.indexOf('\n'), line.length - 1);
        const read = JSON.parse(line);
        deepStrictEqual(
          [read.name, read.error],
          [wellFormed(name), error === undefined ? undefined : wellFormed(error)],
        );
        deepStrictEqual(`${JSON.stringify(read)}\n`, encodeLine(read));
      },
    ),
    400,
  ));

const finite = (ms: number) => (Number.isFinite(ms) ? ms % 1e9 : 0);
const wellFormed = (text: string) => JSON.parse(JSON.stringify(text)) as string;
