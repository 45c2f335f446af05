/** Redaction: no secret survives, whatever stands around it, and what is no secret stays as it was. */

import { deepStrictEqual } from 'node:assert/strict';
import fc from 'fast-check';
import { test } from 'tap';
import { redactHeaders, redactUrl } from '../../src/domain/redact.cjs';
import { isSecretName } from '../../src/domain/secret-names.cjs';
import { anyText, holds } from '../property.js';

const NAMES = [
  ...['password', 'passwd', 'pwd', 'secret', 'api_key', 'apiKey', 'access-token', 'token', 'auth', 'jwt'],
  ...[
    'Authorization',
    'credential',
    'session',
    'signature',
    'sig',
    'x-csrf-token',
    'private_key',
    'passphrase',
  ],
];
const OPEN = ['page', 'q', 'author', 'sort', 'id', 'limit', 'design', 'x'];

const plain = fc.string({ unit: fc.constantFrom(...'abcxyz0123456789-_.~%!$*+,') });
/** A value that stands nowhere else. */
const secret = fc.integer({ min: 1e9, max: 9e9 }).map((n) => `S${n.toString(36)}T`);
const inAnyCase = (text: string) =>
  fc
    .array(fc.boolean(), { minLength: text.length, maxLength: text.length })
    .map((flags) => [...text].map((char, i) => (flags[i] ? char.toUpperCase() : char)).join(''));
const escaped = (text: string) =>
  fc
    .array(fc.nat({ max: 4 }), { minLength: text.length, maxLength: text.length })
    .map((dice) =>
      [...text].map((char, i) => (dice[i] === 0 ? `%${char.charCodeAt(0).toString(16)}` : char)).join(''),
    );
const secretName = fc
  .constantFrom(...NAMES)
  .chain(inAnyCase)
  .chain(escaped)
  .chain((name) =>
    fc
      .tuple(fc.constantFrom('', 'user_', 'x-', 'my['), fc.constantFrom('', '_1', ']', '-id'))
      .map(([a, b]) => a + name + b),
  );

interface Part {
  text: string;
  secret?: string;
}
const openPair: fc.Arbitrary<Part> = fc
  .tuple(fc.constantFrom(...OPEN), plain)
  .map(([name, value]) => ({ text: `${name}=${value}` }));
const secretPair: fc.Arbitrary<Part> = fc
  .tuple(secretName, plain, secret, plain)
  .map(([name, before, secret, after]) => ({ text: `${name}=${before}${secret}${after}`, secret }));
const separator = fc.constantFrom('&', '&', ';', '#', '?', '&&');

/** A query with secrets at some of its keys. */
const aQuery = fc.array(fc.tuple(fc.oneof(openPair, secretPair), separator)).map((parts) => ({
  text: `?${parts.map(([{ text }, separator]) => text + separator).join('')}`,
  secrets: parts.flatMap(([{ secret }]) => secret ?? []),
}));
const anOrigin = fc.oneof(
  fc.constant({ text: '', secrets: [] as string[] }),
  fc.tuple(plain, secret, fc.constantFrom('http', 'postgres', 'redis')).map(([user, secret, scheme]) => ({
    text: `${scheme}://${user}:${secret}@db.example:80`,
    secrets: [secret],
  })),
);

test('a secret in a URL never survives, wherever it stands', () =>
  holds(
    fc.property(anOrigin, plain, aQuery, (origin, path, query) => {
      const url = `${origin.text}/${path}${query.text}`;
      const redacted = redactUrl(url);
      for (const secret of [...origin.secrets, ...query.secrets]) {
        if (redacted.includes(secret)) throw new Error(`${url}\n${redacted}`);
      }
      deepStrictEqual(redactUrl(redacted), redacted);
    }),
    800,
  ));

test('a secret in a header never survives, by its name or in a URL that is its value', () =>
  holds(
    fc.property(
      secretName.filter((name) => !name.includes('%')),
      secret,
      aQuery,
      anyText(),
      (name, secret, query, text) => {
        const headers = redactHeaders([
          name,
          text + secret + text,
          'Referer',
          `/a${query.text}`,
          'X-Scooby-Secret',
          secret,
        ]);
        const told = JSON.stringify(headers);
        for (const one of [secret, ...query.secrets]) if (told.includes(one)) throw new Error(told);
        deepStrictEqual(redactHeaders(headers.flat()), headers);
      },
    ),
    500,
  ));

test('what names no secret stays as it was', () =>
  holds(
    fc.property(fc.array(fc.tuple(openPair, separator)), plain, anyText(), (parts, path, text) => {
      const url = `http://shop.example/${path}?${parts.map(([{ text }, separator]) => text + separator).join('')}`;
      deepStrictEqual(redactUrl(url), url);
      const decoded = text.replace(/%([0-7][0-9a-f])/gi, (_, hex) =>
        String.fromCharCode(Number.parseInt(hex, 16)),
      );
      if (!isSecretName(decoded) && !text.includes('@')) deepStrictEqual(redactUrl(text), text);
      deepStrictEqual(redactHeaders(['Accept', url]), [['Accept', url]]);
    }),
    500,
  ));

const fragment = fc.oneof(
  anyText(6),
  fc.constantFrom(
    ...'?&;#=@:/ "<>%',
    '://',
    '%3d',
    '%26',
    'token',
    'token=',
    'password=',
    'REDACTED',
    'se%63ret=',
  ),
);

test('any text is redacted without a throw, and once is enough', () =>
  holds(
    fc.property(fc.array(fragment), fc.array(fc.anything()), (fragments, things) => {
      const once = redactUrl(fragments.join(''));
      deepStrictEqual(redactUrl(once), once);
      redactHeaders(fragments);
      redactHeaders(things as string[]);
      for (const thing of things) redactUrl(thing as string);
    }),
    600,
  ));
