/**
 * Marks of a request that switch its recording on or off: `X-Scooby-Record: 1`, the parameter
 * `__scooby=1`, the cookie `scooby=1`; 0 is off. Only these bytes are one: what is encoded, has
 * another value, or a longer name is the app's.
 */

/** `on`, `off`, or undefined without a mark. */
export type RecordMark = 'on' | 'off' | undefined;

const HEADER = 'x-scooby-record';
const PARAMETER = '__scooby=';
const COOKIE = 'scooby=';
const X = 120;
const C = 99;

/** Mark of a value of X-Scooby-Record, of which the first counts where it was sent more than once. */
export function markInHeader(value: unknown): RecordMark {
  if (typeof value !== 'string') return undefined;
  const [first] = value.split(',', 1);
  return markOf(first!.trim(), '');
}

/** Mark of the query of a URL. */
export function markInUrl(url: string): RecordMark {
  const query = url.includes(PARAMETER) ? queryOf(url) : undefined;
  return query && firstMark(url.slice(...query).split('&'), PARAMETER);
}

/** Mark of the value of a Cookie header. */
export function markInCookie(value: string): RecordMark {
  if (!value.includes(COOKIE)) return undefined;
  return firstMark(
    value.split(';').map((piece) => piece.trim()),
    COOKIE,
  );
}

/** Mark of a request: that of its header, else of its URL, else of its cookies. */
export function markOfRequest(url: string, rawHeaders: readonly string[]): RecordMark {
  let cookie: RecordMark;
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!;
    // Their first letter tells most headers apart, without a copy in lower case.
    const letter = name.charCodeAt(0) | 32;
    if (letter === X && name.length === HEADER.length && name.toLowerCase() === HEADER) {
      const mark = markInHeader(rawHeaders[i + 1]);
      if (mark !== undefined) return mark;
    } else if (letter === C && name.length === 6 && cookie === undefined && name.toLowerCase() === 'cookie')
      cookie = markInCookie(rawHeaders[i + 1]!);
  }
  return markInUrl(url) ?? cookie;
}

/** URL without its marks, and without the question mark where there was nothing else. */
export function urlWithoutMarks(url: string): string {
  const query = url.includes(PARAMETER) ? queryOf(url) : undefined;
  if (query === undefined) return url;
  const [start, end] = query;
  const pieces = url.slice(start, end).split('&');
  const kept = pieces.filter((piece) => markOf(piece, PARAMETER) === undefined);
  if (kept.length === pieces.length) return url;
  const before = url.slice(0, kept.length === 0 ? start - 1 : start);
  return before + kept.join('&') + url.slice(end);
}

/** Value of a Cookie header without its marks; empty where there was nothing else. */
export function cookieWithoutMarks(value: string): string {
  if (!value.includes(COOKIE)) return value;
  const pieces = value.split(';');
  const kept = pieces.filter((piece) => markOf(piece.trim(), COOKIE) === undefined);
  if (kept.length === pieces.length) return value;
  const isFirstKept = kept[0] === pieces[0];
  const text = kept.join(';');
  return isFirstKept ? text : text.trimStart();
}

/** Start and end of the query, without its question mark. */
function queryOf(url: string): [start: number, end: number] | undefined {
  const fragment = url.indexOf('#');
  const end = fragment < 0 ? url.length : fragment;
  const question = url.indexOf('?');
  return question < 0 || question >= end ? undefined : [question + 1, end];
}

function firstMark(pieces: string[], name: string): RecordMark {
  for (const piece of pieces) {
    const mark = markOf(piece, name);
    if (mark !== undefined) return mark;
  }
  return undefined;
}

function markOf(piece: string, name: string): RecordMark {
  if (piece.length !== name.length + 1 || !piece.startsWith(name)) return undefined;
  return piece.endsWith('1') ? 'on' : piece.endsWith('0') ? 'off' : undefined;
}
