/** Texts of variables. */

import { createServer } from 'node:http';
import { test } from 'tap';
import { addVariables, variableText } from '../../../src/agent/locals/variables.cjs';

class User {
  readonly id: number;
  readonly token = 'abc';

  constructor(id: number) {
    this.id = id;
  }
}

test('values are texts that are bounded, with their class and without secrets', async (t) => {
  const texts = [
    [undefined, 'undefined'],
    [null, 'null'],
    [7n, '7n'],
    [Symbol('s'), '<symbol>'],
    ['a', '"a"'],
    [[1, 'x'], '[1,"x"]'],
    [new User(7), 'User {"id":7,"token":"REDACTED"}'],
    [Object.create(null), '{}'],
    [new Date(0), '"1970-01-01T00:00:00.000Z"'],
    [Buffer.from('ab'), '"<2 bytes 6162>"'],
    [function named() {}, 'function named'],
    [new Proxy(function named() {}, {}), '<Proxy>'],
    [new Proxy({}, {}), '"<Proxy>"'],
    [createServer(), 'Server {…}'],
  ] as const;
  for (const [value, text] of texts) t.equal(variableText('x', value), text);
  t.equal(variableText('apiKey', 'abc'), 'REDACTED');
  t.equal(variableText('x', 'a'.repeat(1_000_000)).length, 401);
});

test('an inner scope hides the names of an outer one, and a scope has thirty', async (t) => {
  const variables = new Map<string, string>();
  addVariables(variables, { a: 1 });
  addVariables(variables, { a: 2, b: 3 });
  t.same(Object.fromEntries(variables), { a: '1', b: '3' });
  addVariables(variables, Object.fromEntries(Array.from({ length: 99 }, (_, n) => [`v${n}`, n])));
  t.equal(variables.size, 30);
});
