/** The recorded request, and the watched stream of a call. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CallTimes } from '../record/call-times.cjs';
import type { TracedUnit } from './unit-info.cjs';

/**
 * performance.now() in ms since the process start; bound at load, before fake timers of the app.
 */
export const now: () => number = performance.now.bind(performance);

/** Route and handler of a request, as a framework reports them. */
export interface RouteInfo {
  /** Pattern that matched, with mount prefixes: `/orders/:id`. */
  route?: string | undefined;
  /** Function name of the handler. */
  handler?: string | undefined;
  /** Number of the stack in which the route was registered; 0 if unknown. */
  stack?: number | undefined;
  /** Values of the route's parameters; secrets are masked when the line is encoded. */
  params?: object | undefined;
}

/** What a request is made of; method and URL are read from the message, where there is one. */
export interface RequestParts {
  id: string;
  proxied?: boolean;
  parent?: string | undefined;
  withCalls?: boolean;
  message?: IncomingMessage;
  response?: ServerResponse | undefined;
  method?: string | undefined;
  url?: string | undefined;
  unit?: TracedUnit | undefined;
}

/** A request of this process that is being recorded, or a unit of a consumer. */
export class TracedRequest {
  readonly id: string;
  readonly method: string;
  /** URL as received: routers overwrite `message.url`. */
  readonly url: string;
  /** performance.now() at its start, in ms. */
  readonly began: number;
  /** True if it came through the proxy, which reports method, URL and headers itself. */
  readonly proxied: boolean;
  /** Id of the calling request, in another app under scooby. */
  readonly parent: string | undefined;
  /** True if it is kept only where it makes calls: without any, nothing is sent of it. */
  readonly withCalls: boolean;
  /** True once the launcher has its method, URL and headers. */
  announced: boolean;
  /** performance.now() when the response finished or was aborted, in ms; 0 before. */
  ended = 0;
  /** True if it stands for a request of another process or thread. */
  isRemote = false;
  /** True once a worker of the process answers it: its end is told by that, too. */
  isHandedOver = false;
  /** Number of its calls, and of those beyond the limit, which are not sent. */
  calls = 0;
  dropped = 0;
  /** Characters that its calls' values may still have, and those of the lines of its calls. */
  charactersLeft = 4 * 1024 * 1024;
  recorded = 0;
  /** Reads route and handler when the request ends; set by the framework's patch. */
  routeInfo: (() => RouteInfo | undefined) | undefined;
  /** Name of the GraphQL operation that it is for: `query Orders`. */
  operation: string | undefined;
  message: IncomingMessage | undefined;
  response: ServerResponse | undefined;
  /** Its outcome, until its lines are encoded: status (NaN without one), and what a framework says. */
  status = Number.NaN;
  aborted = false;
  /** A call of it has failed, and no JSON since then tells of an error. */
  hasFailedCall = false;
  /** `now()` when JSON last told of an error after a call had failed; 0 before. */
  answeredError = 0;
  route: RouteInfo | undefined;
  /** Times of its calls, until the head of its response is written. */
  times: CallTimes | undefined;
  rawHeaders: readonly string[] | undefined;
  /** Neighbours in the recorder's list of requests that are not announced yet. */
  before: TracedRequest | undefined;
  after: TracedRequest | undefined;
  isListed = false;
  /** Its place among those that are open, of which what they waited is told; -1 if it is none of them. */
  openAt = -1;
  /** State of a unit; undefined for a request. */
  readonly unit: TracedUnit | undefined;

  constructor({
    id,
    proxied = false,
    parent,
    withCalls = false,
    message,
    response,
    method,
    url,
    unit,
  }: RequestParts) {
    this.id = id;
    this.method = method ?? message?.method ?? '';
    this.url = url ?? message?.url ?? '';
    this.began = now();
    this.proxied = proxied;
    this.unit = unit;
    this.parent = parent;
    this.withCalls = withCalls;
    this.announced = proxied;
    this.message = message;
    this.response = response;
  }

  /**
   * Text of it in a log of the app: before Node 24 a timer or a port has it as a property, and the app would print
   * all headers with it.
   */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '<scooby>';
  }
}

/** A stream of a call: its events are emitted in the context of the request that made the call. */
export class WatchedStream {
  readonly request: TracedRequest | undefined;
  readonly onEvent: (type: string, value: unknown) => void;
  /**
   * Runs the original `emit` instead of `applyInRequest`: with the call site of the call, for calls
   * that its listeners make by themselves (redirects).
   */
  emitIn: ((emit: Function, self: unknown, args: ArrayLike<unknown>) => unknown) | undefined;

  constructor(request: TracedRequest | undefined, onEvent: (type: string, value: unknown) => void) {
    this.request = request;
    this.onEvent = onEvent;
  }
}
