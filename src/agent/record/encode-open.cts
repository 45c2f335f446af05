/** Encodes the `open` line of a request: method, URL and headers, of which most have come before. */

import { redactHeaders, redactUrl } from '../../domain/redact.cjs';
import type { TracedRequest } from '../request/traced-request.cjs';
import { cachedJson, wholeMicros } from './encode-span.cjs';
import { toJson } from './to-json.cjs';

/** Characters of a URL or of a header's value that is kept. */
const MAX_KEPT = 1024;
const MAX_URLS = 500;
const MAX_NAMES = 200;

/** JSON of the last value of each header, by name. */
const headers = new Map<string, { value: string; json: string }>();
/** JSON of a redacted URL, by URL. */
const urls = new Map<string, string>();

/** The `open` line of a request. */
export function encodeOpen({
  id,
  began,
  method,
  url,
  withCalls,
  message,
  rawHeaders,
}: TracedRequest): string {
  const line = `{"t":"open","id":"${id}","at":${wholeMicros(began)},"method":${cachedJson(method)},"url":${urlJson(url)}`;
  const rest = withCalls ? ',"withCalls":true' : '';
  return `${line}${rest},"headers":[${headersJson(message?.rawHeaders ?? rawHeaders ?? [])}]}\n`;
}

function urlJson(url: string): string {
  if (typeof url !== 'string') return '""';
  const known = urls.get(url);
  if (known !== undefined) return known;
  const json = toJson(redactUrl(url));
  if (url.length <= MAX_KEPT) {
    if (urls.size >= MAX_URLS) urls.clear();
    urls.set(url, json);
  }
  return json;
}

function headersJson(rawHeaders: readonly string[]): string {
  let json = '';
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const pair = headerJson(rawHeaders[i]!, rawHeaders[i + 1]!);
    if (pair !== '') json += json === '' ? pair : `,${pair}`;
  }
  return json;
}

/** Name and value of a header as JSON; empty where it is not recorded. */
function headerJson(name: string, value: string): string {
  const known = headers.get(name);
  if (known !== undefined && known.value === value) return known.json;
  const [pair] = redactHeaders([name, value]);
  const json = pair === undefined ? '' : toJson(pair);
  if (pair === undefined || value.length > MAX_KEPT) return json;
  if (known !== undefined) Object.assign(known, { value, json });
  else if (headers.size < MAX_NAMES) headers.set(name, { value, json });
  return json;
}
