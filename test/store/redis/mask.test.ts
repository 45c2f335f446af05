import { test } from 'tap';
import { maskTrace } from '../../../src/store/redis/mask.js';
import { aSpan, aTrace } from '../../factory.js';

test('values of statements, commands, procedures, queries and log lines are masked; names and keys stay', (t) => {
  const shape = { text: 'SELECT ?' };
  const object = 'sent {"card":"4000"}';
  const spans = [
    aSpan({ name: 'select $1', detail: { params: ['s3cret', 1, null, true], connection: 5 } }),
    aSpan({ name: "select 's3cret'", shape, detail: {} }),
    aSpan({ kind: 'cache', name: 'set user:42', detail: { keys: ['user:42'], arguments: ['s3cret'] } }),
    aSpan({ kind: 'rpc', name: 'Users.get', detail: { arguments: { id: 7, deep: [{ a: 's3cret' }] } } }),
    aSpan({ kind: 'graphql', name: 'query q', detail: { variables: { v: 's3cret' } } }),
    aSpan({
      kind: 'log',
      name: object,
      shape: { text: object },
      detail: { level: 'info', values: [{ card: '4000' }] },
    }),
    aSpan({ kind: 'http', name: 'GET http://api/users/42', detail: { status: 200 } }),
  ];
  const masked = maskTrace(aTrace({ id: 'a', start: 1, spans }));
  t.same(
    masked.spans.map(({ name, detail }) => [name, detail]),
    [
      ['select $1', { params: ['<masked>', '<masked>', null, true], connection: 5 }],
      ['SELECT ?', {}],
      ['set user:42', { keys: ['user:42'], arguments: ['<masked>'] }],
      ['Users.get', { arguments: { id: '<masked>', deep: [{ a: '<masked>' }] } }],
      ['query q', { variables: { v: '<masked>' } }],
      ['sent <masked>', { level: 'info', values: [{ card: '<masked>' }] }],
      ['GET http://api/users/42', { status: 200 }],
    ],
  );
  t.notMatch(JSON.stringify(masked), /s3cret|4000/);
  t.equal(masked.notes?.length, 1);
  const plain = aTrace({ spans: [aSpan({ name: 'select t1.id from t1 where a = $1', detail: {} })] });
  t.equal(maskTrace(plain), plain, 'nothing to mask, no note');
  t.end();
});
