/**
 * A client's request on its way to the app and back, unbuffered, aborted on one side when the other
 * aborts.
 */

import type { ClientRequest, IncomingMessage, InformationEvent, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { urlWithoutMarks } from '../domain/record-marks.cjs';
import { isSafeMethod } from '../domain/safe-method.js';
import { BadgeDocument, isNavigation, unsizedHeaders } from './badge/badge-document.js';
import { pumpRequest, pumpResponse, relayInterim } from './body-pump.js';
import {
  appEnded,
  type ErrorPage,
  errorPageOf,
  headerTimeout,
  http2Only,
  invalidResponse,
  isExhausted,
  notListening,
  sendPage,
} from './error-pages.js';
import { ExchangeReport } from './exchange-report.js';
import type { ForwardOptions, UpgradeListener } from './forward-options.js';
import { clientHeaders, type HopFraming, hasBody } from './forwarded-headers.js';
import { watchOriginRefusal } from './origin-refusal.js';
import { isConnected, type Target } from './upstream.js';
import { createUpstreamRequest, upstreamPath } from './upstream-request.js';

const RETRY_INTERVAL_MS = 50;
// A restarting app refuses connections for a moment before the launcher knows that it exited.
const GRACE_MS = 200;
// Shorter than the time in which the app is to learn that a client has disconnected, 1 s.
const CLIENT_END_MS = 750;

/**
 * State of a proxied request.
 *
 *     waiting ─ an app listens ─> sent ─ response headers ─> responding ─ last byte ─> finished
 *     sent ─ refused, and the app may be starting ─> waiting
 *     sent ─ a keep-alive connection was closed ─> sent, once more
 *     sent ─ 101 Switching Protocols ─> upgraded ─> finished
 *     waiting, sent, responding ─ the app cannot serve it ─> failed, an error page ─> finished
 *     any ─ the client disconnects ─> finished
 */
type State =
  | { name: 'waiting'; cancel?: () => void }
  /** `hasReceived`: the app has sent something, perhaps only a 1xx. */
  | { name: 'sent'; upstreamRequest: ClientRequest; hasReceived: boolean }
  | {
      name: 'responding' | 'upgraded';
      upstreamRequest: ClientRequest | undefined;
      response: IncomingMessage;
    }
  /** `response` is set where the app responded, but its response could not be passed on. */
  | { name: 'failed'; response?: IncomingMessage | undefined }
  | { name: 'finished' };

/** A request of a client, from its headers to the last byte of its response. */
export class ProxiedRequest {
  readonly #report: ExchangeReport;
  readonly #options: ForwardOptions;
  readonly #req: IncomingMessage;
  readonly #res: ServerResponse;
  readonly #onUpgrade: UpgradeListener | undefined;
  readonly #path: string;
  readonly #hasBody: boolean;
  /** Sending it a second time has no second effect in the app. */
  readonly #isRepeatable: boolean;
  /**
   * Marks a recorded request as the proxy's own for the agent; undefined for unrecorded requests.
   */
  readonly #secret: string | undefined;
  /** Its response is to have the badge, if it is a document that can. */
  readonly #wantsBadge: boolean;
  #badge: BadgeDocument | undefined;
  #state: State = { name: 'waiting' };
  /** performance.now() at which waiting for the app ends. */
  #deadline: number | undefined;
  /**
   * Retries so far. `graceUsed`: ECONNREFUSED was retried once after GRACE_MS, the time the
   * launcher needs to learn that the app exited. `resent`: sent again because a keep-alive
   * connection was closed, or to another server.
   */
  #retry: 'none' | 'graceUsed' | 'resent' = 'none';
  /** The client has received its 100 Continue. */
  #hasContinued = false;
  /** The request was sent to the app. */
  #reached = false;
  /** Runs once the client has closed its side. */
  #endTimer: NodeJS.Timeout | undefined;
  readonly #onClientClose = () => this.#finish();
  readonly #onClientEnd = () => this.#clientEnded();

  constructor(
    options: ForwardOptions,
    req: IncomingMessage,
    res: ServerResponse,
    onUpgrade: UpgradeListener | undefined,
  ) {
    this.#options = options;
    this.#req = req;
    this.#res = res;
    this.#onUpgrade = onUpgrade;
    this.#path = urlWithoutMarks(upstreamPath(req.url!));
    this.#report = new ExchangeReport(options.observer, req, this.#path);
    this.#hasBody = onUpgrade === undefined && hasBody(req);
    this.#isRepeatable = !this.#hasBody && onUpgrade === undefined && isSafeMethod(req.method!);
    this.#secret = this.#report.decision.isRecorded ? options.secret : undefined;
    const hasBadge = options.badge === true && this.#secret !== undefined && onUpgrade === undefined;
    this.#wantsBadge = hasBadge && isNavigation(req);
  }

  /** Announces the request to the observer and sends it to the app. */
  start(): void {
    this.#res.on('error', ignore);
    this.#res.on('close', this.#onClientClose);
    // A pipelined response has no socket yet, and would not emit 'close'.
    if (!this.#res.socket) this.#req.socket.setMaxListeners(0).once('close', this.#onClientClose);
    if (this.#onUpgrade === undefined) this.#req.socket.once('end', this.#onClientEnd);
    if (!this.#hasBody) this.#req.resume();
    this.#report.afterProfiler(() => this.#begin());
  }

  /** The client may have left while the app's profiler was started. */
  #begin(): void {
    if (this.#state.name === 'finished') return;
    this.#report.start(this.#req, this.#path);
    this.#attempt();
  }

  /** The request to the app, while it is sent or responded to. */
  get #upstreamRequest(): ClientRequest | undefined {
    return 'upstreamRequest' in this.#state ? this.#state.upstreamRequest : undefined;
  }

  /** The app's response, whether or not it could be passed on. */
  get #response(): IncomingMessage | undefined {
    return 'response' in this.#state ? this.#state.response : undefined;
  }

  /** Sends the request to the app, or waits until an app listens. */
  #attempt(): void {
    const { target } = this.#options.upstream;
    if (!target) this.#retryLater(Number.POSITIVE_INFINITY);
    else if (target.address.protocol === 'h2c') this.#fail(http2Only(target.name));
    else this.#send(target, false);
  }

  /** Retries when the app's address changes or after `ms`, until the deadline. */
  #retryLater(ms: number): void {
    const { upstream, wait } = this.#options;
    if (this.#endTimer !== undefined) return void this.#req.socket.destroy();
    if (upstream.hasEnded) return this.#fail(appEnded());
    const now = performance.now();
    this.#deadline ??= now + wait;
    const left = this.#deadline - now;
    if (left <= 0) this.#fail(notListening(wait));
    else {
      const cancel = upstream.onceChanged(Math.min(ms, left), () => this.#attempt());
      this.#state = { name: 'waiting', cancel };
    }
  }

  #send(target: Target, onNewConnection: boolean): void {
    let upstreamRequest: ClientRequest;
    try {
      upstreamRequest = createUpstreamRequest(target, {
        req: this.#req,
        path: this.#path,
        id: this.#report.id,
        secret: this.#secret,
        told: this.#report.decision.told,
        isTraceParent: this.#options.isTraceParent,
        hasBody: this.#hasBody,
        isRepeatable: this.#isRepeatable && !onNewConnection,
        isUpgrade: this.#onUpgrade !== undefined,
        isIdentity: this.#wantsBadge,
      });
    } catch (error) {
      this.#fail(invalidResponse(target.name, `request refused: ${(error as Error).message}`));
      return;
    }
    this.#state = { name: 'sent', upstreamRequest, hasReceived: false };
    upstreamRequest.on('error', (error) => this.#onError(error, target, upstreamRequest));
    upstreamRequest.on('information', (information) => this.#onInformation(information));
    upstreamRequest.on('response', (response) => this.#onResponse(response, target, upstreamRequest));
    upstreamRequest.on('upgrade', (response, socket, head) => this.#onSwitch(response, socket, head, target));
    if (this.#hasBody) pumpRequest(this.#req, upstreamRequest, target);
    else upstreamRequest.end();
    if (this.#options.timeout > 0) this.#limitHeaderTime(upstreamRequest, this.#options.timeout);
  }

  #onInformation(information: InformationEvent): void {
    if (this.#state.name === 'sent') this.#state.hasReceived = true;
    const isHttp10 = this.#req.httpVersionMinor === 0;
    if (this.#state.name === 'finished' || this.#res.headersSent || isHttp10) return;
    this.#hasContinued ||= information.statusCode === 100;
    relayInterim(information, this.#res);
  }

  #onResponse(response: IncomingMessage, target: Target, upstreamRequest: ClientRequest): void {
    const res = this.#res;
    if (upstreamRequest !== this.#upstreamRequest) {
      upstreamRequest.destroy();
      return;
    }
    if (this.#isForAnotherServer(response, target)) {
      this.#retry = 'resent';
      this.#state = { name: 'waiting' };
      response.resume();
      return this.#attempt();
    }
    this.#reached = true;
    target.hasResponded = true;
    this.#state = { name: 'responding', upstreamRequest, response };
    try {
      res.sendDate = false;
      const headers = this.#headersFor(response);
      res.writeHead(response.statusCode!, response.statusMessage!, headers);
    } catch (error) {
      upstreamRequest.destroy();
      this.#fail(invalidResponse(target.name, (error as Error).message));
      return;
    }
    pumpResponse(response, res, this.#badge);
    const { onOriginRefused } = this.#options;
    if (onOriginRefused !== undefined) watchOriginRefusal(this.#req, response, onOriginRefused);
    if (this.#endTimer !== undefined) this.#awaitBytes(response);
  }

  /** Raw headers to send to the client; those of a document with the badge are for any length. */
  #headersFor(response: IncomingMessage): string[] {
    const headers = clientHeaders(response, this.#framingOf(response));
    if (this.#options.badge !== true || this.#secret === undefined) return headers;
    // The badge finds a fetch of the page by this, as scripts read headers of their own fetches only.
    if (this.#req.headers['sec-fetch-dest'] === 'empty')
      headers.push('Server-Timing', `scooby-id;desc="${this.#report.id}"`);
    if (!this.#wantsBadge) return headers;
    const document = BadgeDocument.of(response, this.#report.id);
    this.#badge = document;
    return document === undefined || document.isRefused ? headers : unsizedHeaders(headers);
  }

  /** True where a server for websockets only has refused a page, and another one is found. */
  #isForAnotherServer({ statusCode }: IncomingMessage, target: Target): boolean {
    const isPage = this.#isRepeatable && this.#retry !== 'resent';
    return statusCode === 426 && isPage && this.#options.upstream.refused(target);
  }

  #framingOf(response: IncomingMessage): HopFraming {
    const req = this.#req;
    const isHttp11 = req.httpVersionMinor > 0;
    const hasLength = response.headers['content-length'] !== undefined;
    // A client that sent Expect and got no 100 may or may not send its body: nothing can follow.
    const mayStillSend = req.headers.expect !== undefined && !req.complete && !this.#hasContinued;
    const isPersistent = this.#res.shouldKeepAlive && (isHttp11 || hasLength) && !mayStillSend;
    return { id: this.#report.id, isHttp11, isPersistent };
  }

  #onSwitch(response: IncomingMessage, socket: Duplex, head: Buffer, target: Target): void {
    if (this.#state.name === 'finished' || !this.#onUpgrade) {
      socket.destroy();
      this.#fail(invalidResponse(target.name, 'it switches protocols unasked'));
      return;
    }
    target.hasResponded = true;
    this.#state = { name: 'upgraded', upstreamRequest: this.#upstreamRequest, response };
    this.#reached = true;
    this.#finish();
    this.#onUpgrade(response, socket, head, this.#report.id);
  }

  #onError(error: NodeJS.ErrnoException, target: Target, upstreamRequest: ClientRequest): void {
    if (upstreamRequest !== this.#upstreamRequest) return;
    const response = this.#response;
    if (response) {
      // Bytes beyond the announced Content-Length spoil the app's connection, not the response.
      if (!response.complete) this.#res.destroy();
      return;
    }
    const { code } = error;
    if (isExhausted(code)) this.#options.onExhausted?.(code!);
    const isGone = code === 'ECONNREFUSED' || code === 'ENOENT';
    const isCurrent = this.#options.upstream.target === target;
    const mayBeStarting = !target.hasResponded || !isCurrent;
    // A request that may have reached an exited app is not sent to the restarted app: it may be the
    // cause of the exit.
    if (isGone && this.#retry !== 'resent' && (mayBeStarting || this.#retry === 'none')) {
      if (!mayBeStarting) this.#retry = 'graceUsed';
      this.#retryLater(mayBeStarting ? RETRY_INTERVAL_MS : GRACE_MS);
    } else if (isCurrent && this.#isStale(code, upstreamRequest)) {
      this.#retry = 'resent';
      this.#send(target, true);
    } else this.#fail(errorPageOf(error, target.name, isConnected(upstreamRequest.socket)));
  }

  /**
   * True where the app closed a keep-alive connection just as the request was sent on it, unread.
   */
  #isStale(code: string | undefined, upstreamRequest: ClientRequest): boolean {
    const isReset = code === 'ECONNRESET' || code === 'EPIPE';
    const isUnread = this.#state.name === 'sent' && !this.#state.hasReceived;
    const mayResend = this.#isRepeatable && this.#retry !== 'resent';
    return isReset && upstreamRequest.reusedSocket && mayResend && isUnread;
  }

  /**
   * The client has closed its side: it has disconnected, or waits for the response (`nc -N`). Only
   * a write tells, as one that has disconnected resets the connection; without any for
   * CLIENT_END_MS it counts as disconnected.
   */
  #clientEnded(): void {
    const { socket } = this.#req;
    if (this.#state.name === 'waiting') return void socket.destroy();
    this.#endTimer = setTimeout(() => socket.destroy(), CLIENT_END_MS);
    if (this.#response !== undefined) this.#awaitBytes(this.#response);
  }

  #awaitBytes(response: IncomingMessage): void {
    response.on('data', () => this.#endTimer?.refresh());
  }

  #limitHeaderTime(upstreamRequest: ClientRequest, ms: number): void {
    const timer = setTimeout(() => {
      if (this.#response || this.#state.name === 'finished') return;
      this.#fail(headerTimeout(ms));
      upstreamRequest.destroy();
    }, ms);
    const stop = () => clearTimeout(timer);
    upstreamRequest.once('response', stop).once('close', stop);
  }

  /** Sends an error page; where response headers were sent already, breaks the connection. */
  #fail(page: ErrorPage): void {
    this.#reached ||= isConnected(this.#upstreamRequest?.socket);
    if (this.#state.name === 'finished') return;
    this.#state = { name: 'failed', response: this.#response };
    if (this.#res.headersSent) {
      this.#res.destroy();
      return;
    }
    this.#req.resume();
    sendPage(this.#res, page, this.#report.id);
  }

  /** The client has its whole response, or has disconnected, or has switched protocols. */
  #finish(): void {
    const req = this.#req;
    const state = this.#state;
    const upstreamRequest = this.#upstreamRequest;
    const response = this.#response;
    if (state.name === 'finished') return;
    this.#state = { name: 'finished' };
    if (state.name === 'waiting') state.cancel?.();
    clearTimeout(this.#endTimer);
    req.socket.removeListener('close', this.#onClientClose);
    req.socket.removeListener('end', this.#onClientEnd);
    const isUpgraded = state.name === 'upgraded';
    const isWhole = isUpgraded || this.#res.writableFinished;
    this.#reached ||= isConnected(upstreamRequest?.socket);
    if (!isWhole) upstreamRequest?.destroy();
    // The app may respond before it has read the whole body.
    else if (this.#hasBody && !req.complete) req.socket.once('close', () => upstreamRequest?.destroy());
    const status = isUpgraded
      ? response!.statusCode!
      : this.#res.headersSent
        ? this.#res.statusCode
        : undefined;
    this.#report.end(response, {
      reached: this.#reached,
      ...(status !== undefined && { status }),
      ...(isUpgraded && { upgraded: true }),
      ...(!isWhole && { aborted: true }),
      ...(this.#badge?.note !== undefined && { note: this.#badge.note }),
    });
  }
}

// Every error of a response is followed by its 'close'.
function ignore(): void {}
