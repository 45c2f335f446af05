/**
 * Redacts secrets in URLs and headers before recording. Imports nothing; runs in app and launcher.
 */

/** Replacement of a secret. */
export const REDACTED = 'REDACTED';

// `auth` is no secret in author, authors, authority; `sig` only as a separate word.
const SECRET =
  /passw(?:or)?d|passphrase|pwd|secret|(?:api|access|private)[-_.]?key|token|auth(?!or(?!i[sz]))|bearer|credential|cookie|session|signature|jwt|(?<![a-z])sig(?![a-z])/i;

// These names match the pattern, but their values only describe the server's configuration.
const OPEN_HEADERS = new Set(['access-control-allow-credentials', 'www-authenticate']);

// The cache is bounded: an app uses few header names, but a client may send any.
const secretHeaderCache = new Map<string, boolean>();
const MAX_CACHED_HEADERS = 500;

/** True when a header, query key or variable of that name holds a secret. */
export function isSecretName(name: string): boolean {
  return typeof name === 'string' && SECRET.test(name);
}

/**
 * URL with `user:password@` and the values of secret-looking keys as REDACTED, otherwise unchanged.
 * Never throws.
 */
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

/**
 * Flat raw headers as name-value pairs, secrets redacted, without `X-Scooby-Secret`. Never throws.
 */
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
  let secret = secretHeaderCache.get(name);
  if (secret === undefined) {
    secret = isSecretName(name) && !OPEN_HEADERS.has(name.toLowerCase());
    if (secretHeaderCache.size < MAX_CACHED_HEADERS) secretHeaderCache.set(name, secret);
  }
  return secret;
}

// Each step advances by at least the text it scanned: the cost of a hostile URL is linear in its
// length.
function redactQuery(url: string): string {
  const key = /[?&;#]([^=&;#?]*)=/g;
  const end = /[&#\s"<>]|$/g;
  let redacted = '';
  let copied = 0;
  for (let match = key.exec(url); match; match = key.exec(url)) {
    if (!isSecretName(decoded(match[1]!))) continue;
    end.lastIndex = key.lastIndex;
    const valueEnd = end.exec(url)!.index;
    if (valueEnd > key.lastIndex) redacted += url.slice(copied, key.lastIndex) + REDACTED;
    else redacted += url.slice(copied, valueEnd);
    copied = key.lastIndex = valueEnd;
  }
  return redacted + url.slice(copied);
}

// decodeURIComponent throws on malformed escapes, and only the ASCII letters of a key matter here.
function decoded(key: string): string {
  if (!key.includes('%')) return key;
  return key.replace(/%([0-7][0-9a-f])/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
}
