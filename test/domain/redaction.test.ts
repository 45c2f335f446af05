/** Rules of a project: names and shapes that are secret besides, and names that are not. */

import { test } from 'tap';
import { serialize } from '../../src/agent/record/serialize.cjs';
import { maskParams, maskStatement } from '../../src/agent/record/sql-params.cjs';
import { redactHeaders, redactText, redactUrl } from '../../src/domain/redact.cjs';
import { redactArguments } from '../../src/domain/redact-command.cjs';
import { setRedaction } from '../../src/domain/redaction.cjs';
import { isSecretField, isSecretHeader, isSecretName } from '../../src/domain/secret-names.cjs';

const X = 'REDACTED';

test('names of the project are masked wherever a name stands', (t) => {
  t.equal(isSecretName('customer_ref'), false);
  setRedaction({ names: ['customer_ref', 'X-Tenant*', 'code'] });
  t.teardown(() => setRedaction({}));
  t.ok(isSecretName('Customer_Ref'));
  t.notOk(isSecretName('customer_reference'));
  t.ok(isSecretHeader('x-tenant-id'));
  t.ok(isSecretField('code', 'DE'), 'whatever the value');
  t.equal(redactUrl('/a?customer_ref=42&b=1'), `/a?customer_ref=${X}&b=1`);
  t.same(redactHeaders(['X-Tenant-Id', '7', 'Accept', '*/*']), [
    ['X-Tenant-Id', X],
    ['Accept', '*/*'],
  ]);
  t.equal(redactText('customer_ref=42'), `customer_ref=${X}`);
  t.same(redactArguments(['pay', '--customer_ref', '42']), ['pay', '--customer_ref', X]);
  t.same(serialize({ customer_ref: 42, id: 1 }), { customer_ref: X, id: 1 });
  t.same(maskParams('select 1 from t where customer_ref = $1 and id = $2', ['42', 1], 'pg'), [X, 1]);
  t.equal(
    maskStatement("select 1 from t where customer_ref = 'abc'", 'pg'),
    `select 1 from t where customer_ref = '${X}'`,
  );
  t.end();
});

test('patterns of the project are masked whatever their name', (t) => {
  setRedaction({ patterns: ['CUS-\\d{8}'] });
  t.teardown(() => setRedaction({}));
  t.equal(redactText('paid by CUS-12345678, twice CUS-12345678'), `paid by ${X}, twice ${X}`);
  t.equal(redactUrl('/customers/CUS-12345678'), `/customers/${X}`);
  t.same(serialize({ by: 'CUS-12345678' }), { by: X });
  t.same(maskParams('select $1', ['CUS-12345678'], 'pg'), [X]);
  t.throws(() => setRedaction({ patterns: ['('] }), SyntaxError);
  t.end();
});

test('names that the project allows stay readable', (t) => {
  setRedaction({ allow: ['session', 'X-Api-*'] });
  t.teardown(() => setRedaction({}));
  t.equal(redactUrl('/a?session=7&token=8'), `/a?session=7&token=${X}`);
  t.same(redactHeaders(['X-Api-Key', '7']), [['X-Api-Key', '7']]);
  t.end();
});

test('a header that has come before is masked by the rules that now hold', (t) => {
  const headers = ['X-Plan', 'CUS-12345678', 'X-Plan', 'free'];
  const asTheyAre = [
    ['X-Plan', 'CUS-12345678'],
    ['X-Plan', 'free'],
  ];
  t.teardown(() => setRedaction({}));
  t.same(redactHeaders(headers), asTheyAre);
  t.same(redactHeaders(headers), asTheyAre, 'again');
  setRedaction({ patterns: ['CUS-\\d{8}'] });
  t.same(redactHeaders(headers), [
    ['X-Plan', X],
    ['X-Plan', 'free'],
  ]);
  setRedaction({ names: ['X-Plan'] });
  t.same(redactHeaders(headers), [
    ['X-Plan', X],
    ['X-Plan', X],
  ]);
  setRedaction({});
  t.same(redactHeaders(headers), asTheyAre);
  t.end();
});

test('without redaction nothing is masked, but the secret of the run', (t) => {
  setRedaction({ isOff: true, names: ['a'] });
  t.teardown(() => setRedaction({}));
  const url = 'http://ann:pass@host/reset/4f9a77b1c2?token=1';
  t.equal(redactUrl(url), url);
  t.equal(redactText('password=hunter2 Bearer abcdef123'), 'password=hunter2 Bearer abcdef123');
  t.same(redactHeaders(['Cookie', 'a=b', 'X-Scooby-Secret', 's']), [['Cookie', 'a=b']]);
  t.same(redactArguments(['mysql', '-psecret']), ['mysql', '-psecret']);
  t.same(serialize({ password: 'p', card: 4111111111111111 }), { password: 'p', card: 4111111111111111 });
  t.same(maskParams('insert into u values ($1)', ['S'], 'pg'), ['S']);
  t.equal(maskStatement("update u set password = 'x'", 'pg'), "update u set password = 'x'");
  t.end();
});
