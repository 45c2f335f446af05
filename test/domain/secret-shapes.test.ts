/** Shapes of secrets in free text, and what looks like them. */

import { test } from 'tap';
import { redactKey, redactNumber, redactText } from '../../src/domain/redact.cjs';
import { redactArguments, redactShellLine } from '../../src/domain/redact-command.cjs';
import { isSecretField, isSecretHeader, isSecretName } from '../../src/domain/secret-names.cjs';

const X = 'REDACTED';
// Put together here, so that no scanner of the repository takes them for real ones.
const made = (...parts: string[]) => parts.join('');

test('a secret is known by its shape, whatever stands around it', (t) => {
  const table: [string, string][] = [
    [made('got eyJhbGciOiJIUzI1NiJ9', '.eyJzdWIiOiIxIn0', '.c2lnbmF0dXJl ok'), `got ${X} ok`],
    ['sent Bearer abc123def456 on', `sent Bearer ${X} on`],
    ['Basic dXNlcjpwYXNz', `Basic ${X}`],
    ['Basic authentication required', 'Basic authentication required'],
    [made('id AKIA', 'IOSFODNN7EXAMPLE.'), `id ${X}.`],
    [made('with ghp_', 'a'.repeat(36)), `with ${X}`],
    [made('sk_', 'live_', 'a1'.repeat(12)), X],
    [made('xoxb-', '1234567890-abcdef'), X],
    [made('https://hooks.slack.com/services/', 'T00/B00/abcdefXYZ'), `https://hooks.slack.com/services/${X}`],
    [
      made('https://api.telegram.org/bot123456789:', 'AAbb-'.repeat(7), '/send'),
      `https://api.telegram.org/bot${X}/send`,
    ],
    [made('AIza', 'Sy0'.repeat(12)), X],
    [made('-----BEGIN RSA PRIVATE', ' KEY-----\nMII\n-----END RSA PRIVATE KEY-----\nrest'), `${X}\nrest`],
    [made('-----BEGIN PRIVATE', ' KEY-----\nMII'), X],
    ['connect postgres://u:p@db/x failed', `connect postgres://${X}@db/x failed`],
    ['card 4111 1111 1111 1111 paid', `card ${X} paid`],
    ['card 4111-1111-1111-1112 is none', 'card 4111-1111-1111-1112 is none'],
    [
      'at 1764259955000, id 12345678-1234-1234-1234-123456789012',
      'at 1764259955000, id 12345678-1234-1234-1234-123456789012',
    ],
    [
      'mailed https://shop.example/reset-password/9f8a7b6c5d',
      `mailed https://shop.example/reset-password/${X}`,
    ],
    [
      '/auth/callback and /sessions/42 and /password/reset',
      '/auth/callback and /sessions/42 and /password/reset',
    ],
    ['password=hunter2, user=ada', `password=${X}, user=ada`],
    ['{"user":"ada","token":"a\\"b","n":1}', `{"user":"ada","token":"${X}","n":1}`],
    ['{\\"token\\":\\"abc\\",\\"n\\":1}', `{\\"token\\":\\"${X}\\",\\"n\\":1}`],
    ["{ sid: 'abc', page: 2 }", `{ sid: '${X}', page: 2 }`],
    ['Cookie: a=1; b=2\nAccept: x', `Cookie: ${X}\nAccept: x`],
    ['where password = $1 and token = ?', 'where password = $1 and token = ?'],
    ["Duplicate entry 'abc' for key 'users.token'", `Duplicate entry '${X}' for key 'users.token'`],
    ["Duplicate entry 'ada' for key 'users.name'", "Duplicate entry 'ada' for key 'users.name'"],
    ['Key (token)=(abc) already exists.', `Key (token)=(${X}) already exists.`],
    ['state=a nonce=b hash=c q=d page=2', 'state=a nonce=b hash=c q=d page=2'],
    ['code: ERR_HTTP_HEADERS_SENT, code: ECONNREFUSED', 'code: ERR_HTTP_HEADERS_SENT, code: ECONNREFUSED'],
  ];
  for (const [text, expected] of table) t.equal(redactText(text), expected, text);
  t.equal(redactNumber(4111111111111111), X);
  t.equal(redactNumber(1764259955000), 1764259955000);
  t.end();
});

test('names of secrets are known in any writing, and their like are not', (t) => {
  for (const name of [
    ...[
      'password',
      'passwd',
      'pass',
      'dbPass',
      'pwd',
      'secret',
      'token',
      'auth',
      'sid',
      'connect.sid',
      'code',
    ],
    ...['apiKey', 'x-api-key', 'Ocp-Apim-Subscription-Key', 'otp', 'X-OTP', 'pin', 'card_pin', 'passcode'],
    ...['ticket', 'magic', 'DPoP', 'cardNumber', 'card_number', 'cc-num', 'cvv', 'cvv2', 'ssn', 'userSSN'],
    ...['verification_code', 'csrf', 'key'],
  ])
    t.equal(isSecretName(name), true, name);
  for (const name of [
    ...[
      'state',
      'nonce',
      'hash',
      'q',
      'page',
      'author',
      'status_code',
      'countryCode',
      'primary_key',
      'sortKey',
    ],
    ...[
      'passenger',
      'compass',
      'pinned',
      'shipping',
      'max_tokens',
      'JsonWebTokenError',
      'ticket_id',
      'sidebar',
      'magician',
      'mapping',
    ],
  ])
    t.equal(isSecretName(name), false, name);
  t.equal(isSecretField('code', 'ECONNRESET'), false);
  t.equal(isSecretField('code', '493021'), true);
  t.equal(isSecretField('key', 'user:42'), false);
  t.equal(isSecretField('key', 'k9F2xQ'), true);
  for (const name of ['Sec-WebSocket-Protocol', 'X-Functions-Key', 'Authorization'])
    t.equal(isSecretHeader(name), true, name);
  for (const name of ['Idempotency-Key', 'WWW-Authenticate', 'Accept'])
    t.equal(isSecretHeader(name), false, name);
  t.end();
});

test('secrets in command lines are masked', (t) => {
  const table: [string[], string][] = [
    [['curl', '-u', 'ada:s3cret', 'http://h/'], `curl -u ada:${X} http://h/`],
    [['curl', '-H', 'X-Api-Key: abc', '-H', 'Accept: x'], `curl -H X-Api-Key: ${X} -H Accept: x`],
    [['mysql', '-psecret', '-u', 'root'], `mysql -p${X} -u root`],
    [['node', 'app.js', '--token=abc', '--port', '3000'], `node app.js --token=${X} --port 3000`],
    [['node', 'app.js', '--password', 'abc', '-p', '3000'], `node app.js --password ${X} -p 3000`],
    [['sshpass', '-p', 'abc', 'ssh', 'h'], `sshpass -p ${X} ssh h`],
    [['redis-cli', '-a', 'abc', 'ping'], `redis-cli -a ${X} ping`],
    [['mkdir', '-p', 'a/b'], 'mkdir -p a/b'],
  ];
  for (const [args, expected] of table) t.equal(redactArguments(args).join(' '), expected);
  t.equal(
    redactShellLine(`PGPASSWORD=abc psql && curl -H "Authorization: Bearer x1" 'http://h/?sid=y'`),
    `PGPASSWORD=${X} psql && curl -H "Authorization: ${X}" 'http://h/?sid=${X}'`,
  );
  t.end();
});

test('what stands behind a secret name in a key is masked', (t) => {
  t.equal(redactKey('session:9f8a7b6c'), `session:${X}`);
  t.equal(redactKey('user:42:token'), 'user:42:token');
  t.equal(redactKey('session:9'), 'session:9');
  t.equal(redactKey('user:42'), 'user:42');
  t.end();
});

test('the cost of a hostile text is linear in its length', (t) => {
  // A quadratic step would take minutes for each of these texts.
  for (const part of [
    ...[
      'eyJ',
      '-eyJ',
      'eyJa.',
      'Bearer ',
      'Bearer\t',
      '4',
      '4 ',
      '4-',
      '/token',
      '/',
      '://',
      'a=',
      'token="',
      "pin:'",
    ],
    ...[
      '-----BEGIN ',
      '-----END ',
      '\\"',
      '"a":',
      '{',
      "Duplicate entry '",
      'Key (',
      'Cookie:',
      'hooks.slack.com/',
    ],
  ]) {
    const text = part.repeat(400_000 / part.length);
    t.type(redactText(text), 'string', part);
    t.type(redactKey(text), 'string', part);
    t.type(redactShellLine(text.slice(0, 100_000)), 'string', part);
  }
  t.end();
});
