/** Raw headers, flat as on the wire: which of them belong to the hop or to the proxy, and how they are written. */

/** Answers a flat list of headers without any that only the proxy may set. */
export function withoutScoobyHeaders(raw: readonly string[]): string[] {
  const kept: string[] = [];
  for (let i = 0; i < raw.length; i += 2) {
    if (headerKindOf(raw[i]!) !== 'ours') kept.push(raw[i]!, raw[i + 1]!);
  }
  return kept;
}

/** Answers a flat list as pairs, which is how trailers are handed over. */
export function headerPairs(raw: readonly string[]): [string, string][] {
  const list: [string, string][] = [];
  for (let i = 0; i < raw.length; i += 2) list.push([raw[i]!, raw[i + 1]!]);
  return list;
}

/** Answers the head of a message as it is on the wire; headers hold one byte a character. */
export function messageHead(statusLine: string, raw: readonly string[]): string {
  let text = `${statusLine}\r\n`;
  for (let i = 0; i < raw.length; i += 2) text += `${raw[i]}: ${raw[i + 1]}\r\n`;
  return `${text}\r\n`;
}

/** What a header is to the proxy; `plain` ones pass. */
export type HeaderKind =
  | 'plain'
  | 'connection'
  | 'hop'
  | 'upgrade'
  | 'te'
  | 'trailer'
  | 'transfer-encoding'
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
};

// Most headers are told apart by their length alone, which is cheaper than lowering their case.
const LENGTHS = new Set(Object.keys(KINDS).map((name) => name.length));

/** Answers what a header of that name is to the proxy. */
export function headerKindOf(name: string): HeaderKind {
  return LENGTHS.has(name.length) ? (KINDS[name.toLowerCase()] ?? 'plain') : 'plain';
}

// A client must not be able to strip what frames a message, names its host, or is ours.
const UNSTRIPPABLE = /^(?:content-length|transfer-encoding|host|x-scooby.*|close|keep-alive|upgrade|te|)$/;

/** Answers the lowercase names of the headers that a Connection header takes with it. */
export function connectionHeaders(connection: string | undefined): Set<string> | undefined {
  if (connection === undefined || /^(?:close|keep-alive)$/i.test(connection)) return undefined;
  const names = connection
    .toLowerCase()
    .split(',')
    .map((name) => name.trim());
  const strippable = names.filter((name) => !UNSTRIPPABLE.test(name));
  return strippable.length > 0 ? new Set(strippable) : undefined;
}

/** Answers the words of a Connection header that say whether it lasts; as they were written, where that is all it says. */
export function persistenceTokens(value: string, all: string, upgrades = false): string {
  if (/^(?:close|keep-alive)$/i.test(all)) return value;
  const words = all.split(',').map((word) => word.trim());
  const close = words.some((word) => /^close$/i.test(word));
  const upgrade = upgrades && words.some((word) => /^upgrade$/i.test(word));
  return (close ? 'close' : 'keep-alive') + (upgrade ? ', Upgrade' : '');
}

/** Answers the value to hand to Node, so that it is written as it came, after the headers `before`. */
export function unalteredValue(name: string, value: string, before: string[]): string {
  if (name.length !== 19 || !/^content-disposition$/i.test(name) || !/[\x80-\xff]/.test(value)) return value;
  const sized = before.some(
    (word, i) => i % 2 === 0 && /^content-length$/i.test(word) && Number(before[i + 1]) > 0,
  );
  // Once it has written a Content-Length, Node takes the characters of a Content-Disposition for bytes of UTF-8.
  return sized ? Buffer.from(value, 'utf8').toString('latin1') : value;
}
