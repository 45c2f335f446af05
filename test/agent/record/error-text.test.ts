/** Error messages with codes, and of errors that cannot be read. */

import { test } from 'tap';
import { errorText } from '../../../src/agent/record/error-text.cjs';
import { serialize } from '../../../src/agent/record/serialize.cjs';

test('an error is its message, preceded by its code', (t) => {
  const errorWith = (code: unknown, message: string) => Object.assign(new Error(message), { code });
  t.equal(errorText(new Error('no table')), 'no table');
  t.equal(errorText(errorWith('42P01', 'no table')), '42P01: no table');
  t.equal(errorText(errorWith('ECONNREFUSED', 'connect ECONNREFUSED')), 'connect ECONNREFUSED');
  t.equal(errorText(errorWith('', 'no table')), 'no table');
  t.equal(errorText(errorWith(1146, 'no table')), 'no table');
  t.equal(errorText('refused'), 'refused');
  t.equal(errorText(undefined), 'undefined');
  t.end();
});

test('the statement that a driver adds, with its values, is left out', (t) => {
  const sql = "insert into users values (?, ?) - parameters:['ann','hunter2']";
  const error = Object.assign(new Error(`no table\nsql: ${sql}`), { sql });
  t.equal(errorText(error), 'no table');
  t.equal(serialize(error), 'Error: no table');
  t.equal(errorText(Object.assign(new Error('no table'), { sql })), 'no table');
  t.end();
});

test('an error whose getters throw does not throw into the app', (t) => {
  const throwing = {
    get message(): string {
      throw new Error('not for you');
    },
  };
  t.equal(errorText(throwing), 'an error that cannot be read');
  t.equal(errorText(Object.create(null)), 'an error that cannot be read', 'it has no toString');
  t.end();
});
