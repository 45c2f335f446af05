/** Reader of HAR files: ours with all that was recorded, those of browsers and proxies as requests without calls. */

import { createHash } from 'node:crypto';
import { redactHeaders, redactUrl } from '../domain/redact.cjs';
import type { Headers, Trace } from '../domain/trace.js';
import { FieldReader, ImportError } from './field-reader.js';
import { readTrace } from './read-trace.js';
import { sharedHeaders } from './shared-headers.js';

const MAX_ENTRIES = 10_000;
const MAX_HEADERS = 1000;

/** Requests of a HAR document; throws an ImportError where it is none. */
export function readHar(value: unknown): Trace[] {
  return new FieldReader(value, 'the file').object('log').list('entries', MAX_ENTRIES, readEntry);
}

function readEntry(value: unknown, path: string): Trace {
  const fields = new FieldReader(value, path);
  if (fields.has('_scooby'))
    return readTrace(fields.object('_scooby').json('trace'), `${path}._scooby.trace`);
  const request = fields.object('request');
  const response = fields.object('response');
  const [method, url] = [request.text('method'), request.text('url')];
  const start = Date.parse(fields.text('startedDateTime'));
  if (Number.isNaN(start)) throw new ImportError(`${path}.startedDateTime is no date`);
  const status = response.maybeNumber('status') ?? 0;
  return {
    id: headerOf(response, 'x-scooby') ?? madeUpId(`${path} ${method} ${url} ${start}`),
    method,
    url: redactUrl(pathOf(url)),
    // Browsers write 0, or -1, for a response that did not come.
    ...(status > 0 && { status }),
    start,
    duration: Math.max(0, fields.maybeNumber('time') ?? 0),
    state: 'done',
    ...(status <= 0 && { aborted: true }),
    headers: { request: headersOf(request), response: headersOf(response) },
    spans: [],
    findings: [],
    totals: {},
  };
}

function pathOf(url: string): string {
  if (!URL.canParse(url)) return url;
  const { pathname, search } = new URL(url);
  return pathname + search;
}

function linesOf(fields: FieldReader): Headers {
  return fields.list('headers', MAX_HEADERS, (item, path) => {
    const header = new FieldReader(item, path);
    return [header.text('name'), header.text('value')];
  });
}

function headersOf(fields: FieldReader): Headers {
  return redactHeaders(sharedHeaders(linesOf(fields)).flat());
}

function headerOf(fields: FieldReader, wanted: string): string | undefined {
  const value = linesOf(fields).find(([name]) => name.toLowerCase() === wanted)?.[1];
  return value !== undefined && /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value)
    ? value
    : undefined;
}

/** An id that is the same when the same file is imported again. */
export function madeUpId(text: string): string {
  const digits = createHash('sha1').update(text).digest('hex');
  const variant = ((Number.parseInt(digits[16]!, 16) & 3) | 8).toString(16);
  return [
    digits.slice(0, 8),
    digits.slice(8, 12),
    `4${digits.slice(13, 16)}`,
    variant + digits.slice(17, 20),
    digits.slice(20, 32),
  ].join('-');
}
