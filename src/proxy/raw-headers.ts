/** Raw headers (flat name, value lists as in `rawHeaders`): their kinds and their serialization. */

/** Raw headers without X-Scooby and X-Scooby-Secret, which only the proxy may set. */
export function withoutScoobyHeaders(raw: readonly string[]): string[] {
  const kept: string[] = [];
  for (let i = 0; i < raw.length; i += 2) {
    if (headerKindOf(raw[i]!) !== 'ours') kept.push(raw[i]!, raw[i + 1]!);
  }
  return kept;
}

/** Raw headers as [name, value] pairs, the form that addTrailers() takes. */
export function headerPairs(raw: readonly string[]): [string, string][] {
  const list: [string, string][] = [];
  for (let i = 0; i < raw.length; i += 2) list.push([raw[i]!, raw[i + 1]!]);
  return list;
}

/**
 * Start line and headers of a message, to be written as latin1: headers hold one byte per
 * character.
 */
export function messageHead(statusLine: string, raw: readonly string[]): string {
  let text = `${statusLine}\r\n`;
  for (let i = 0; i < raw.length; i += 2) text += `${raw[i]}: ${raw[i + 1]}\r\n`;
  return `${text}\r\n`;
}

/** Kinds of headers to the proxy; `plain` headers are forwarded unchanged. */
export type HeaderKind =
  | 'plain'
  | 'connection'
  | 'hop'
  | 'upgrade'
  | 'te'
  | 'trailer'
  | 'transfer-encoding'
  | 'cookie'
  | 'record'
  | 'ours';

const KINDS: Record<string, HeaderKind> = {
  __proto__: null as never,
  connection: 'connection',
  'keep-alive': 'hop',
  'proxy-connection': 'hop',
  'proxy-authorization': 'hop',
  upgrade: 'upgrade',
  te: 'te',
  trailer: 'trailer',
  'transfer-encoding': 'transfer-encoding',
  'x-scooby': 'ours',
  'x-scooby-secret': 'ours',
  'x-scooby-record': 'record',
  cookie: 'cookie',
  'x-scooby-profile': 'ours',
};

// The length alone rules out most headers, which is cheaper than lowercasing their names.
const LENGTHS = new Set(Object.keys(KINDS).map((name) => name.length));

/** Kind of a header by its name, in any case. */
export function headerKindOf(name: string): HeaderKind {
  return LENGTHS.has(name.length) ? (KINDS[name.toLowerCase()] ?? 'plain') : 'plain';
}

// A Connection header must not remove headers that frame a message, name its host, or are scooby's
// own.
const UNSTRIPPABLE = /^(?:content-length|transfer-encoding|host|x-scooby.*|close|keep-alive|upgrade|te|)$/;

/** Lowercase names of the hop-by-hop headers that a Connection header lists; undefined for none. */
export function connectionHeaders(connection: string | undefined): Set<string> | undefined {
  if (connection === undefined || /^(?:close|keep-alive)$/i.test(connection)) return undefined;
  const names = connection
    .toLowerCase()
    .split(',')
    .map((name) => name.trim());
  const strippable = names.filter((name) => !UNSTRIPPABLE.test(name));
  return strippable.length > 0 ? new Set(strippable) : undefined;
}

/**
 * Connection header reduced to close, keep-alive and, with `upgrades`, Upgrade. A header that is
 * only close or keep-alive keeps its `value` as written; `connection` joins all Connection headers.
 */
export function persistenceTokens(value: string, connection: string, upgrades = false): string {
  if (/^(?:close|keep-alive)$/i.test(connection)) return value;
  const words = connection.split(',').map((word) => word.trim());
  const close = words.some((word) => /^close$/i.test(word));
  const upgrade = upgrades && words.some((word) => /^upgrade$/i.test(word));
  return (close ? 'close' : 'keep-alive') + (upgrade ? ', Upgrade' : '');
}

/** Value to pass to Node so that it is sent byte for byte, after the headers `written`. */
export function unalteredValue(name: string, value: string, written: string[]): string {
  if (name.length !== 19 || !/^content-disposition$/i.test(name) || !/[\x80-\xff]/.test(value)) return value;
  const sized = written.some(
    (word, i) => i % 2 === 0 && /^content-length$/i.test(word) && Number(written[i + 1]) > 0,
  );
  // After a Content-Length, Node writes Content-Disposition as UTF-8 instead of latin1.
  return sized ? Buffer.from(value, 'utf8').toString('latin1') : value;
}
