/**
 * What the agent adds to the head of a response as it is written: X-Scooby where it does not pass the
 * proxy, Server-Timing, and X-Scooby-Overhead.
 */

import type { ServerResponse } from 'node:http';
import { attempt } from '../guard.cjs';
import { costToCome, headCost } from '../record/own-cost.cjs';
import { serverTiming } from '../record/server-timing.cjs';
import { tagOfMessage } from './private-field.cjs';
import { isOwnConnection } from './self-requests.cjs';
import { now, TracedRequest } from './traced-request.cjs';

// Of the app itself they are removed, as the proxy does: an app may pass on those of another one.
const X_SCOOBY = /\n[xX]-[sS]/;
const X_SCOOBY_LINE = /^X-Scooby(?:-Overhead)?: .*\r\n/gim;

type Response = ServerResponse & { _header?: unknown };

/**
 * Adds its lines to the head of a response that was just serialized, where it is of a request;
 * `answering` hears of that before the head is sent.
 */
export function addHeadLines(response: Response, answering: (request: TracedRequest) => void): void {
  const request = tagOfMessage(response);
  if (!(request instanceof TracedRequest) || typeof response._header !== 'string') return;
  attempt(answering, request);
  const isProxied = request.proxied;
  if (!isProxied && !getsTraceHeader(request, response)) return;
  const lines = (isProxied ? '' : `X-Scooby: ${request.id}\r\n`) + timingLines(request);
  if (lines === '') return;
  const { _header } = response;
  const head = X_SCOOBY.test(_header) ? _header.replace(X_SCOOBY_LINE, '') : _header;
  // Into the serialized head: getHeaders() must return only the headers that the app has set.
  response._header = `${head.slice(0, -2)}${lines}\r\n`;
}

/**
 * Lines on its times, once; none where a worker of the process answers it, whose response has its own,
 * and none for an informational head.
 */
function timingLines(request: TracedRequest): string {
  const { times, isHandedOver } = request;
  if (times === undefined) return '';
  const started = headCost.start();
  request.times = undefined;
  if (isHandedOver) return '';
  const at = now();
  const total = at - request.began;
  const timing = serverTiming({ times, at, total, own: Math.min(total, times.own) });
  const own = times.own + costToCome(request.calls - times.lines);
  headCost.stop(started);
  return `Server-Timing: ${timing}\r\nX-Scooby-Overhead: ${Math.round(own * 1000)}\r\n`;
}

/**
 * Requests of this process to itself get no X-Scooby, since tests compare headers exactly. A
 * request with a parent comes from another app, whose span links to this trace by the header.
 */
function getsTraceHeader({ parent }: TracedRequest, { socket }: ServerResponse): boolean {
  return parent !== undefined || socket === null || !isOwnConnection(socket);
}
