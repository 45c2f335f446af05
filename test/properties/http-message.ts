/** Parser of HTTP/1.1 by the RFC alone, one byte per character, independent of Node's. */

/** A parsed message. */
export interface Message {
  start: string;
  headers: [name: string, value: string][];
  body: string;
  trailers: [name: string, value: string][];
  /** Its body ends with the connection. */
  open: boolean;
  /** Offset of the next message. */
  end: number;
}

/** Value of a header. */
export function headerOf({ headers }: Pick<Message, 'headers'>, name: string): string | undefined {
  return headers.find(([one]) => one.toLowerCase() === name)?.[1];
}

/**
 * The message at `from`; undefined while it is incomplete. `bodiless` is true for a start line
 * without a body.
 */
export function messageAt(
  text: string,
  from: number,
  bodiless: (start: string) => boolean,
): Message | undefined {
  const head = text.indexOf('\r\n\r\n', from);
  if (head < 0) return undefined;
  const [start = '', ...lines] = text.slice(from, head).split('\r\n');
  const headers = lines.map(fieldOf);
  const message = { start, headers, body: '', trailers: [], open: false, end: head + 4 };
  if (bodiless(start)) return message;
  const length = headerOf(message, 'content-length');
  if (/chunked$/i.test(headerOf(message, 'transfer-encoding') ?? '')) return chunkedIn(text, message);
  const isRequest = !start.startsWith('HTTP/');
  if (length === undefined)
    return { ...message, open: !isRequest, body: isRequest ? '' : text.slice(message.end) };
  const end = message.end + Number(length);
  return end > text.length ? undefined : { ...message, body: text.slice(message.end, end), end };
}

function chunkedIn(text: string, message: Message): Message | undefined {
  let body = '';
  let at = message.end;
  for (;;) {
    const eol = text.indexOf('\r\n', at);
    if (eol < 0) return undefined;
    const size = Number.parseInt(text.slice(at, eol), 16);
    if (size === 0) return trailersIn(text, { ...message, body }, eol + 2);
    if (text.length < eol + 2 + size + 2) return undefined;
    if (text.slice(eol + 2 + size, eol + 4 + size) !== '\r\n')
      throw new Error(`a chunk without its end at ${at}`);
    body += text.slice(eol + 2, eol + 2 + size);
    at = eol + 4 + size;
  }
}

function trailersIn(text: string, message: Message, from: number): Message | undefined {
  const trailers: [string, string][] = [];
  for (let at = from; ; ) {
    const eol = text.indexOf('\r\n', at);
    if (eol < 0) return undefined;
    if (eol === at) return { ...message, trailers, end: eol + 2 };
    trailers.push(fieldOf(text.slice(at, eol)));
    at = eol + 2;
  }
}

function fieldOf(line: string): [string, string] {
  const colon = line.indexOf(':');
  return [line.slice(0, colon), line.slice(colon + 1).trim()];
}
