/** Encodes the `close` line of a request: status, route, handler and parameters. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { paramsJson } from '../frameworks/framework.cjs';
import { frameworks } from '../frameworks/index.cjs';
import type { RouteInfo, TracedRequest } from '../request/traced-request.cjs';
import { cachedJson, wholeMicros } from './encode-span.cjs';

/** Keeps in a request what its `close` line says of the response, which the app may change later. */
export function keepOutcome(request: TracedRequest, aborted: boolean): void {
  const { response, message } = request;
  request.aborted = aborted;
  request.rawHeaders = message?.rawHeaders;
  if (response !== undefined && (response.headersSent || !aborted)) request.status = statusOf(response);
  try {
    request.route = request.routeInfo?.() ?? readRouteInfo(message);
  } catch {
    // An unknown version of the framework: the trace has its path only.
  }
}

/** The `close` line of a request, by its outcome. */
export function encodeClose({ id, ended, status, aborted, parent, route }: TracedRequest): string {
  let line = `{"t":"close","id":"${id}","at":${wholeMicros(ended)}`;
  if (Number.isInteger(status)) line += `,"status":${status}`;
  if (aborted) line += ',"aborted":true';
  if (parent !== undefined) line += `,"parent":"${parent}"`;
  return route === undefined ? `${line}}\n` : `${line}${routeInfoJson(route)}}\n`;
}

function statusOf(response: ServerResponse): number {
  const { sentHeaders } = response as { sentHeaders?: Record<string, unknown> };
  return Number(response.statusCode ?? sentHeaders?.[':status']);
}

/** Route fields as the rest of a line. */
function routeInfoJson({ route, handler, stack, params }: RouteInfo): string {
  try {
    let json = '';
    if (route !== undefined) json += `,"route":${cachedJson(route)}`;
    if (handler !== undefined) json += `,"handler":${cachedJson(handler)}`;
    if (stack) json += `,"stack":${stack}`;
    const masked = params && paramsJson(params);
    return masked === undefined ? json : `${json},"params":${masked}`;
  } catch {
    return '';
  }
}

function readRouteInfo(message: IncomingMessage | undefined): RouteInfo | undefined {
  if (message === undefined) return undefined;
  for (const { readRoute } of frameworks) {
    const routeInfo = readRoute?.(message);
    if (routeInfo !== undefined) return routeInfo;
  }
  return undefined;
}
