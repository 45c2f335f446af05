/** Values of the app are data: nothing of them runs, in whatever argument of whatever library. */

import { inspect } from 'node:util';
import { test } from 'tap';
import { paramsJson, patternText } from '../../../src/agent/frameworks/framework.cjs';
import { instruments } from '../../../src/agent/instruments/index.cjs';
import type { Instrument } from '../../../src/agent/instruments/instrument.cjs';
import { redisBatchFacts, replyFacts } from '../../../src/agent/instruments/shared/redis-command.cjs';
import {
  dataOf,
  errorField,
  isList,
  itemsIn,
  listOf,
  ownData,
  plainText,
} from '../../../src/agent/record/app-values.cjs';
import { errorText } from '../../../src/agent/record/error-text.cjs';
import { serialize } from '../../../src/agent/record/serialize.cjs';

/** What ran of the app's values. */
let ran: string[] = [];

function trap(name: string): () => never {
  return () => {
    ran.push(name);
    throw new Error(`${name} ran`);
  };
}

const TRAPS = [
  ...['get', 'set', 'has', 'ownKeys', 'getOwnPropertyDescriptor', 'getPrototypeOf', 'deleteProperty'],
  ...['defineProperty', 'setPrototypeOf', 'isExtensible', 'preventExtensions', 'apply', 'construct'],
];
const handler = () => Object.fromEntries(TRAPS.map((name) => [name, trap(`trap ${name}`)]));
const METHODS = [
  ...['toString', 'valueOf', 'toJSON', 'then', 'map', 'flat', 'filter', 'slice', 'concat', 'forEach', 'join'],
  ...[Symbol.toPrimitive, Symbol.iterator, Symbol.asyncIterator, inspect.custom],
];
const FIELDS = [
  ...[
    'length',
    'text',
    'sql',
    'values',
    'name',
    'cursor',
    'callback',
    'submit',
    'statement',
    'query',
    'emit',
    'code',
  ],
  ...[
    'message',
    'sqlState',
    'constructor',
    'buffer',
    'offset',
    'documents',
    'level',
    'args',
    'by',
    'db',
    'href',
    'file',
  ],
  ...['internalRepr', 'source', 'flags', 'byteLength', 'document', 'operationName', 'variableValues', 0, 1],
  ...[Symbol.toStringTag, Symbol.hasInstance, Symbol.species],
];

function withMethods<T extends object>(value: T): T {
  for (const key of METHODS)
    Object.defineProperty(value, key, { value: trap(`method ${String(key)}`), configurable: true });
  return value;
}
function withGetters<T extends object>(value: T): T {
  for (const key of [...FIELDS, ...METHODS]) {
    // Items of bytes, and what the engine made so, stay as they are.
    const isFixed = typeof key === 'number' && ArrayBuffer.isView(value);
    if (!isFixed && Object.getOwnPropertyDescriptor(value, key)?.configurable !== false)
      Object.defineProperty(value, key, {
        get: trap(`getter ${String(key)}`),
        configurable: true,
        enumerable: true,
      });
  }
  return value;
}
function subclassOf(Class: new (...args: never[]) => object, ...args: unknown[]): object {
  const Hostile = class extends (Class as new (...args: unknown[]) => object) {};
  withGetters(Hostile.prototype);
  return new Hostile(...args);
}
function revoked(target: object): object {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}
const cyclic: Record<string, unknown> = { list: [] };
cyclic.self = cyclic;
(cyclic.list as unknown[]).push(cyclic, [cyclic]);
const deep: unknown[] = [];
for (let i = 0, inner = deep; i < 10_000; i++) inner.push((inner = [] as never));
// Made before it is wrapped: the engine itself asks what it constructs.
const HOSTILE: [kind: string, make: () => unknown][] = [
  ['an object of getters', () => withGetters({})],
  ['an object of inherited getters', () => Object.create(withGetters({}))],
  ['a class of getters', () => subclassOf(Object)],
  ['an object of methods', () => withMethods({})],
  ['an object without prototype', () => withGetters(Object.create(null))],
  ['a proxy', () => new Proxy({}, handler())],
  ['a proxy of an array', () => new Proxy([], handler())],
  ['a proxy of a function', () => new Proxy(() => {}, handler())],
  ['a proxy of bytes', () => new Proxy(Buffer.from('abc'), handler())],
  ['a proxy of a date', () => new Proxy(new Date(0), handler())],
  ['a proxy of an error', () => new Proxy(new Error('e'), handler())],
  ['a proxy of a proxy', () => new Proxy(new Proxy({}, handler()), {})],
  ['an object with a proxy as prototype', () => Object.create(new Proxy({}, handler()))],
  ['an array with a proxy as prototype', () => Object.setPrototypeOf([1], new Proxy([], handler()))],
  ['a revoked proxy', () => revoked({})],
  ['a revoked proxy of an array', () => revoked([])],
  ['a revoked proxy of a function', () => revoked(() => {})],
  ['an array of getters', () => withGetters([1, 2])],
  ['an array of methods', () => withMethods([1, 2])],
  ['a subclass of arrays', () => Object.assign(subclassOf(Array) as unknown[], { 2: 'x' })],
  ['an array of hostile items', () => [withGetters({}), new Proxy({}, handler()), withMethods([])]],
  ['a sparse array', () => Object.assign([], { length: 4_000_000_000 })],
  ['an array in arrays', () => deep],
  ['a cycle', () => cyclic],
  ['bytes with getters', () => withGetters(Buffer.from('abc'))],
  ['bytes of a subclass', () => subclassOf(Uint8Array as never, 3)],
  ['a view of getters', () => withGetters(new DataView(new ArrayBuffer(8)))],
  ['a buffer of memory', () => withGetters(new ArrayBuffer(8))],
  ['a map', () => withGetters(new Map([['a', withGetters({})]]))],
  ['a map of a subclass', () => subclassOf(Map as never)],
  ['a set', () => withGetters(new Set([1]))],
  ['a date', () => withMethods(withGetters(new Date(0)))],
  ['an error', () => withGetters(new Error('e'))],
  ['an error of a subclass', () => subclassOf(Error as never, 'e')],
  ['a regular expression', () => withGetters(/a/g)],
  ['a subclass of regular expressions', () => subclassOf(RegExp as never, 'a', 'g')],
  ['a promise', () => withGetters(Promise.resolve())],
  ['a URL', () => withGetters(new URL('http://a/'))],
  ['a boxed string', () => withMethods(Object('abc'))],
  ['a boxed number', () => withMethods(Object(7))],
  ['a function', () => withGetters(() => {})],
  ['a class', () => withGetters(class {})],
  ['a generator', () => withGetters((function* () {})())],
  ['a symbol', () => Symbol('s')],
  [
    'an object with a hostile key',
    () => ({ ['__proto__']: withGetters({}), ['k'.repeat(100_000)]: withGetters({}) }),
  ],
];

/** Arguments of a call, with a hostile value at each place where the app may have put one. */
function callsWith(library: string, hostile: unknown): { self: unknown; args: unknown[] }[] {
  const own = [
    { self: {}, args: [hostile] },
    { self: {}, args: [hostile, hostile, hostile, hostile] },
  ];
  switch (library) {
    case 'pg':
    case 'mysql':
    case 'mysql2':
    case 'mariadb':
      return [
        ...own,
        { self: {}, args: ['insert into t (a, password) values (?, ?)', hostile] },
        { self: {}, args: ['select ?? = ?, ?', [hostile, hostile, 1]] },
        { self: {}, args: [{ text: 'select $1', sql: 'select ?', values: hostile, name: hostile }] },
        { self: {}, args: [{ text: hostile, sql: hostile, values: [hostile] }, hostile] },
      ];
    case '@aws-sdk':
      return [
        ...own,
        { self: { config: { serviceId: 'SSM' } }, args: [{ input: hostile }] },
        {
          self: {},
          args: [{ input: { name: hostile, Value: hostile, Statement: hostile, Parameters: hostile } }],
        },
        {
          self: {},
          args: [{ input: { FilterExpression: 'a = :a', ExpressionAttributeValues: { ':a': hostile } } }],
        },
      ];
    case 'nodemailer':
      return [
        ...own,
        { self: { transporter: { name: hostile } }, args: [{ subject: hostile, to: [hostile] }] },
      ];
    case 'better-sqlite3':
      return [
        ...own,
        { self: { source: 'select ?, :a' }, args: [hostile] },
        { self: { source: 'x' }, args: [[hostile], hostile] },
      ];
    case 'postgres':
      return [
        { self: {}, args: [{ strings: hostile }] },
        { self: {}, args: [{ strings: [hostile, hostile] }] },
      ];
    case 'ioredis':
    case 'iovalkey':
      return [
        { self: {}, args: [{ name: 'set', args: [hostile, hostile] }] },
        { self: {}, args: [{ name: 'mget', args: [hostile] }] },
      ];
    case 'redis':
      return [
        { self: {}, args: [{ args: hostile }] },
        { self: {}, args: [{ args: ['set', hostile, hostile] }] },
        { self: {}, args: [{ kind: 'multi', commands: [{ args: hostile }, { args: [hostile, hostile] }] }] },
      ];
    case 'memcached':
      return [
        { self: {}, args: ['get', hostile] },
        { self: {}, args: ['getMulti', [hostile]] },
      ];
    case 'memjs':
      return [
        { self: {}, args: [hostile, Buffer.alloc(24)] },
        { self: {}, args: [hostile, 'flush'] },
      ];
    case 'mongodb':
      return [
        { self: {}, args: [hostile, hostile] },
        { self: {}, args: [{ db: hostile }, { insert: hostile, documents: hostile, filter: hostile }] },
      ];
    case 'thrift':
      return [
        { self: {}, args: [{ name: 'f', params: ['a'] }, [hostile, { buffer: hostile, offset: hostile }]] },
      ];
    case '@grpc/grpc-js':
      return [...own, { self: {}, args: ['/a/b', 0, 0, hostile] }];
    case 'http':
      return [
        {
          self: {
            method: 'GET',
            protocol: 'http:',
            host: hostile,
            path: hostile,
            socketPath: hostile,
            getHeader: () => hostile,
          },
          args: [],
        },
      ];
    case 'undici':
      return [{ self: { method: 'GET', origin: hostile, path: hostile }, args: [] }];
    case 'graphql':
      return [
        ...own,
        { self: {}, args: [{ document: hostile, operationName: hostile, variableValues: hostile }] },
        { self: {}, args: [{ document: { definitions: hostile } }] },
        {
          self: {},
          args: [
            {
              document: {
                definitions: [
                  hostile,
                  { kind: 'OperationDefinition', name: hostile, selectionSet: { selections: [hostile] } },
                ],
              },
            },
          ],
        },
      ];
    case 'child_process':
      return [
        { self: {}, args: [hostile] },
        { self: {}, args: [{ file: hostile, args: hostile }] },
        { self: undefined, args: [hostile, hostile] },
        { self: undefined, args: ['ls', [hostile, hostile]] },
      ];
    case 'node':
      return [{ self: 'fs.readFileSync', args: [hostile, hostile] }];
    case 'dns':
      return own;
    default:
      return [{ self: 'info', args: [hostile, 'and %s %o %d %j', hostile, hostile] }];
  }
}

function describeAll(instrument: Instrument, make: () => unknown): void {
  for (const call of callsWith(instrument.library, make())) {
    const info = instrument.describe(call as never);
    JSON.stringify(info);
  }
}

for (const instrument of instruments) {
  test(`nothing of the app’s values runs in a call of ${instrument.library}`, (t) => {
    for (const [kind, make] of HOSTILE) {
      ran = [];
      t.doesNotThrow(() => describeAll(instrument, make), kind);
      t.same(ran, [], kind);
    }
    t.end();
  });
}

test('nothing of them runs in errors, replies, routes and their parameters', (t) => {
  const readers: Record<string, (value: unknown) => unknown> = {
    serialize,
    errorText,
    'a reply': (value) => [
      replyFacts('get', value),
      replyFacts('mget', [value]),
      replyFacts('hgetall', value),
    ],
    'replies of a batch': (value) => redisBatchFacts([{ name: 'get' }], [[value]]),
    'a pattern': (value) => [patternText(value), patternText([value])],
    'the parameters of a route': (value) => [paramsJson({ id: value }), paramsJson(Object(value))],
    'data of it': (value) => [ownData(value, 'text'), dataOf(value, 'text'), errorField(value, 'name')],
    'items of it': (value) => [isList(value), listOf(value, 5), plainText(value), itemsIn(Object(value), 5)],
  };
  for (const [name, read] of Object.entries(readers)) {
    for (const [kind, make] of HOSTILE) {
      const value = make();
      ran = [];
      t.doesNotThrow(() => JSON.stringify(read(value)?.toString), `${name} of ${kind}`);
      t.same(ran, [], `${name} of ${kind}`);
    }
  }
  t.end();
});

test('data is read along the prototypes, up to a getter', (t) => {
  class Parent {
    own = 1;
    get got() {
      return 1;
    }
  }
  const child = Object.create(new Parent(), { mine: { value: 2 }, hidden: { get: () => 3 } });
  t.same(
    [dataOf(child, 'own'), dataOf(child, 'mine'), dataOf(child, 'got'), dataOf(child, 'hidden')],
    [1, 2, undefined, undefined],
  );
  t.same([ownData(child, 'own'), ownData(child, 'mine')], [undefined, 2]);
  t.same([dataOf(null, 'x'), dataOf('text', 'length')], [undefined, undefined]);
  t.same(listOf(Object.defineProperty([1, 2, 3], 1, { get: () => 9 }), 2), [1, '<getter>']);
  t.equal(plainText(new URL('http://a/b')), 'http://a/b');
  t.equal(errorField(new DOMException('gone', 'AbortError'), 'name'), 'AbortError');
  t.same(itemsIn(new Map([['a', 1]]), 5), ['a', 1]);
  t.end();
});
