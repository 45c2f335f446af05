/** Takes secrets out of URLs and headers before they are recorded. Imports nothing; runs in the app and in the launcher. */

/** What stands in place of a secret. */
export const REDACTED = 'REDACTED';

// `auth` is no secret in author, authors, authority; `sig` only as a word of its own.
const SECRET =
  /passw(?:or)?d|passphrase|pwd|secret|(?:api|access|private)[-_.]?key|token|auth(?!or(?!i[sz]))|bearer|credential|cookie|session|signature|jwt|(?<![a-z])sig(?![a-z])/i;

// These two match by their names, and say nothing but how the server is set up.
const OPEN_HEADERS = new Set(['access-control-allow-credentials', 'www-authenticate']);

// An app uses few header names, but a client may send any: remember only so many.
const judged = new Map<string, boolean>();
const MOST_JUDGED = 500;

/** Answers whether a header, a query key or a variable of that name holds a secret. */
export function isSecretName(name: string): boolean {
  return typeof name === 'string' && SECRET.test(name);
}

/** Answers the URL with `user:password@` and the values of secret-looking keys as REDACTED, all else as it was. Never throws. */
export function redactUrl(url: string): string {
  if (typeof url !== 'string') return '';
  let text = url;
  if (text.includes('://')) text = text.replace(/:\/\/[^/?#&\s"<>]*@/g, `://${REDACTED}@`);
  let query = text.indexOf('?');
  if (query === -1) query = text.indexOf('#');
  if (query === -1) return text;
  if (!text.includes('%', query) && !SECRET.test(text.slice(query))) return text;
  return redactQuery(text);
}

/** Answers names and values of flat raw headers as pairs, secrets redacted, and without our own secret. Never throws. */
export function redactHeaders(rawHeaders: readonly string[]): [name: string, value: string][] {
  const pairs: [string, string][] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i];
    const value = rawHeaders[i + 1];
    if (typeof name !== 'string' || typeof value !== 'string') continue;
    if (name.length === 15 && name.toLowerCase() === 'x-scooby-secret') continue;
    pairs.push([name, isSecretHeader(name) ? REDACTED : redactUrl(value)]);
  }
  return pairs;
}

function isSecretHeader(name: string): boolean {
  let secret = judged.get(name);
  if (secret === undefined) {
    secret = isSecretName(name) && !OPEN_HEADERS.has(name.toLowerCase());
    if (judged.size < MOST_JUDGED) judged.set(name, secret);
  }
  return secret;
}

// Each step moves on by at least what it looked at, so that a hostile URL costs no more than its length.
function redactQuery(url: string): string {
  const key = /[?&;#]([^=&;#?]*)=/g;
  const end = /[&#\s"<>]|$/g;
  let redacted = '';
  let done = 0;
  for (let found = key.exec(url); found; found = key.exec(url)) {
    if (!isSecretName(decoded(found[1]!))) continue;
    end.lastIndex = key.lastIndex;
    const stop = end.exec(url)!.index;
    if (stop > key.lastIndex) redacted += url.slice(done, key.lastIndex) + REDACTED;
    else redacted += url.slice(done, stop);
    done = key.lastIndex = stop;
  }
  return redacted + url.slice(done);
}

// decodeURIComponent throws on what it does not know, and only the ASCII letters of a key matter here.
function decoded(key: string): string {
  if (!key.includes('%')) return key;
  return key.replace(/%([0-7][0-9a-f])/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
}
