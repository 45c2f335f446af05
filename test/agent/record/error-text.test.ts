import { test } from 'tap';
import { errorText } from '../../../src/agent/record/error-text.cjs';

test('an error is told by its message, led by its code', (t) => {
  const coded = (code: unknown, message: string) => Object.assign(new Error(message), { code });
  t.equal(errorText(new Error('no table')), 'no table');
  t.equal(errorText(coded('42P01', 'no table')), '42P01: no table');
  t.equal(errorText(coded('ECONNREFUSED', 'connect ECONNREFUSED')), 'connect ECONNREFUSED');
  t.equal(errorText(coded('', 'no table')), 'no table');
  t.equal(errorText(coded(1146, 'no table')), 'no table');
  t.equal(errorText('refused'), 'refused');
  t.equal(errorText(undefined), 'undefined');
  t.end();
});

test('an error whose getters throw costs the app nothing', (t) => {
  const evil = {
    get message(): string {
      throw new Error('not for you');
    },
  };
  t.equal(errorText(evil), 'an error that cannot be read');
  t.equal(errorText(Object.create(null)), 'an error that cannot be read', 'nothing makes a text of it');
  t.end();
});
