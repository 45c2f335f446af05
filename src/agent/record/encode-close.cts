/** Encodes the `close` line of a request: status, route, handler and parameters. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { paramsJson } from '../frameworks/framework.cjs';
import { frameworks } from '../frameworks/index.cjs';
import { guardHook } from '../guard.cjs';
import type { RouteInfo, TracedRequest } from '../request/traced-request.cjs';
import { cachedJson, wholeMicros } from './encode-span.cjs';

const routeReaders = frameworks.flatMap(({ library, readRoute }) =>
  readRoute === undefined ? [] : [guardHook(library, 'reading its routes', readRoute)],
);

/** The `close` line of a request whose response finished, or was `aborted` before it did. */
export function encodeClose(request: TracedRequest, aborted: boolean): string {
  const { response, parent } = request;
  let line = `{"t":"close","id":"${request.id}","at":${wholeMicros(request.ended)}`;
  if (response !== undefined && (response.headersSent || !aborted)) {
    const status = statusOf(response);
    if (Number.isInteger(status)) line += `,"status":${status}`;
  }
  if (aborted) line += ',"aborted":true';
  if (parent !== undefined) line += `,"parent":"${parent}"`;
  if (request.unit?.error !== undefined) line += `,"error":${JSON.stringify(request.unit.error)}`;
  return `${line}${routeInfoJson(request)}}\n`;
}

function statusOf(response: ServerResponse): number {
  const { sentHeaders } = response as { sentHeaders?: Record<string, unknown> };
  return Number(response.statusCode ?? sentHeaders?.[':status']);
}

/** Route fields as the rest of a line: set by a framework's patch, or read from the message. */
function routeInfoJson(request: TracedRequest): string {
  try {
    const routeInfo = request.routeInfo?.() ?? readRouteInfo(request.message);
    if (routeInfo === undefined) return '';
    const { route, handler, stack, params } = routeInfo;
    let json = '';
    if (route !== undefined) json += `,"route":${cachedJson(route)}`;
    if (handler !== undefined) json += `,"handler":${cachedJson(handler)}`;
    if (stack) json += `,"stack":${stack}`;
    const masked = params && paramsJson(params);
    return masked === undefined ? json : `${json},"params":${masked}`;
  } catch {
    // An unknown version of the framework: the trace has its path only.
    return '';
  }
}

function readRouteInfo(message: IncomingMessage | undefined): RouteInfo | undefined {
  if (message === undefined) return undefined;
  for (const readRoute of routeReaders) {
    const routeInfo = readRoute(message);
    if (routeInfo !== undefined) return routeInfo;
  }
  return undefined;
}
