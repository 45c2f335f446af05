/** Recognizes that an app refuses a form because its Origin is the proxy's, and not the app's own. */

import type { IncomingMessage } from 'node:http';
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import { redactText } from '../domain/redact.cjs';
import { isSafeMethod } from '../domain/safe-method.js';

/** A request that was refused for its Origin. */
export interface OriginRefusal {
  method: string;
  /** Without its query. */
  path: string;
  status: number;
  /** What the app says of it, one line; empty where it says no more than that it forbids. */
  text: string;
  origin: string;
}

/** Longer responses are pages. */
const MAX_BODY = 16 * 1024;
const MAX_TEXT = 120;
const STATUSES = new Set([400, 403, 419, 422, 500]);
const FORM = /^(?:application\/x-www-form-urlencoded|multipart\/form-data|text\/plain)\b/i;
/**
 * SvelteKit, Astro: "Cross-site POST form submissions are forbidden"; Next.js: "Invalid Server Actions
 * request."; Rails: "HTTP Origin header didn't match"; better-auth: "Invalid origin"; cors: "Not allowed
 * by CORS".
 */
const REFUSAL =
  /cross[- ]?(?:site|origin)|\b(?:csrf|xsrf|request forgery)\b|server actions? request|not allowed by cors|\b(?:not match|invalid|bad|untrusted|unexpected|wrong|disallowed|forbidden|mismatched) (?:the |request )?[`"']?origin\b|\borigin\b[^.\n]{0,80}\b(?:not|mismatch\w*|invalid|forbidden|denied|rejected|untrusted|(?:did|does)n[’']t)\b/i;
/** A token that is missing is none the proxy has changed. */
const TOKEN = /\btoken\b/i;
const NAMES_ORIGIN = /\borigin\b|referr?er|cross[- ]?site/i;

/** Calls back when the response to a request from a page of this proxy refuses its Origin. */
export function watchOriginRefusal(
  req: IncomingMessage,
  response: IncomingMessage,
  onRefusal: (refusal: OriginRefusal) => void,
): void {
  const { origin, host } = req.headers;
  const status = response.statusCode!;
  if (origin === undefined || host === undefined || !STATUSES.has(status)) return;
  if (isSafeMethod(req.method!) || origin.replace(/^https?:\/\//, '') !== host) return;
  const chunks: Buffer[] = [];
  let size = 0;
  response.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size <= MAX_BODY) chunks.push(chunk);
  });
  response.on('end', () => {
    const text = size > MAX_BODY ? '' : decoded(Buffer.concat(chunks), response.headers['content-encoding']);
    const reason = reasonIn(text);
    const isBare = status === 403 && size <= MAX_BODY && /^(?:forbidden\.?)?$/i.test(text.trim());
    if (reason === undefined && !(isBare && FORM.test(req.headers['content-type'] ?? ''))) return;
    const path = req.url!.replace(/[?#].*/s, '');
    onRefusal({ method: req.method!, path, status, text: reason ?? '', origin });
  });
}

/** Text of HTML: a line break for each tag, nothing of styles and scripts. */
function withoutTags(html: string): string {
  // toLowerCase changes the length of some texts.
  const lower = html.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  let text = '';
  for (let at = 0; ; ) {
    const open = lower.indexOf('<', at);
    if (open < 0) return text + html.slice(at);
    const raw = /^<(style|script)\b/.exec(lower.slice(open, open + 8))?.[1];
    const end = raw === undefined ? open : Math.max(open, lower.indexOf(`</${raw}>`, open));
    const close = lower.indexOf('>', end);
    if (close < 0) return text + html.slice(at);
    text += `${html.slice(at, open)}\n`;
    at = close + 1;
  }
}

/** Line of a text that refuses an Origin. */
function reasonIn(text: string): string | undefined {
  const plain = withoutTags(text);
  const line = plain.split(/[\r\n]+/).find((each) => REFUSAL.test(each));
  if (line === undefined || (TOKEN.test(line) && !NAMES_ORIGIN.test(line))) return undefined;
  const cut = line.trim();
  return redactText(cut.length > MAX_TEXT ? `${cut.slice(0, MAX_TEXT)}…` : cut);
}

function decoded(body: Buffer, encoding: string | undefined): string {
  const options = { maxOutputLength: 4 * MAX_BODY };
  try {
    if (encoding === 'gzip') return gunzipSync(body, options).toString();
    if (encoding === 'br') return brotliDecompressSync(body, options).toString();
    return (encoding === 'deflate' ? inflateSync(body, options) : body).toString();
  } catch {
    return '';
  }
}
