/**
 * Requests as a HAR 1.2 file, which browsers and proxies read (http://www.softwareishard.com/blog/har-12-spec/);
 * `_scooby` holds what they have no field for.
 */

import { STATUS_CODES } from 'node:http';
import type { Headers, Trace } from '../domain/trace.js';
import { isUnit } from '../domain/unit.js';
import { type PublicTrace, publicTrace } from '../store/json.js';
import { headerValue, sharedTrace } from './shared-headers.js';

/** What an entry holds besides HAR's own fields. */
export interface ScoobyEntry {
  version: 1;
  trace: PublicTrace;
}

const UNKNOWN_SIZE = -1;

/** A HAR document of the requests among the traces; units are none. `version` is scooby's. */
export function harOf(traces: Trace[], version: string): object {
  const entries = traces.filter((trace) => !isUnit(trace) && !trace.outside).map(entryOf);
  return { log: { version: '1.2', creator: { name: 'scooby', version }, entries } };
}

function entryOf(recorded: Trace): object {
  const trace = sharedTrace(recorded);
  const { method, status = 0, start, duration = 0 } = trace;
  const { request = [], response = [] } = trace.headers ?? {};
  const scooby: ScoobyEntry = { version: 1, trace: publicTrace(trace) };
  return {
    startedDateTime: new Date(start).toISOString(),
    time: duration,
    request: {
      method,
      url: absoluteUrl(trace),
      httpVersion: 'HTTP/1.1',
      headers: named(request),
      queryString: queryOf(absoluteUrl(trace)),
      cookies: [],
      headersSize: UNKNOWN_SIZE,
      bodySize: sizeOf(request),
    },
    response: {
      status,
      statusText: STATUS_CODES[status] ?? '',
      httpVersion: 'HTTP/1.1',
      headers: [...named(response), { name: 'X-Scooby', value: trace.id }],
      cookies: [],
      content: { size: Math.max(0, sizeOf(response)), mimeType: headerValue(response, 'content-type') ?? '' },
      redirectURL: headerValue(response, 'location') ?? '',
      headersSize: UNKNOWN_SIZE,
      bodySize: sizeOf(response),
    },
    cache: {},
    timings: { blocked: -1, dns: -1, connect: -1, ssl: -1, send: 0, wait: duration, receive: 0 },
    ...(trace.route !== undefined && { comment: `${method} ${trace.route}` }),
    _scooby: scooby,
  };
}

function absoluteUrl({ url, headers }: Trace): string {
  if (/^https?:\/\//i.test(url)) return url;
  const host = headerValue(headers?.request ?? [], 'host') ?? 'localhost';
  return `http://${host}${url.startsWith('/') ? '' : '/'}${url}`;
}

function named(headers: Headers): { name: string; value: string }[] {
  return headers.map(([name, value]) => ({ name, value }));
}

function queryOf(url: string): { name: string; value: string }[] {
  if (!URL.canParse(url)) return [];
  return [...new URL(url).searchParams].map(([name, value]) => ({ name, value }));
}

function sizeOf(headers: Headers): number {
  const length = headerValue(headers, 'content-length');
  return length !== undefined && /^\d{1,15}$/.test(length) ? Number(length) : UNKNOWN_SIZE;
}
