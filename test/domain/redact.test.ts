import { test } from 'tap';
import { redactHeaders, redactUrl } from '../../src/domain/redact.cjs';
import { isSecretName } from '../../src/domain/secret-names.cjs';

test('the value of a secret-looking key is redacted, the rest of the URL stays', (t) => {
  const table: [string, string][] = [
    ['/a', '/a'],
    ['/a?b=1&c=%20', '/a?b=1&c=%20'],
    ['/a?token=x', '/a?token=REDACTED'],
    ['/a?b=1&PassWord=x&c=2#f', '/a?b=1&PassWord=REDACTED&c=2#f'],
    ['/a?access_token=x=y=z&n=1', '/a?access_token=REDACTED&n=1'],
    ['/a?user[password]=x', '/a?user[password]=REDACTED'],
    ['/a?pass%77ord=x', '/a?pass%77ord=REDACTED'],
    ['/a?%70%61%73%73%77%64=x', '/a?%70%61%73%73%77%64=REDACTED'],
    ['/a?api_key=x&apikey=x&api-key=x', '/a?api_key=REDACTED&apikey=REDACTED&api-key=REDACTED'],
    ['/a?AWSAccessKeyId=x&Signature=y', '/a?AWSAccessKeyId=REDACTED&Signature=REDACTED'],
    ['/a?sig=x&X-Goog-Signature=y', '/a?sig=REDACTED&X-Goog-Signature=REDACTED'],
    ['/a?X-Amz-Security-Token=x', '/a?X-Amz-Security-Token=REDACTED'],
    [
      '/a?private_key=x&credentials=y&bearer=z',
      '/a?private_key=REDACTED&credentials=REDACTED&bearer=REDACTED',
    ],
    ['/a?auth=x&oauth_verifier=y&session=z', '/a?auth=REDACTED&oauth_verifier=REDACTED&session=REDACTED'],
    ['/a?cookie=x;y&z=1', '/a?cookie=REDACTED&z=1'],
    ['/a?b=1;token=x', '/a?b=1;token=REDACTED'],
    ['/a?b=1?token=x', '/a?b=1?token=REDACTED'],
    ['/a#access_token=x', '/a#access_token=REDACTED'],
    ['/a?token=', '/a?token='],
    ['/a?token', '/a?token'],
    ['/a?author=5&authority=6&design=7&signal=8', '/a?author=5&authority=6&design=7&signal=8'],
    ['/a?authorization=x', '/a?authorization=REDACTED'],
    ['http://u:p@h:1/a?b', 'http://REDACTED@h:1/a?b'],
    ['postgres://u:p@a@h/db?password=x', 'postgres://REDACTED@h/db?password=REDACTED'],
    ['/a?next=http://u:p@h/', '/a?next=http://REDACTED@h/'],
    ['http://h/a@b?c=d@e', 'http://h/a@b?c=d@e'],
    ['*', '*'],
    ['', ''],
  ];
  for (const [url, expected] of table) t.equal(redactUrl(url), expected, url);
  t.end();
});

test('no input makes redaction throw', (t) => {
  const inputs = [
    '%',
    '?%=%',
    '?%zz=1',
    '?\ud800=\udfff',
    '://',
    '://@',
    '?=',
    '?&&&=;;;',
    '??##',
    '\0?\0token=\0',
  ];
  for (const url of inputs) t.type(redactUrl(url), 'string', JSON.stringify(url));
  for (const not of [undefined, null, 1, {}, Symbol('s')]) t.equal(redactUrl(not as never), '');
  t.same(redactHeaders(['a', undefined as never, 'b', '1', 'c']), [['b', '1']]);
  t.end();
});

test('the cost of a hostile URL is linear in its length', (t) => {
  // A quadratic step would take minutes for each of these URLs.
  const long = 500_000;
  for (const part of [
    '?',
    '&',
    '://',
    '://@',
    '%',
    '?a',
    '&token',
    'passw',
    '#=',
    '?%41',
    ';=',
    '@',
    'sig',
  ]) {
    t.type(redactUrl(`/?%${part.repeat(long)}`), 'string', part);
  }
  t.end();
});

test('headers: credentials are redacted, names, order and duplicates stay, X-Scooby-Secret is left out', (t) => {
  const raw = [
    ...[
      'Host',
      'h',
      'AUTHORIZATION',
      'Basic x',
      'Proxy-Authorization',
      'y',
      'cookie',
      'a=1',
      'Cookie',
      'b=2',
    ],
    ...['Set-Cookie', 'c', 'X-Api-Key', 'd', 'X-CSRF-Token', 'e', 'x-scooby-SECRET', 'f', 'X-Scooby', 'id'],
    ...['Referer', 'http://h/?token=g', 'Access-Control-Allow-Credentials', 'true', 'Accept', 'a?b'],
  ];
  t.same(redactHeaders(raw), [
    ['Host', 'h'],
    ['AUTHORIZATION', 'REDACTED'],
    ['Proxy-Authorization', 'REDACTED'],
    ['cookie', 'REDACTED'],
    ['Cookie', 'REDACTED'],
    ['Set-Cookie', 'REDACTED'],
    ['X-Api-Key', 'REDACTED'],
    ['X-CSRF-Token', 'REDACTED'],
    ['X-Scooby', 'id'],
    ['Referer', 'http://h/?token=REDACTED'],
    ['Access-Control-Allow-Credentials', 'true'],
    ['Accept', 'a?b'],
  ]);
  t.end();
});

test('the verdict on a header name is the same after a thousand others', (t) => {
  for (let i = 0; i < 2000; i++) redactHeaders([`x-${i}`, '1']);
  t.same(redactHeaders(['x-late-token', '1']), [['x-late-token', 'REDACTED']]);
  t.equal(isSecretName('dbPassword'), true);
  t.equal(isSecretName('title'), false);
  t.end();
});
