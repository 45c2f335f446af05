/** Secrets × sinks: every name and shape of a secret, in every place that takes what an app says, is masked there. */

import { test } from 'tap';
import { childProcess } from '../src/agent/instruments/child-process.cjs';
import { graphql } from '../src/agent/instruments/graphql.cjs';
import { grpc } from '../src/agent/instruments/grpc.cjs';
import { mongodb } from '../src/agent/instruments/mongodb.cjs';
import { nodemailer } from '../src/agent/instruments/nodemailer.cjs';
import { awsInput } from '../src/agent/instruments/shared/aws-input.cjs';
import { cacheCallInfo } from '../src/agent/instruments/shared/cache.cjs';
import { describeLogLine } from '../src/agent/instruments/shared/log.cjs';
import { redisCallInfo } from '../src/agent/instruments/shared/redis-command.cjs';
import { describeSearch } from '../src/agent/instruments/shared/search.cjs';
import { variableText } from '../src/agent/locals/variables.cjs';
import { errorText } from '../src/agent/record/error-text.cjs';
import { serialize } from '../src/agent/record/serialize.cjs';
import { maskParams, maskStatement } from '../src/agent/record/sql-params.cjs';
import { outsideText } from '../src/cli/mcp/safe-trace.js';
import { redactHeaders, redactText, redactUrl } from '../src/domain/redact.cjs';
import { redactArguments, redactShellLine } from '../src/domain/redact-command.cjs';
import { tracesOfSpans } from '../src/export/otlp-requests.js';
import { readHar } from '../src/export/read-har.js';
import type { OtlpSpan } from '../src/export/read-otlp.js';

const canary = (n: number) => `cnry${n}Qx7z`;

/** Names of secrets, as apps write them. */
const WORDS =
  `password passwd pwd pass passphrase passcode secret token auth bearer credential cookie session sid
  signature jwt otp totp pin magic csrf xsrf dpop cvv cvc ssn`.split(/\s+/);
const TWO_WORDS =
  `user password|db pass|client secret|access token|refresh token|id token|api key|private key|secret key|
  signing key|encryption key|subscription key|session id|session token|auth token|csrf token|card number|credit card|
  security code|verification code|reset code|backup code|mfa code|login code|social security|new password|master key|
  aws secret access key|stripe secret key|webhook secret|jwt secret|magic link|one time code|license key|shared key`
    .split('|')
    .map((words) => words.trim().split(' '));
const capital = (word: string) => word[0]!.toUpperCase() + word.slice(1);
const NAMES = [
  ...WORDS.flatMap((word) => [word, word.toUpperCase(), `user_${word}`, `x-${word}`]),
  ...TWO_WORDS.flatMap((words) => [
    words.join('_'),
    words.join('-'),
    words.map((word, i) => (i === 0 ? word : capital(word))).join(''),
    words.join('_').toUpperCase(),
  ]),
  // Mixed ways of writing them, and other languages.
  ...['pass_word', 'user.pass-word', 'Pass-Phrase', 'userPassWord', 'apiKEY', 'db.api_Key', 'sess'],
  ...['senha', 'contraseña', 'contrasena', 'Passwort', 'db_kennwort', 'mot_de_passe', 'motDePasse', 'mdp'],
  ...['wachtwoord', 'lösenord', 'hasło', 'heslo', 'salasana', 'adgangskode', 'jelszó', 'şifre', 'lozinka'],
  ...['пароль', 'секрет', '密码', '密碼', 'パスワード', '비밀번호'],
  ...['connect.sid', 'Ocp-Apim-Subscription-Key', 'X-OTP', 'DPoP', 'X-Amz-Security-Token', 'PGPASSWORD'],
];

/** Texts that are secret wherever they stand. */
const SHAPES: ((secret: string) => string)[] = [
  (secret) => `eyJhbGciOiJI${secret}.eyJzdWIi${secret}.${secret}`,
  (secret) => `Bearer ${secret}`,
  (secret) => `Basic ${secret}`,
  (secret) => `Token ${secret}`,
  (secret) => `AKIA${secret.toUpperCase()}ABCDEFGHIJKL`,
  (secret) => `ghp_${'a'.repeat(30)}${secret}`,
  (secret) => `github_pat_${'a'.repeat(30)}${secret}`,
  (secret) => `glpat-${'a'.repeat(10)}${secret}`,
  (secret) => `npm_${'a'.repeat(30)}${secret}`,
  (secret) => `sk_${'live'}_${secret}abcdef`,
  (secret) => `rk_${'live'}_${secret}abcdef`,
  (secret) => `whsec_${secret}abcdefgh`,
  (secret) => `sk-${'proj'}-${secret}abcdefghijkl`,
  (secret) => `SG.${secret}abcdefgh.${secret}abcdefgh`,
  (secret) => `xoxb-123456-${secret}`,
  (secret) => `xapp-1-${secret}`,
  (secret) => `JWT ${secret}`,
  (secret) => `https://discord.com/api/webhooks/123456789012345678/${secret}`,
  (secret) => `https://hooks.zapier.com/hooks/catch/1234/${secret}`,
  (secret) => `https://a.webhook.office.com/webhookb2/${secret}@b/IncomingWebhook/${secret}/c`,
  (secret) => `https://hooks.slack.com/services/T000/B000/${secret}`,
  (secret) => `123456789:${(secret + 'A'.repeat(35)).slice(0, 35)}`,
  (secret) => `AIza${secret}${'a'.repeat(30)}`,
  (secret) => `ya29.${secret}aaaaaaaaaaa`,
  (secret) => `GOCSPX-${secret}aaaaaaaaaaa`,
  (secret) => `-----BEGIN PRIVATE ${'KEY'}-----\n${secret}\n-----END PRIVATE KEY-----`,
  (secret) => `postgres://u:${secret}@h/db`,
  (secret) => `amqps://u:${secret}@h`,
  (secret) => `mongodb+srv://u:${secret}@h/db?x=1`,
  (secret) => `https://h.example/reset-password/${secret}`,
  (secret) => `https://h.example/verify/${secret}?a=1`,
  (secret) => `https://h.example/?access_token=${secret}&a=1`,
  (secret) => `password=${secret}`,
  (secret) => `{"password":"${secret}"}`,
  (secret) => `Cookie: a=b; sid=${secret}`,
];

type Told = unknown;
type Named = (name: string, secret: string) => Told;
const describe = (
  instrument: { describe(call: { args: unknown; self?: unknown }): unknown },
  args: unknown[],
  self?: unknown,
): Told => instrument.describe({ args, self });
const column = (name: string) => `"${name}"`;
const field = (name: string) => name.replace(/[^\p{L}\p{N}_]/gu, '_');
const spawned = (...args: string[]) => describe(childProcess, [{ file: 'x', args }], {});

/** What is told of a secret that stands under a name. */
const NAMED: Record<string, Named> = {
  'a parameter of SQL': (name, secret) =>
    maskParams(`select 1 from t where ${column(name)} = $1`, [secret], 'pg'),
  'a parameter of an insert': (name, secret) =>
    maskParams(`insert into t (a, ${column(name)}) values ($1, $2)`, ['a', secret], 'pg'),
  'a parameter of a list': (name, secret) =>
    maskParams(`select 1 from t where ${column(name)} in ($1)`, [secret], 'pg'),
  'a literal of SQL': (name, secret) => maskStatement(`update t set ${column(name)} = '${secret}'`, 'pg'),
  'JSON in SQL': (name, secret) =>
    maskParams('select $1::json', [JSON.stringify({ deep: [{ [name]: secret }] })], 'pg'),
  'a header': (name, secret) =>
    /^[ -~]+$/.test(name) ? redactHeaders([name.replace(/[^\w.-]/g, '-'), secret]) : [],
  'a query of a URL': (name, secret) => redactUrl(`/a?b=1&${encodeURIComponent(name)}=${secret}#x`),
  'a hash of a URL': (name, secret) => redactUrl(`/a#${name}=${secret}`),
  'a cookie': (name, secret) => [
    redactHeaders(['Cookie', `${name}=${secret}`]),
    redactHeaders(['Set-Cookie', `${name}=${secret}`]),
  ],
  'a log line': (name, secret) =>
    describeLogLine({ self: 'info', args: [`${name}=${secret} was given`] } as never),
  'a log line, behind another name': (name, secret) => [
    describeLogLine({ self: 'info', args: [`failed: ${name}=${secret}`] } as never),
    describeLogLine({ self: 'info', args: [`a: b: ${name}: ${secret}, x`] } as never),
    describeLogLine({ self: 'info', args: [`level=info msg="asked ${name}=${secret} of" a=1`] } as never),
    describeLogLine({ self: 'info', args: [`db:\n  ${name}:        ${secret}\n`] } as never),
    describeLogLine({ self: 'info', args: [`{db: {${name}: '${secret}'}}`] } as never),
    describeLogLine({ self: 'info', args: [`"${name}": "@${secret}"`] } as never),
  ],
  'a label of a log line': (name, secret) =>
    describeLogLine({ self: 'info', args: [field(name), `${secret}9`] } as never),
  'an element of XML': (name, secret) => [
    errorText(new Error(`<a:${field(name)} b="c">${secret}</a:${field(name)}>`)),
    serialize({ body: `<x><${field(name)}><![CDATA[${secret}]]></${field(name)}></x>` }),
  ],
  'a field of a form': (name, secret) => [
    redactText(`--x\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${secret}\r\n--x--`),
    redactText(`a=1&user%5B${name}%5D=${secret}`),
  ],
  'JSON in JSON in JSON': (name, secret) => {
    const text = JSON.stringify({ b: JSON.stringify({ c: JSON.stringify({ [name]: secret }) }) });
    return [describeLogLine({ self: 'info', args: [`got ${text}`] } as never), serialize({ text })];
  },
  'a pair': (name, secret) => [
    serialize(Object.entries({ [name]: `${secret}9` })),
    serialize({ rawHeaders: ['Host', 'h.example', name, `a=${secret}`] }),
    serialize([{ name, value: secret }]),
    serialize({ Name: name, Value: secret }),
  ],
  'an upsert of MySQL': (name, secret) =>
    maskParams(
      `insert into t (a) values (?) on duplicate key update \`${name}\` = ?`,
      ['a', secret],
      'mysql',
    ),
  'a link in a link in a link': (name, secret) =>
    redactUrl(
      `/a?next=${encodeURIComponent(`/b?next=${encodeURIComponent(`/c?${field(name)}=${secret}`)}`)}`,
    ),
  'a matrix parameter of a path': (name, secret) => redactUrl(`/a;${encodeURIComponent(name)}=${secret}/b`),
  'an object of a log line': (name, secret) =>
    describeLogLine({ self: 'info', args: ['x', { a: [{ [name]: secret }] }] } as never),
  'JSON in a log line': (name, secret) =>
    describeLogLine({ self: 'info', args: [`sent ${JSON.stringify({ [name]: secret })}`] } as never),
  'an error message': (name, secret) => errorText(new Error(`wrong ${name}: ${secret}`)),
  'an error of JSON': (name, secret) => errorText(new Error(JSON.stringify({ [name]: secret }))),
  'a duplicate key of PostgreSQL': (name, secret) =>
    errorText(new Error(`Key (${name})=(${secret}) already exists.`)),
  'a duplicate key of MySQL': (name, secret) =>
    errorText(new Error(`Duplicate entry '${secret}' for key 't.${name}'`)),
  'a key of a cache': (name, secret) => cacheCallInfo('get', { keys: [`${name}:${secret}${secret}9`] }),
  'a field of a hash': (name, secret) => redisCallInfo('hset', ['user:1', name, secret]),
  'a value under a key': (name, secret) => redisCallInfo('set', [`${name}:9`, secret]),
  'a value of a cache': (name, secret) =>
    redisCallInfo('set', ['user:1', JSON.stringify({ [name]: secret })]),
  'an option of a command': (name, secret) => [
    redactArguments(['x', `--${name}`, secret]),
    spawned('x', `--${name}=${secret}`),
    redactArguments(['aws', 'configure', 'set', name, secret]),
  ],
  'a variable of a command': (name, secret) => redactShellLine(`${field(name)}=${secret} node x.js`),
  'a GraphQL variable': (name, secret) =>
    describe(graphql, [{ variableValues: { in: { [field(name)]: secret } } }]),
  'an argument of an RPC': (name, secret) =>
    describe(grpc, ['/shop.Shop/get', 0, 0, { [field(name)]: secret }]),
  'a filter of MongoDB': (name, secret) =>
    describe(mongodb, [
      { db: 'a' },
      { find: 't', filter: { [name]: secret }, update: { $set: { [name]: { $eq: secret } } } },
    ]),
  'a body of Elasticsearch': (name, secret) =>
    describeSearch({
      args: [{ method: 'POST', path: '/t/_search', body: { query: { match: { [name]: secret } } } }],
    } as never),
  'a text body of Elasticsearch': (name, secret) =>
    describeSearch({
      args: [
        {
          method: 'POST',
          path: '/t/_search',
          body: JSON.stringify({ query: { term: { [name]: { value: secret } } } }),
        },
      ],
    } as never),
  'an input of AWS': (name, secret) =>
    awsInput('X.Y', { A: { [name]: secret }, Environment: [{ Name: name, Value: secret }] }),
  'an expression of DynamoDB': (name, secret) =>
    awsInput('DynamoDB.Query', {
      KeyConditionExpression: '#a = :a',
      ExpressionAttributeNames: { '#a': name },
      ExpressionAttributeValues: { ':a': { S: secret } },
    }),
  'a subject of a mail': (name, secret) => describe(nodemailer, [{ subject: `your ${name}: ${secret}` }]),
  'a local variable': (name, secret) => [
    variableText(field(name), secret),
    variableText('x', { [name]: secret }),
  ],
  'a Map': (name, secret) => serialize(new Map([[name, secret]])),
  'a span from outside': (name, secret) => tracesOfSpans([otlpSpan({ name: `x ${name}=${secret}` })], '/'),
  'an attribute of a span from outside': (name, secret) =>
    tracesOfSpans(
      [
        otlpSpan({
          attributes: {
            'db.system': 'postgresql',
            'db.statement': `select 1 where ${column(name)} = '${secret}'`,
          },
        }),
        otlpSpan({
          attributes: { 'http.request.method': 'GET', 'url.full': `http://h/?${name}=${secret}` },
          error: `wrong ${name}=${secret}`,
        }),
        otlpSpan({ logs: [{ name: 'log', at: 1, attributes: { 'log.message': `${name}=${secret}` } }] }),
      ],
      '/',
    ),
  'a HAR': (name, secret) =>
    readHar(harWith([{ name, value: secret }], `http://h/?${encodeURIComponent(name)}=${secret}`)),
  'the MCP server': (name, secret) => outsideText(`${name}=${secret}`),
};

/** What is told of a secret of a shape, whatever it stands under. */
const SHAPED: Record<string, (secret: string) => Told> = {
  'a parameter of SQL': (text) => maskParams('select $1', [text], 'pg'),
  'a literal of SQL': (text) => maskStatement(`select '${text}'`, 'pg'),
  'a header': (text) => redactHeaders(['X-Note', text.replaceAll('\n', ' ')]),
  'a URL': (text) => redactUrl(`/a?q=${text.replaceAll('\n', ' ')}`),
  'a log line': (text) => describeLogLine({ self: 'info', args: ['seen', text] } as never),
  'an object of a log line': (text) => describeLogLine({ self: 'info', args: [{ a: [text] }] } as never),
  'an error message': (text) => errorText(new Error(`it said ${text}`)),
  'a key of a cache': (text) => cacheCallInfo('get', { keys: [text] }),
  'a value of a cache': (text) => redisCallInfo('set', ['user:2', text]),
  'a command line': (text) => [
    spawned('x', text),
    redactShellLine(`x ${text.includes('\n') ? '' : JSON.stringify(text)}`),
  ],
  'a GraphQL variable': (text) => describe(graphql, [{ variableValues: { in: text } }]),
  'an argument of an RPC': (text) => describe(grpc, ['/shop.Shop/get', 0, 0, { a: text }]),
  'a filter of MongoDB': (text) => describe(mongodb, [{ db: 'a' }, { find: 't', filter: { a: text } }]),
  'a body of Elasticsearch': (text) =>
    describeSearch({ args: [{ method: 'POST', path: '/', body: { a: text } }] } as never),
  'an input of AWS': (text) => awsInput('X.Y', { A: text }),
  'a subject of a mail': (text) => describe(nodemailer, [{ subject: text }]),
  'a local variable': (text) => [variableText('x', text), variableText('x', { a: text })],
  'a span from outside': (text) =>
    tracesOfSpans(
      [
        otlpSpan({
          name: text,
          error: text,
          logs: [{ name: text, at: 1, attributes: { 'log.message': text } }],
        }),
        otlpSpan({ attributes: { 'db.system': 'redis', 'db.statement': `set a ${text}` } }),
        otlpSpan({ attributes: { 'db.system': 'mysql', 'db.query.text': `select '${text}'` } }),
        otlpSpan({ attributes: { 'rpc.system': 'grpc' }, name: text }),
      ],
      '/',
    ),
  'a HAR': (text) =>
    readHar(harWith([{ name: 'X-Note', value: text }], `http://h/?q=${encodeURIComponent('a')}`)),
  'the MCP server': (text) => outsideText(text),
};

let spanIds = 1;
function otlpSpan(change: Partial<OtlpSpan>): OtlpSpan {
  const spanId = (spanIds++).toString(16).padStart(16, '0');
  const plain = { traceId: 'ab'.repeat(16), spanId, parentSpanId: '', name: 'x', kind: 1, start: 1, end: 2 };
  return { ...plain, attributes: {}, resource: {}, logs: [], ...change };
}

function harWith(headers: { name: string; value: string }[], url: string): object {
  const request = { method: 'GET', url, headers };
  return {
    log: {
      entries: [
        { startedDateTime: '2026-01-01T00:00:00Z', time: 1, request, response: { status: 200, headers } },
      ],
    },
  };
}

function kept(told: Told, secret: string): boolean {
  const text =
    JSON.stringify(told, (_, value) => (value instanceof Map ? [...value] : value)) ?? String(told);
  return text.toLowerCase().includes(secret.toLowerCase());
}

test('no secret is kept under any of its names, wherever it stands', (t) => {
  let n = 0;
  for (const [sink, told] of Object.entries(NAMED)) {
    const found = NAMES.filter((name) => {
      const secret = canary(n++);
      return kept(told(name, secret), secret);
    });
    t.same(found, [], sink);
  }
  t.ok(NAMES.length > 200 && n > 7000, `${NAMES.length} names, ${n} canaries`);
  t.end();
});

test('no secret of a known shape is kept, wherever it stands', (t) => {
  let n = 0;
  for (const [sink, told] of Object.entries(SHAPED)) {
    const found = SHAPES.map((shape) => [shape, canary(n++)] as const)
      .filter(([shape, secret]) => kept(told(shape(secret)), secret))
      .map(([shape]) => shape('…'));
    t.same(found, [], sink);
  }
  t.end();
});

const OPEN_NAMES =
  `state nonce hash q page sort sort_key primaryKey cacheKey limit author authors authority design
  passenger compass bypass spinner shipping opinion keyboard monkey tokenizer_model max_tokens session_count sessionTimeout
  auth_type secretary desenhar hashlog country_code status_code zip_code error_code position ping sidebar inside outside`.split(
    /\s+/,
  );
const PROSE = [
  'the session has ended, ask for another token please',
  'password reset mails are sent at night',
  'Basic plans cost less; Bearer bonds do not',
  'GET /products/3 took 59ms, key lookup was slow',
  'code ECONNREFUSED at port 5432',
  'pin the version, then sign in with the author',
  'fields: password, email; labels: token, name',
  '<label for="password">Password</label><code>npm ci</code>',
  '<Error><Code>NoSuchKey</Code><Key>photos/a.jpg</Key></Error>',
  'order 1234567890123 was shipped to Berlin',
];

test('what is no secret stays readable, wherever it stands', (t) => {
  const value = 'plain-value';
  for (const sink of Object.keys(NAMED)) {
    if (/cookie|the MCP/.test(sink)) continue;
    const hidden = OPEN_NAMES.filter((name) =>
      JSON.stringify(NAMED[sink]!(name, value)).includes('REDACTED'),
    );
    t.same(hidden, [], sink);
  }
  for (const sink of Object.keys(SHAPED)) {
    t.same(
      PROSE.filter((text) => JSON.stringify(SHAPED[sink]!(text)).includes('REDACTED')),
      [],
      sink,
    );
  }
  t.equal(redactText('state=abc nonce=def'), 'state=abc nonce=def');
  t.end();
});
