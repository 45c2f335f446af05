/** Names of secrets: which query keys, headers, fields, columns and options hold one. */

import { onRedactionChange, redaction } from './redaction.cjs';

// Parts that make any name secret. `auth` is none in author, authors, authority; nor `token` in tokenizer,
// nor `secret` in secretary.
const PARTS =
  /passw(?:or)?d|passwort|pass[-_. ](?:word|phrase|code)|passphrase|passcode|pwd|secret(?!ar[iy])|token(?!i[sz])|auth(?!or(?!i[sz]))|bearer|credential|cookie|session|signature|jwt|cvv|dpop|(?:card|cc)[-_. ]?(?:number|num|no)(?![a-z])|credit[-_. ]?card|social[-_. ]?security/i;
/** Password, secret and token in other languages, as parts of a name. */
const FOREIGN_PARTS =
  /(?<!de)senha|parola[-_. ]?d[-_. ]?ordine|contrase(?:n\u0303?|\u00f1)a|kennwort|mot[-_. ]?de[-_. ]?passe|wachtwoord|l(?:o\u0308?|\u00f6)senord|has[l\u0142]o(?![a-z])|heslo(?![a-z])|salasana|adgangskode|jelsz[o\u00f3]|[s\u015f]ifre|lozinka|\u043f\u0430\u0440\u043e\u043b|\u0441\u0435\u043a\u0440\u0435\u0442|\u0442\u043e\u043a\u0435\u043d|\u5bc6[\u7801\u78bc]|\u53e3\u4ee4|\u30d1\u30b9\u30ef\u30fc\u30c9|\ube44\ubc00\ubc88\ud638/i;
// `key` alone is mostly a word of databases: primary key, sort key, cache key.
const KEY =
  /(?:api|apim|access|private|secret|subscription|master|encryption|encrypt|signing|sign|licen[cs]e|account|storage|functions?|admin|service|deploy|ssh|ssl|tls|gpg|pgp|shared|hmac|aes|rsa|app|client|consumer|host)[-_. ]?key/i;
const CODE =
  /(?:verification|verify|reset|login|security|sms|invite|invitation|backup|recovery|confirm|confirmation|device|activation|one[-_. ]?time|magic|email|mfa|2fa|pin)[-_. ]?code/i;
// Secret wherever they are one of the words of a name: `connect.sid`, `X-OTP`, `userSsn`.
const WORDS = new Set([
  'sig',
  'sid',
  'otp',
  'totp',
  'hotp',
  'ssn',
  'cvc',
  'csrf',
  'xsrf',
  'pw',
  'mdp',
  'magic',
  'sess',
]);
// Secret as a name's last word: `db_pass`, but not `pass_count`.
const LAST_WORDS = new Set(['pass', 'pin', 'ticket']);
/** Names of many meanings: the value decides, except in URLs and headers. */
const AMBIGUOUS = new Set(['code', 'key', 'ticket', 'clave']);
// Counts, kinds and lifetimes of secrets.
const OPEN =
  /^(?:(?:max|min|total|prompt|completion|input|output|cached)[-_ ]?(?:new[-_ ]?)?tokens|tokens?[-_ ]?(?:type|count|limit)|(?:session|cookie)s?[-_ ]?(?:count|timeout)|auth(?:entication)?[-_ ]?(?:type|method))$/i;
// `JsonWebTokenError: jwt malformed`: the class of an error, and its message behind it.
const ERROR_CLASS = /^[A-Z][A-Za-z\d]*(?:Error|Exception)$/;
const OPEN_HEADERS = new Set([
  ...['access-control-allow-credentials', 'www-authenticate', 'proxy-authenticate', 'idempotency-key'],
  ...['sec-websocket-key', 'surrogate-key', 'public-key-pins', 'x-cache-key'],
]);

const MAX_NAME_LENGTH = 200;
// The cache is bounded: an app uses few names, but a client may send any.
const MAX_CACHED = 1000;
const MAX_CACHED_LENGTH = 64;
const cache = new Map<string, boolean>();
onRedactionChange(() => cache.clear());

/** True when a header, query key, field, column or variable of that name holds a secret. */
export function isSecretName(name: string): boolean {
  if (typeof name !== 'string' || name === '') return false;
  const known = cache.get(name);
  if (known !== undefined) return known;
  const secret = matchesName(name.length > MAX_NAME_LENGTH ? name.slice(-MAX_NAME_LENGTH) : name);
  // Copied: a slice would keep the text in memory of which it is a part.
  if (name.length <= MAX_CACHED_LENGTH && cache.size < MAX_CACHED)
    cache.set(Buffer.from(name).toString(), secret);
  return secret;
}

/** True when a field or column of that name holds a secret in `value`. */
export function isSecretField(name: string, value: unknown): boolean {
  if (!isSecretName(name)) return false;
  if (redaction.names?.test(name)) return true;
  const last = AMBIGUOUS.has(name) ? name : name.toLowerCase();
  return !AMBIGUOUS.has(last) || !isPlainValue(last, value);
}

// `['password', 'email']` is a list of names, and `['Cookie', 'a=b']` has a value behind its name.
const PLAIN_WORDS = /^[A-Za-z]{1,40}(?:[-_. ][A-Za-z]{1,40}){0,8}[.:,!?]?$/;

/** True when `value` stands behind a secret name in a list, and is no word. */
export function isSecretBehind(name: unknown, value: unknown): boolean {
  if (typeof name !== 'string' || typeof value !== 'string' || name.length > MAX_CACHED_LENGTH) return false;
  return /^[\p{L}\p{M}\p{N}_.$ -]+:?$/u.test(name) && isSecretField(name, value) && !PLAIN_WORDS.test(value);
}

/** True when the value of a header of that name is a secret. */
export function isSecretHeader(name: string): boolean {
  const lower = name.length > MAX_NAME_LENGTH ? name : name.toLowerCase();
  if (isSecretName(name) && redaction.names?.test(name)) return true;
  if (OPEN_HEADERS.has(lower) || redaction.isOff || redaction.allow?.test(name)) return false;
  return isSecretName(name) || lower.endsWith('-key') || lower === 'sec-websocket-protocol';
}

function matchesName(name: string): boolean {
  if (redaction.isOff || redaction.allow?.test(name)) return false;
  if (redaction.names?.test(name)) return true;
  // `user[max_tokens]` of a form.
  if (OPEN.test(/\[([^[\]]+)\]$/.exec(name)?.[1] ?? name) || ERROR_CLASS.test(name)) return false;
  if (PARTS.test(name) || FOREIGN_PARTS.test(name) || KEY.test(name) || CODE.test(name)) return true;
  if (AMBIGUOUS.has(name.toLowerCase())) return true;
  // `userSid` has two words, `SiD` has one.
  return hasSecretWord(name) || hasSecretWord(name.replace(/([a-z\d])([A-Z])/g, '$1 $2'));
}

function hasSecretWord(name: string): boolean {
  const words = name
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter((word) => word !== '');
  return words.some((word) => WORDS.has(word)) || LAST_WORDS.has(words.at(-1) ?? '');
}

const ERROR_CODE =
  /^(?:(?:ERR|ER|SQLITE|UND_ERR|HPE)_[A-Z_\d]{1,60}|E[A-Z]{3,20}|[A-Za-z]{2,3}|[a-z]{2}[-_][A-Z]{2})$/;
const PLAIN_KEY = /^(?:[a-z]{1,20}|\d{1,6})(?:[:._/-](?:[a-z]{1,20}|\d{1,6})){0,5}$/;

/** An error's code, a country, a key of settings or of a cache, the number of a ticket. */
function isPlainValue(name: string, value: unknown): boolean {
  if (typeof value === 'number') return name !== 'code' || Math.abs(value) < 1000;
  if (typeof value !== 'string') return typeof value === 'boolean' || value === null || value === undefined;
  if (value.length > 64) return false;
  if (/^-?\d{1,3}$/.test(value)) return true;
  if (name === 'code') return ERROR_CODE.test(value);
  return PLAIN_KEY.test(value);
}
