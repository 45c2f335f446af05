/** A request that is being recorded, and a stream that belongs to one of its calls. */

import type { IncomingMessage, ServerResponse } from 'node:http';

/** ms since the process began; taken once, so that an app's fake clock does not stop ours. */
export const now: () => number = performance.now.bind(performance);

/** What served a request. */
export interface RouteInfo {
  /** The pattern that matched, mount prefixes included. */
  route?: string | undefined;
  /** The handler's name. */
  handler?: string | undefined;
  /** Number of the stack in which the route was registered; 0 where it is not known. */
  stack?: number | undefined;
  /** Values of the route's parameters; secrets are masked when they are told. */
  params?: object | undefined;
}

/** One request of this process that is being recorded. */
export class TracedRequest {
  readonly id: string;
  readonly method: string;
  /** As it came: routers write another one into the message. */
  readonly url: string;
  /** performance.now() at its start. */
  readonly began: number;
  /** It came through our proxy, which tells the launcher what it knows of it. */
  readonly proxied: boolean;
  /** Id of the request, of another app under scooby, that asked for this one. */
  readonly parent: string | undefined;
  /** The launcher knows of it. */
  announced: boolean;
  /** performance.now() when the response had been handed over; 0 while it has not. */
  ended = 0;
  /** Calls begun, and those of them that were too many to keep. */
  calls = 0;
  dropped = 0;
  /** Answers what serves it, where a framework has said so. */
  routeInfo: (() => RouteInfo | undefined) | undefined;
  message: IncomingMessage | undefined;
  response: ServerResponse | undefined;

  constructor(
    id: string,
    proxied: boolean,
    parent: string | undefined,
    message: IncomingMessage,
    response: ServerResponse | undefined,
  ) {
    this.id = id;
    this.method = message.method ?? '';
    this.url = message.url ?? '';
    this.began = now();
    this.proxied = proxied;
    this.parent = parent;
    this.announced = proxied;
    this.message = message;
    this.response = response;
  }
}

/** A stream of a call that the app makes: it emits under the request that made the call, if any. */
export class WatchedStream {
  readonly request: TracedRequest | undefined;
  readonly onEvent: (type: string, given: unknown) => void;
  /** Runs the emit in the place of `applyIn`: at the call site of calls that its listeners make by themselves (redirects). */
  emitIn: ((emit: Function, self: unknown, args: ArrayLike<unknown>) => unknown) | undefined;

  constructor(request: TracedRequest | undefined, told: (type: string, given: unknown) => void) {
    this.request = request;
    this.onEvent = told;
  }
}
