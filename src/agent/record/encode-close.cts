/** The line that tells how a request has ended, with what the frameworks know of it. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { paramsJson } from '../frameworks/framework.cjs';
import { frameworks } from '../frameworks/index.cjs';
import type { RouteInfo, TracedRequest } from '../request/traced-request.cjs';
import { cachedJson, wholeMicros } from './encode-span.cjs';

/** Answers the line of a request whose response has been handed over, or given up (`aborted`). */
export function encodeClose(request: TracedRequest, aborted: boolean): string {
  const { response, parent } = request;
  let line = `{"t":"close","id":"${request.id}","at":${wholeMicros(request.ended)}`;
  if (response !== undefined && (response.headersSent || !aborted)) {
    const status = statusOf(response);
    if (Number.isInteger(status)) line += `,"status":${status}`;
  }
  if (aborted) line += ',"aborted":true';
  if (parent !== undefined) line += `,"parent":"${parent}"`;
  return `${line}${sightJson(request)}}\n`;
}

function statusOf(response: ServerResponse): number {
  const { sentHeaders } = response as { sentHeaders?: Record<string, unknown> };
  return Number(response.statusCode ?? sentHeaders?.[':status']);
}

/** Answers what the frameworks know of the request, as the rest of a line: one that has said so itself, or has left it on the message. */
function sightJson(request: TracedRequest): string {
  try {
    const sight = request.routeInfo?.() ?? readSight(request.message);
    if (sight === undefined) return '';
    const { route, handler, stack, params } = sight;
    let json = '';
    if (route !== undefined) json += `,"route":${cachedJson(route)}`;
    if (handler !== undefined) json += `,"handler":${cachedJson(handler)}`;
    if (stack) json += `,"stack":${stack}`;
    const told = params && paramsJson(params);
    return told === undefined ? json : `${json},"params":${told}`;
  } catch {
    // A framework that is not as we know it: the path has to do.
    return '';
  }
}

function readSight(message: IncomingMessage | undefined): RouteInfo | undefined {
  if (message === undefined) return undefined;
  for (const { readRoute } of frameworks) {
    const sight = readRoute?.(message);
    if (sight !== undefined) return sight;
  }
  return undefined;
}
