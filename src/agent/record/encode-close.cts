/** Encodes the `close` line of a request: status, route, handler and parameters. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { paramsJson } from '../frameworks/framework.cjs';
import { frameworks } from '../frameworks/index.cjs';
import { guardHook } from '../guard.cjs';
import type { RouteInfo, TracedRequest } from '../request/traced-request.cjs';
import { cachedJson, wholeMicros } from './encode-span.cjs';
import { toJson } from './to-json.cjs';

const routeReaders = frameworks.flatMap(({ library, readRoute }) =>
  readRoute === undefined ? [] : [guardHook(library, 'reading its routes', readRoute)],
);

/** Keeps in a request what its `close` line says of the response, which the app may change later. */
export function keepOutcome(request: TracedRequest, aborted: boolean): void {
  const { response, message } = request;
  request.aborted = aborted;
  request.rawHeaders = message?.rawHeaders;
  try {
    if (response !== undefined && (response.headersSent || !aborted)) request.status = statusOf(response);
    const route = request.routeInfo?.() ?? readRouteInfo(message);
    request.route =
      request.operation === undefined ? route : withOperation(request, request.operation, route);
  } catch {
    // An unknown version of the framework: the trace has its path only.
  }
}

/** The `close` line of a request, by its outcome. */
export function encodeClose(request: TracedRequest): string {
  const { id, ended, status, aborted, parent, unit, route } = request;
  let line = `{"t":"close","id":"${id}","at":${wholeMicros(ended)}`;
  if (Number.isInteger(status)) line += `,"status":${status}`;
  if (aborted) line += ',"aborted":true';
  if (request.answeredError > 0) line += `,"answeredError":${wholeMicros(request.answeredError)}`;
  if (request.isHandedOver) line += ',"handed":true';
  if (parent !== undefined) line += `,"parent":"${parent}"`;
  if (unit?.error !== undefined) line += `,"error":${toJson(unit.error)}`;
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

/**
 * Route with the operation of GraphQL, as all operations come to one path; a route of the app's own
 * that asks its schema for something keeps its name.
 */
function withOperation({ url }: TracedRequest, operation: string, route: RouteInfo | undefined) {
  const [path = ''] = url.split(/[?#]/, 1);
  const whole = route?.route ?? path;
  return route === undefined || /gql|graph/i.test(whole)
    ? { ...route, route: `${whole} ${operation}` }
    : route;
}

function readRouteInfo(message: IncomingMessage | undefined): RouteInfo | undefined {
  if (message === undefined) return undefined;
  for (const readRoute of routeReaders) {
    const routeInfo = readRoute(message);
    if (routeInfo !== undefined) return routeInfo;
  }
  return undefined;
}
