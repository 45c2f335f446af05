/**
 * Redacts secrets in URLs, headers and texts before recording, by their names and shapes. Runs in
 * app and launcher.
 */

import { onRedactionChange, redaction } from './redaction.cjs';
import { isSecretField, isSecretHeader, isSecretName } from './secret-names.cjs';
import { isCard, isRandomText, REDACTED, redactShapes } from './secret-shapes.cjs';

/**
 * URL with `user:password@`, the values of secret-looking keys and what looks like a token as
 * REDACTED, otherwise unchanged. Never throws.
 */
export function redactUrl(url: string): string {
  if (typeof url !== 'string') return '';
  const text = redactShapes(url);
  const query = text.search(/[?#;]/);
  if (query === -1 || redaction.isOff) return text;
  const redacted = redactQuery(text);
  // JSON as a client wrote it.
  return redacted.includes('"', query)
    ? redacted.slice(0, query) + maskAssigned(redacted.slice(query))
    : redacted;
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
    pairs.push([name, redactHeader(name, value)]);
  }
  return pairs;
}

/** A header's name that has come before, with values that it had. */
interface KnownHeader {
  isSecret: boolean;
  /** Redacted values by value. */
  values: Map<string, string>;
}

const MAX_HEADERS = 200;
const MAX_VALUES = 16;
/** Characters of a name or value that is kept. */
const MAX_HEADER = 512;

// A browser sends the same fifteen with each request, and reading them takes as long as recording it.
const knownHeaders = new Map<string, KnownHeader>();
onRedactionChange(() => knownHeaders.clear());

function redactHeader(name: string, value: string): string {
  const header = knownHeaders.get(name) ?? addHeader(name);
  if (header.isSecret) return REDACTED;
  const known = header.values.get(value);
  if (known !== undefined) return known;
  const redacted = redactText(value);
  if (value.length > MAX_HEADER) return redacted;
  if (header.values.size >= MAX_VALUES) header.values.clear();
  header.values.set(value, redacted);
  return redacted;
}

function addHeader(name: string): KnownHeader {
  const header: KnownHeader = { isSecret: isSecretHeader(name), values: new Map() };
  if (name.length > MAX_HEADER) return header;
  if (knownHeaders.size >= MAX_HEADERS) knownHeaders.clear();
  knownHeaders.set(name, header);
  return header;
}

// A name and its sign: in the value another name may begin. Names are bounded, and begin where no other
// character of a name precedes: linear.
const ASSIGNMENT =
  /(?<![\w.$@%\u00c0-\u04ff\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af-])((["'`]?)[\w.$@%\u00c0-\u04ff\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af-]{1,80}(?:\[[\w.-]{1,40}\])?\2)\\{0,15}["']?\s{0,40}(?:=>|[:=])\s{0,40}/g;
const VALUE =
  /\\{1,15}"[^"]*(?:"|$)|"(?:[^"\\]|\\[\s\S])*(?:"|$)|'(?:[^'\\]|\\[\s\S])*(?:'|$)|`[^`]*(?:`|$)|[^\s,;&"'`<>)}\]]+/y;
const KEY_IN_ERROR = /(Duplicate entry ')([^']*)(' for key '([^']*)')|(\bKey \(([^)]*)\)=\()([^)]*)(\))/g;
const CREDENTIAL_HEADERS =
  /(?<![\w-])((?:Proxy-)?Authorization|(?:Set-)?Cookie)(["']?\s{0,4}[:=]\s{0,4}["']?)([^\r\n"']+)/gi;

// Each reads up to the next `<`, at which the next one begins.
const ELEMENT =
  /<((?:[\w-]{1,40}:)?([\w.\u00c0-\u04ff\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af-]{1,80}))((?:\s[^<>]{0,400})?>(?:<!\[CDATA\[)?)([^<]+)/g;
const FORM_FIELD = /(form-data; ?name="([^"\r\n]{1,80})"(?:\r?\n[^\r\n]{1,200}){0,3}\r?\n\r?\n)([^\r\n]+)/g;

function maskElement(all: string, name: string, local: string, between: string, value: string): string {
  // HTML's <code>, the <Key> and <Code> of S3.
  if (/^(?:code|key)$/i.test(local) || value.trim() === '' || !isSecretName(local)) return all;
  return `<${name}${between}${REDACTED}`;
}

function maskFormField(all: string, before: string, name: string): string {
  return isSecretName(name) ? before + REDACTED : all;
}

/**
 * Free text (a log line, an error's message) with its secrets as REDACTED: URLs, shapes, and what
 * is assigned to a secret name (`password=x`, `"token": "x"`). Never throws.
 */
export function redactText(text: string): string {
  if (typeof text !== 'string') return '';
  if (redaction.isOff) return text;
  let redacted = redactUrl(text);
  if (redacted.includes('</')) redacted = redacted.replace(ELEMENT, maskElement);
  if (!/[=:]|Duplicate entry/.test(redacted)) return redacted;
  redacted = redacted.replace(CREDENTIAL_HEADERS, `$1$2${REDACTED}`);
  if (redacted.includes('form-data')) redacted = redacted.replace(FORM_FIELD, maskFormField);
  return maskAssigned(redacted).replace(
    KEY_IN_ERROR,
    (all, before, _value, after, mysqlKey, pgBefore, pgKey, _pgValue, pgAfter) => {
      const key: string = mysqlKey ?? pgKey;
      if (!key.split(/[.,\s]+/).some(isSecretName)) return all;
      return mysqlKey === undefined ? `${pgBefore}${REDACTED}${pgAfter}` : `${before}${REDACTED}${after}`;
    },
  );
}

function maskAssigned(text: string): string {
  let masked = '';
  let copied = 0;
  ASSIGNMENT.lastIndex = 0;
  for (let match = ASSIGNMENT.exec(text); match !== null; match = ASSIGNMENT.exec(text)) {
    const [, quoted, quote] = match as unknown as [string, string, string];
    const name = decoded(quote === '' ? quoted : quoted.slice(1, -1));
    if (!isSecretName(name)) continue;
    const at = ASSIGNMENT.lastIndex;
    const value = valueAt(text, at);
    const mark = /^\\{0,15}["'`]/.exec(value)?.[0] ?? '';
    const bare = mark === '' ? value : value.slice(mark.length).replace(/\\{0,15}["'`]$/, '');
    if (bare === '' || bare.startsWith(REDACTED) || !isSecretField(name, bare)) continue;
    if (mark === '' ? isNoValue(bare) : NO_QUOTED_VALUE.test(bare)) continue;
    masked += `${text.slice(copied, at)}${mark}${REDACTED}${mark}`;
    copied = ASSIGNMENT.lastIndex = at + value.length;
  }
  return copied === 0 ? text : masked + text.slice(copied);
}

/** The value that begins there; empty where another name may begin in it, so that no text is read twice. */
function valueAt(text: string, at: number): string {
  if (/^(?:[?{[(@<:]|\$\d|\/\/)/.test(text.slice(at, at + 2)) || text.startsWith(REDACTED, at)) return '';
  VALUE.lastIndex = at;
  return VALUE.exec(text)?.[0] ?? '';
}

const KEY_SEPARATOR = /([:|/.]+)/;
const ASSIGNED_IN_KEY = /(?<![\w-])([\w-]{1,80})=([^:|/&;,\s]+)/g;

/** Key of a cache: what stands behind a secret name (`session:4f9a…`) as REDACTED. */
export function redactKey(key: string): string {
  const redacted = redactUrl(key).replace(ASSIGNED_IN_KEY, (all, name, value) =>
    isSecretField(name, value) && !value.startsWith(REDACTED) ? `${name}=${REDACTED}` : all,
  );
  let behindName = false;
  let changed = false;
  const parts = redacted.split(KEY_SEPARATOR).map((part, i) => {
    if (i % 2 === 1) return part;
    const secret = behindName && !redaction.isOff && isRandomText(part);
    behindName ||= isSecretName(part);
    changed ||= secret;
    return secret ? REDACTED : part;
  });
  return changed ? parts.join('') : redacted;
}

/** Number with the digits of a payment card as REDACTED, otherwise unchanged. */
export function redactNumber(value: number | bigint): number | bigint | string {
  return value > 1e11 && isCard(String(value)) ? REDACTED : value;
}

// In quotes a secret may begin with any sign.
const NO_QUOTED_VALUE = /^(?:\?|\$\d{1,3}|<[^<>]{0,60}>|true|false|null|undefined|none)$|^[{[]/i;

// Placeholders, an object that goes on, the word of a schema.
function isNoValue(value: string): boolean {
  return /^(?:[?{[(]|\$\d|:|@|true$|false$|null$|undefined$|none$|\/\/|<)/i.test(value);
}

const SECRET_END = /[&#\s"<>]|$/g;
const VALUE_END = /[&#;?\s"<>]|$/g;

// Each step advances by at least the text it scanned: the cost of a hostile URL is linear in its
// length.
function redactQuery(url: string): string {
  const key = /[?&;#]([^=&;#?]*)=/g;
  let redacted = '';
  let copied = 0;
  for (let match = key.exec(url); match; match = key.exec(url)) {
    const isSecret = isSecretName(decoded(match[1]!));
    // Behind `;` and `?` another key may begin.
    const end = isSecret ? SECRET_END : VALUE_END;
    end.lastIndex = key.lastIndex;
    const valueEnd = end.exec(url)!.index;
    if (!isSecret && !holdsSecret(url.slice(key.lastIndex, valueEnd))) continue;
    if (valueEnd > key.lastIndex) redacted += url.slice(copied, key.lastIndex) + REDACTED;
    else redacted += url.slice(copied, valueEnd);
    copied = key.lastIndex = valueEnd;
  }
  return redacted + url.slice(copied);
}

/** Whether the value of a key has a name and its secret in it: JSON, or pairs of its own. */
function holdsSecret(value: string): boolean {
  if (!ASSIGNED_SIGN.test(value)) return false;
  let text = value;
  // A link in a link in a link.
  for (let i = 0; i < 3 && text.includes('%'); i++) text = decoded(text);
  return maskAssigned(text) !== text;
}

const ASSIGNED_SIGN = /[=:]|%(?:25){0,3}3[ad]/i;

// decodeURIComponent throws on malformed escapes.
function decoded(key: string): string {
  if (!key.includes('%')) return key;
  if (/%[c-f][0-9a-f]%[89ab]/i.test(key) && key.length <= MAX_HEADER) {
    try {
      return decodeURIComponent(key);
    } catch {
      // Its ASCII letters are decoded.
    }
  }
  return key.replace(/%([0-7][0-9a-f])/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
}
