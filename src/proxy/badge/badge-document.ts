/**
 * A document that gets the badge: which request asks for one, what the app is asked for, which
 * response is one, and its bytes with the badge's script in them.
 */

import type { IncomingMessage } from 'node:http';
import { attributeText, scriptPermit } from './content-policy.js';
import { InsertionPoint } from './insertion-point.js';

/** Path of the badge's script, at the app's origin: a policy's 'self' holds for it. */
export const BADGE_PATH = '/scooby/badge.js';

/** Validators and digests of other bytes, and their length. */
const DROPPED = new Set([
  ...['content-length', 'etag', 'last-modified'],
  ...['content-md5', 'digest', 'content-digest', 'repr-digest'],
]);
const CONDITIONS = new Set(['accept-encoding', 'if-none-match', 'if-modified-since']);
/** Encodings in which ASCII is ASCII. */
const CHARSETS = /^(?:utf-?8|(?:us-)?ascii|latin-?1|iso-?8859-\d{1,2}|(?:windows-|cp)125\d)$/i;
const NO_TAG = 'no <head> or <body> tag in its first 16 KB';

/** Whether a browser navigates to what it requests: neither a frame, a fetch nor a part of a file. */
export function isNavigation({ method, headers, httpVersionMinor }: IncomingMessage): boolean {
  const isDocument = headers['sec-fetch-dest'] === 'document';
  return isDocument && method === 'GET' && headers.range === undefined && httpVersionMinor > 0;
}

/** Raw headers of a request for a document in the clear, whatever the browser has of it. */
export function identityHeaders(headers: string[]): string[] {
  return [...without(headers, CONDITIONS), 'Accept-Encoding', 'identity'];
}

/** Raw headers of a response of which the length is not known yet. */
export function unsizedHeaders(headers: string[]): string[] {
  return without(headers, DROPPED);
}

/** The response to a navigation. */
export class BadgeDocument {
  readonly #id: string;
  readonly #headers: IncomingMessage['headers'];
  readonly #point = new InsertionPoint();
  /** What has come behind the place, while a policy may follow. */
  #held: Buffer[] | undefined;
  #state: 'open' | 'done';
  #refusal: string | undefined;

  private constructor(id: string, response: IncomingMessage) {
    this.#id = id;
    this.#headers = response.headers;
    this.#refusal = refusalBy(response);
    this.#state = this.#refusal === undefined ? 'open' : 'done';
  }

  /** Document of a response; undefined where it is none. */
  static of(response: IncomingMessage, id: string): BadgeDocument | undefined {
    const { 'content-type': type = '', 'content-length': length } = response.headers;
    const { 'content-disposition': disposition = '' } = response.headers;
    const isHtml = /^\s*text\/html\s*(?:;|$)/i.test(type);
    if (response.statusCode !== 200 || !isHtml || length === '0') return undefined;
    return /^\s*attachment\b/i.test(disposition) ? undefined : new BadgeDocument(id, response);
  }

  /** Its head says that it stays as it is. */
  get isRefused(): boolean {
    return this.#refusal !== undefined;
  }

  /** Why it has no badge, in a sentence. */
  get note(): string | undefined {
    return this.#refusal === undefined ? undefined : `the page has no badge: ${this.#refusal}`;
  }

  /** A piece of the document, and the badge where it belongs. */
  transform(piece: Buffer): Buffer[] {
    if (this.#state === 'done') return [piece];
    const at = this.#point.read(piece);
    if (this.#point.isMissing) return this.#giveUp(piece);
    if (this.#held !== undefined) this.#held.push(piece);
    else if (at === undefined) return [piece];
    else this.#held = [piece.subarray(at)];
    const before = at === undefined ? [] : [piece.subarray(0, at)];
    return this.#point.isSettled ? [...before, ...this.#insert()] : before;
  }

  /** The rest of the document. */
  end(): Buffer[] {
    if (this.#state === 'done') return [];
    if (this.#held !== undefined) return this.#insert();
    this.#refusal = NO_TAG;
    return [];
  }

  #giveUp(piece: Buffer): Buffer[] {
    this.#state = 'done';
    this.#refusal = NO_TAG;
    return [piece];
  }

  #insert(): Buffer[] {
    this.#state = 'done';
    const permit = scriptPermit(policiesOf(this.#headers, this.#point.policies));
    const behind = this.#held!.filter(({ length }) => length > 0);
    this.#held = undefined;
    if ('refusal' in permit) this.#refusal = permit.refusal;
    return 'refusal' in permit ? behind : [Buffer.from(scriptTag(this.#id, permit)), ...behind];
  }
}

function refusalBy({ headers, rawHeaders }: IncomingMessage): string | undefined {
  const { 'content-type': type = '', 'content-encoding': encoding = 'identity' } = headers;
  const charset = /;\s*charset\s*=\s*"?([^\s";,]+)/i.exec(type)?.[1];
  if (!/^identity$/i.test(encoding)) return `the app has sent it as ${encoding}, though asked not to`;
  if (!/^(?:chunked)?$/i.test(headers['transfer-encoding'] ?? '')) return 'its transfer encoding is unusual';
  const types = rawHeaders.filter((name, i) => i % 2 === 0 && /^content-type$/i.test(name));
  if (types.length > 1) return 'it has two content types';
  if (charset !== undefined && !CHARSETS.test(charset)) return `its charset is ${charset}`;
  if (/\bno-transform\b/i.test(headers['cache-control'] ?? '')) return 'its Cache-Control says no-transform';
  if (/\bscript\b/i.test(String(headers['integrity-policy'] ?? '')))
    return 'its Integrity-Policy is for scripts';
  const permit = scriptPermit(policiesOf(headers, []));
  return 'refusal' in permit ? permit.refusal : undefined;
}

function policiesOf(headers: IncomingMessage['headers'], metas: string[]) {
  const { 'content-security-policy': enforced, 'content-security-policy-report-only': reportOnly } = headers;
  return {
    enforced: [...[enforced ?? []].flat(), ...metas.map((meta) => withoutSandbox(attributeText(meta)))],
    reportOnly: [reportOnly ?? []].flat(),
  };
}

/** Browsers ignore this directive in a meta element. */
function withoutSandbox(policy: string): string {
  return policy.replace(/(^|[;,])\s*sandbox\b[^;,]*/gi, '$1');
}

function scriptTag(id: string, permit: { nonce?: string; mayConnect: boolean }): string {
  const nonce = permit.nonce === undefined ? '' : ` nonce="${permit.nonce}"`;
  const silent = permit.mayConnect ? '' : ' data-silent';
  return `<script src="${BADGE_PATH}"${nonce} data-id="${id}"${silent} defer></script>`;
}

function without(headers: string[], names: Set<string>): string[] {
  const kept: string[] = [];
  for (let i = 0; i < headers.length; i += 2)
    if (!names.has(headers[i]!.toLowerCase())) kept.push(headers[i]!, headers[i + 1]!);
  return kept;
}
