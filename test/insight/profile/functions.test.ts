import { test } from 'tap';
import {
  callersOf,
  functionTotals,
  hotLinesOf,
  sortFunctions,
} from '../../../src/insight/profile/functions.js';
import { aProfile, ORDERS_PROFILE } from '../../profile.js';

const named = (profile = ORDERS_PROFILE, by: 'self' | 'total' = 'self', ownFirst = true) =>
  sortFunctions(functionTotals(profile), { by, ownFirst }).map(
    ({ function: { name }, self, total }) => `${name} ${self} ${total}`,
  );

test('functions by what they took, the own ones first', (t) => {
  t.same(named(), [
    ...['hydrate 30 35', 'list 4 47', 'pad 8 8', 'parse 5 5', '(garbage collector) 3 3'],
    ...['emit 0 45', 'handle 0 45', 'next 0 45', 'format 0 8'],
  ]);
  t.same(named(ORDERS_PROFILE, 'total', false).slice(0, 4), [
    ...['list 4 47', 'emit 0 45', 'handle 0 45', 'next 0 45'],
  ]);
  t.end();
});

test('a function that calls itself, also through others, is counted once', (t) => {
  const fib = 'own fib a.js:1';
  const profile = aProfile([
    { stack: [fib, fib, fib], weight: 4 },
    { stack: [fib, 'own each a.js:5', fib], weight: 2 },
    { stack: [fib], weight: 1 },
  ]);
  t.same(named(profile), ['fib 7 7', 'each 0 2']);
  t.end();
});

test('callers are the nearest own functions, else the direct ones, else the event loop', (t) => {
  const indexOf = (name: string) => ORDERS_PROFILE.functions.findIndex((each) => each.name === name);
  const callers = (name: string) =>
    callersOf(ORDERS_PROFILE, indexOf(name)).map(
      ({ caller, between, weight }) => `${caller?.name} ${between} ${weight}`,
    );
  t.same(callers('hydrate'), ['list 0 35']);
  t.same(callers('pad'), ['list 1 8']);
  t.same(callers('list'), ['next 0 45', 'undefined 0 2']);
  t.end();
});

test('hot lines: of the own code, of a function, and under the inlined function that has them', (t) => {
  const lines = (profile = ORDERS_PROFILE, index?: number) =>
    hotLinesOf(profile, index).map(({ function: each, line, weight }) => `${each.name}:${line} ${weight}`);
  t.same(lines(), ['hydrate:15 20', 'hydrate:14 10', 'list:7 2', 'list:9 2']);
  t.same(lines(ORDERS_PROFILE, 3), ['list:7 2', 'list:9 2']);
  const inlined = aProfile([
    { stack: ['own outer a.js:1'], weight: 3, line: 9 },
    { stack: ['own outer a.js:1', 'own inner a.js:8'], weight: 2, line: 9 },
    { stack: ['own inner b.js:8'], weight: 1, line: 9 },
  ]);
  t.same(lines(inlined), ['inner:9 5', 'inner:9 1']);
  t.end();
});
