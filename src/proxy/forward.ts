/** Carries one request to the app and its response back: unbuffered, byte by byte, ended on one side when the other ends. */

import { randomUUID } from 'node:crypto';
import type { ClientRequest, IncomingMessage, InformationEvent, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { redactHeaders, redactUrl } from '../domain/redact.cjs';
import { pumpRequest, pumpResponse, relayInterim } from './body-pump.js';
import {
  ambiguousRequest,
  appEnded,
  type ErrorPage,
  headerTimeout,
  http2Only,
  invalidResponse,
  noResponse,
  notListening,
  sendPage,
} from './error-pages.js';
import { clientHeaders, hasBody, isAmbiguous } from './forwarded-headers.js';
import type { ExchangeEnd, ProxyObserver } from './observer.js';
import { isConnected, type Target, type Upstream } from './upstream.js';
import { createUpstreamRequest, upstreamPath } from './upstream-request.js';
import { epochMs } from './wall-clock.js';

/** What every request needs to know of the proxy. */
export interface ForwardOptions {
  upstream: Upstream;
  watcher: ProxyObserver;
  /** Value of X-Scooby-Secret. */
  secret: string;
  /** ms that a request waits for the app to listen. */
  wait: number;
  /** ms that the app has for its headers; 0 is forever. */
  timeout: number;
}

/** Takes over once the app has agreed to switch protocols. */
export type UpgradeListener = (response: IncomingMessage, socket: Duplex, head: Buffer, id: string) => void;

/** Carries a request to the app and its response back; with `onSwitch`, a request to switch protocols. */
export function forward(
  route: ForwardOptions,
  req: IncomingMessage,
  res: ServerResponse,
  onSwitch?: UpgradeListener,
): void {
  if (isAmbiguous(req)) sendPage(res, ambiguousRequest(), randomUUID());
  else new Passage(route, req, res, onSwitch).begin();
}

const RETRY_EVERY = 50;
// An app that restarts is gone for a moment before the launcher knows it.
const GRACE = 200;
const PLAIN = /^(?:GET|HEAD|OPTIONS)$/;

/**
 * Where a request stands.
 *
 *     waiting ─ an app listens ─> sent ─ its headers ─> answered ─ the last byte ─> over
 *     sent ─ refused, and the app may be starting ─> waiting
 *     sent ─ a kept connection was closed ─> sent, once more
 *     sent ─ it agrees to switch protocols ─> switched ─> over
 *     waiting, sent, answered ─ it cannot be had ─> given up, a page of ours ─> over
 *     any ─ the client has gone ─> over
 */
type State =
  | { at: 'waiting'; cancel?: () => void }
  /** `heard`: the app has sent something, be it only a 1xx. */
  | { at: 'sent'; onward: ClientRequest; heard: boolean }
  | { at: 'answered' | 'switched'; onward: ClientRequest | undefined; answer: IncomingMessage }
  /** With the answer of the app where that is what could not be passed on. */
  | { at: 'given up'; answer?: IncomingMessage | undefined }
  | { at: 'over' };

class Passage {
  readonly id = randomUUID();
  readonly route: ForwardOptions;
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly onSwitch: UpgradeListener | undefined;
  readonly path: string;
  readonly body: boolean;
  /** It can be sent a second time without the app doing anything twice. */
  readonly repeatable: boolean;
  readonly marked: boolean;
  /** By this the app knows a request that is recorded as ours; the others are none of its business. */
  readonly secret: string | undefined;
  readonly begun = performance.now();
  state: State = { at: 'waiting' };
  /** performance.now() at which the app has been waited for long enough. */
  deadline: number | undefined;
  /**
   * How often it was tried: `graced` once a refusal has been given the time in which the launcher hears of the app's end,
   * `retried` once it has been sent anew because a kept connection was closed.
   */
  tried: 'first' | 'graced' | 'retried' = 'first';
  /** The client has been told to send its body. */
  continued = false;
  /** The app was handed the request. */
  reached = false;
  readonly leave = () => this.end();

  constructor(
    route: ForwardOptions,
    req: IncomingMessage,
    res: ServerResponse,
    onSwitch: UpgradeListener | undefined,
  ) {
    this.route = route;
    this.req = req;
    this.res = res;
    this.onSwitch = onSwitch;
    this.path = upstreamPath(req.url!);
    this.body = onSwitch === undefined && hasBody(req);
    this.repeatable = !this.body && onSwitch === undefined && PLAIN.test(req.method!);
    this.marked = req.headers['x-scooby-record'] === '1';
    this.secret = route.watcher.records?.(this.marked) === false ? undefined : route.secret;
  }

  /** The request to the app, while it is on its way or answered. */
  get onward(): ClientRequest | undefined {
    return 'onward' in this.state ? this.state.onward : undefined;
  }

  /** The app's answer, whether or not it could be passed on. */
  get answer(): IncomingMessage | undefined {
    return 'answer' in this.state ? this.state.answer : undefined;
  }

  begin(): void {
    const { req, res } = this;
    try {
      this.route.watcher.opened({
        id: this.id,
        method: req.method!,
        url: redactUrl(this.path),
        start: epochMs(),
        headers: redactHeaders(req.rawHeaders),
        marked: this.marked,
      });
    } catch {
      // Profiling must not fail a response.
    }
    res.on('error', ignore);
    res.on('close', this.leave);
    // A pipelined response has no socket yet, and would not hear of its end.
    if (!res.socket) req.socket.setMaxListeners(0).once('close', this.leave);
    if (!this.body) req.resume();
    this.attempt();
  }

  /** Sends the request to the app, or waits until there is one. */
  attempt(): void {
    const { target } = this.route.upstream;
    if (!target) this.later(Number.POSITIVE_INFINITY);
    else if (target.address.protocol === 'h2c') this.give(http2Only(target.name));
    else this.send(target, false);
  }

  /** Tries again when the app's address changes or after that many ms, until patience ends. */
  later(ms: number): void {
    if (this.route.upstream.over) return this.give(appEnded());
    const now = performance.now();
    this.deadline ??= now + this.route.wait;
    const left = this.deadline - now;
    if (left <= 0) this.give(notListening(this.route.wait));
    else {
      const cancel = this.route.upstream.onceChanged(Math.min(ms, left), () => this.attempt());
      this.state = { at: 'waiting', cancel };
    }
  }

  send(target: Target, fresh: boolean): void {
    const { req, path, id, route, body, secret } = this;
    const again = this.repeatable && !fresh;
    let onward: ClientRequest;
    try {
      onward = createUpstreamRequest(target, {
        req,
        path,
        id,
        secret,
        body,
        again,
        upgrade: !!this.onSwitch,
      });
    } catch (error) {
      this.give(invalidResponse(target.name, `request refused: ${(error as Error).message}`));
      return;
    }
    this.state = { at: 'sent', onward, heard: false };
    onward.on('error', (error) => this.failed(error, target, onward));
    onward.on('information', (information) => this.inform(information));
    onward.on('response', (answer) => this.respond(answer, target, onward));
    onward.on('upgrade', (answer, socket, rest) => this.switch(answer, socket, rest, target));
    if (this.body) pumpRequest(req, onward, target);
    else onward.end();
    if (route.timeout > 0) this.limit(onward, route.timeout);
  }

  inform(information: InformationEvent): void {
    const { res, state } = this;
    if (state.at === 'sent') state.heard = true;
    if (state.at === 'over' || res.headersSent || this.req.httpVersionMinor === 0) return;
    this.continued ||= information.statusCode === 100;
    relayInterim(information, res);
  }

  respond(answer: IncomingMessage, target: Target, onward: ClientRequest): void {
    const { res } = this;
    if (onward !== this.onward) {
      onward.destroy();
      return;
    }
    this.reached = true;
    target.served = true;
    this.state = { at: 'answered', onward, answer };
    try {
      res.sendDate = false;
      res.writeHead(answer.statusCode!, answer.statusMessage!, clientHeaders(answer, this.hop(answer)));
    } catch (error) {
      onward.destroy();
      this.give(invalidResponse(target.name, (error as Error).message));
      return;
    }
    pumpResponse(answer, res);
  }

  hop(answer: IncomingMessage) {
    const { req, res } = this;
    const modern = req.httpVersionMinor > 0;
    const sized = answer.headers['content-length'] !== undefined;
    // A client that was told to wait with its body and never got its 100 may or may not send it: nothing can follow.
    const waiting = req.headers.expect !== undefined && !req.complete && !this.continued;
    return { id: this.id, modern, keep: res.shouldKeepAlive && (modern || sized) && !waiting };
  }

  switch(answer: IncomingMessage, socket: Duplex, rest: Buffer, target: Target): void {
    if (this.state.at === 'over' || !this.onSwitch) {
      socket.destroy();
      this.give(invalidResponse(target.name, 'it switches protocols unasked'));
      return;
    }
    target.served = true;
    this.state = { at: 'switched', onward: this.onward, answer };
    this.reached = true;
    this.end();
    this.onSwitch(answer, socket, rest, this.id);
  }

  failed(error: NodeJS.ErrnoException, target: Target, onward: ClientRequest): void {
    if (onward !== this.onward) return;
    const { res, answer } = this;
    if (answer) {
      // More bytes than the app had announced spoil its connection, not the response.
      if (!answer.complete) res.destroy();
      return;
    }
    const { code } = error;
    const gone = code === 'ECONNREFUSED' || code === 'ENOENT';
    const current = this.route.upstream.target === target;
    const starting = !target.served || !current;
    // What may have been handed to an app that is gone is not sent to the next one: it may be what ended it.
    if (gone && this.tried !== 'retried' && (starting || this.tried === 'first')) {
      if (!starting) this.tried = 'graced';
      this.later(starting ? RETRY_EVERY : GRACE);
    } else if (current && this.isStale(code, onward)) {
      this.tried = 'retried';
      this.send(target, true);
    } else if (/no application protocol/i.test(error.message)) this.give(http2Only(target.name));
    else if (code?.startsWith('HPE_')) this.give(invalidResponse(target.name, code));
    else this.give(noResponse(target.name, code, isConnected(onward.socket)));
  }

  /** Answers whether the app closed a kept connection in the moment the request was sent on it, so that it never saw it. */
  isStale(code: string | undefined, onward: ClientRequest): boolean {
    const reset = code === 'ECONNRESET' || code === 'EPIPE';
    const isUnheard = this.state.at === 'sent' && !this.state.heard;
    return reset && onward.reusedSocket && this.repeatable && this.tried !== 'retried' && isUnheard;
  }

  limit(onward: ClientRequest, ms: number): void {
    const timer = setTimeout(() => {
      if (this.answer || this.state.at === 'over') return;
      this.give(headerTimeout(ms));
      onward.destroy();
    }, ms);
    onward.once('response', () => clearTimeout(timer)).once('close', () => clearTimeout(timer));
  }

  give(page: ErrorPage): void {
    const { res, req, answer } = this;
    this.reached ||= isConnected(this.onward?.socket);
    if (this.state.at === 'over') return;
    this.state = { at: 'given up', answer };
    if (res.headersSent) {
      res.destroy();
      return;
    }
    req.resume();
    sendPage(res, page, this.id);
  }

  /** The client has its response, or has gone, or speaks another protocol now. */
  end(): void {
    const { req, res, state, onward, answer } = this;
    if (state.at === 'over') return;
    this.state = { at: 'over' };
    if (state.at === 'waiting') state.cancel?.();
    req.socket.removeListener('close', this.leave);
    const isSwitched = state.at === 'switched';
    const whole = isSwitched || res.writableFinished;
    this.reached ||= isConnected(onward?.socket);
    if (!whole) onward?.destroy();
    // The app may have answered before it has read all of the body.
    else if (this.body && !req.complete) req.socket.once('close', () => onward?.destroy());
    const ending: ExchangeEnd = {
      id: this.id,
      duration: performance.now() - this.begun,
      reached: this.reached,
    };
    if (isSwitched) {
      ending.status = answer!.statusCode!;
      ending.upgraded = true;
    } else if (res.headersSent) ending.status = res.statusCode;
    if (answer) ending.headers = redactHeaders(answer.rawHeaders);
    if (!whole) ending.aborted = true;
    try {
      this.route.watcher.ended(ending);
    } catch {
      // Profiling must not fail a response.
    }
  }
}

// Whatever goes wrong with a response is followed by its close.
function ignore(): void {}
