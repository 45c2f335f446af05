/** Turns what instruments publish into the lines that tell it. */

import { subscribe } from 'node:diagnostics_channel';
import { redactHeaders, redactUrl } from '../../domain/redact.cjs';
import type { LinkLine } from '../../domain/trace.js';
import type { TracedCall } from '../call/call.cjs';
import { takeNewFrames } from '../call/stack.cjs';
import type { Instrument } from '../instruments/instrument.cjs';
import { mapOf } from '../loader/source-maps.cjs';
import { now, type TracedRequest } from '../request/traced-request.cjs';
import { encodeClose } from './encode-close.cjs';
import { encodeLine, encodeSpan, wholeMicros } from './encode-span.cjs';
import { sendLines, takeDroppedCount } from './transport.cjs';

const MOST_CALLS = 10_000;
// What still runs after this long is told as running, so that a process killed meanwhile has told it.
const TELL_RUNNING_MS = 25;
const QUIET_ROUNDS = 40;

const every = setInterval;
const stop = clearInterval;
const running = new Set<TracedCall>();
const untold = new Set<TracedRequest>();
let calls = 0;
let outside = 0;
let timer: NodeJS.Timeout | undefined;
let quiet = 0;

/** From now on what the instrument publishes is told. */
export function recordInstrument(instrument: Instrument): void {
  subscribe(instrument.channel, (message) => {
    try {
      const call = message as TracedCall;
      if (call.discarded) takeBack(call);
      else if (call.ended === 0) opened(call);
      else closed(call);
    } catch {
      // diagnostics_channel would end the process for it: the app matters more than the span.
    }
  });
}

/** Tells that a request begins; one that the proxy has told is told with its first span. */
export function sendRequestOpen(request: TracedRequest): void {
  if (request.announced) return;
  untold.add(request);
  watch();
}

/** Tells that a request's response has been handed over. */
export function sendRequestClose(request: TracedRequest, aborted: boolean): void {
  const close = encodeClose(request, aborted);
  let lines = opening(request) + newsLines();
  if (request.dropped > 0) lines += encodeLine({ t: 'dropped', id: request.id, spans: request.dropped });
  sendLines(lines + close, false);
}

/** Tells what still runs, since the process is about to end. */
export function sendRunningCalls(): void {
  for (const request of untold) sendLines(opening(request), false);
  for (const call of running) tell(call);
}

function opened(call: TracedCall): void {
  const { request } = call;
  const count = request === undefined ? ++outside : ++request.calls;
  if (count > MOST_CALLS && request !== undefined) {
    request.dropped++;
    return;
  }
  call.n = ++calls;
  call.info = call.instrument.describe(call);
  running.add(call);
  watch();
}

function closed(call: TracedCall): void {
  if (!running.delete(call)) return;
  tell(call);
}

function takeBack(call: TracedCall): void {
  running.delete(call);
  if (!call.sentWhileRunning) return;
  const line: LinkLine = { t: 'withdrawn', n: call.n };
  if (call.request !== undefined) line.id = call.request.id;
  sendLines(encodeLine(line), false);
}

function tell(call: TracedCall): void {
  const { request } = call;
  const lines = (request === undefined || request.announced ? '' : opening(request)) + newsLines();
  if (lines !== '') sendLines(lines, false);
  const lost = takeDroppedCount();
  if (lost > 0) sendLines(encodeLine({ t: 'dropped', spans: lost }), false);
  sendLines(encodeSpan(call), true);
}

/** Answers the lines of the stacks that are new: they go before whoever names them. */
function newsLines(): string {
  const news = takeNewFrames();
  if (news === undefined) return '';
  let maps = '';
  for (const file of news.scripts) {
    const map = mapOf(file);
    if (map !== undefined) maps += encodeLine({ t: 'map', file, map });
  }
  const frames = news.frames.length > 0 ? encodeLine({ t: 'frames', frames: news.frames }) : '';
  return maps + frames + news.stacks.map((stack) => encodeLine({ t: 'stack', ...stack })).join('');
}

function opening(request: TracedRequest): string {
  if (request.announced) return '';
  request.announced = true;
  untold.delete(request);
  const { id, method, url } = request;
  const headers = redactHeaders(request.message?.rawHeaders ?? []);
  return encodeLine({ t: 'open', id, at: wholeMicros(request.began), method, url: redactUrl(url), headers });
}

/** Looks now and then for what has been running long; it stops by itself and never keeps the process alive. */
function watch(): void {
  quiet = 0;
  if (timer !== undefined) return;
  timer = every(() => {
    const at = now();
    for (const request of untold)
      if (at - request.began > TELL_RUNNING_MS) sendLines(opening(request), false);
    for (const call of running) {
      if (call.sentWhileRunning || at - call.began < TELL_RUNNING_MS) continue;
      call.sentWhileRunning = true;
      tell(call);
    }
    if (running.size + untold.size > 0) quiet = 0;
    else if (++quiet > QUIET_ROUNDS && timer !== undefined) {
      stop(timer);
      timer = undefined;
    }
  }, TELL_RUNNING_MS);
  timer.unref();
}
