/** Turns what instruments publish into the lines that tell it. */

import { subscribe } from 'node:diagnostics_channel';
import { redactHeaders, redactUrl } from '../../domain/redact.cjs';
import type { Line } from '../../domain/trace.js';
import type { Call } from '../call/call.cjs';
import { takeNews } from '../call/stack.cjs';
import type { Instrument } from '../instruments/instrument.cjs';
import { mapOf } from '../loader/source-maps.cjs';
import { now, type Request } from '../request/traced-request.cjs';
import { closeLine } from './encode-close.cjs';
import { lineOf, spanLine, µs } from './encode-span.cjs';
import { send, takeDropped } from './transport.cjs';

const MOST_CALLS = 10_000;
// What still runs after this long is told as running, so that a process killed meanwhile has told it.
const TELL_RUNNING_MS = 25;
const QUIET_ROUNDS = 40;

const every = setInterval;
const stop = clearInterval;
const running = new Set<Call>();
const untold = new Set<Request>();
let calls = 0;
let outside = 0;
let timer: NodeJS.Timeout | undefined;
let quiet = 0;

/** From now on what the instrument publishes is told. */
export function record(instrument: Instrument): void {
  subscribe(instrument.channel, (message) => {
    try {
      const call = message as Call;
      if (call.withdrawn) takeBack(call);
      else if (call.ended === 0) opened(call);
      else closed(call);
    } catch {
      // diagnostics_channel would end the process for it: the app matters more than the span.
    }
  });
}

/** Tells that a request begins; one that the proxy has told is told with its first span. */
export function tellBegan(request: Request): void {
  if (request.told) return;
  untold.add(request);
  watch();
}

/** Tells that a request's response has been handed over. */
export function tellEnded(request: Request, aborted: boolean): void {
  const close = closeLine(request, aborted);
  let lines = opening(request) + newsLines();
  if (request.dropped > 0) lines += lineOf({ t: 'dropped', id: request.id, spans: request.dropped });
  send(lines + close, false);
}

/** Tells what still runs, since the process is about to end. */
export function tellRunning(): void {
  for (const request of untold) send(opening(request), false);
  for (const call of running) tell(call);
}

function opened(call: Call): void {
  const { request } = call;
  const count = request === undefined ? ++outside : ++request.calls;
  if (count > MOST_CALLS && request !== undefined) {
    request.dropped++;
    return;
  }
  call.n = ++calls;
  call.speech = call.instrument.describe(call);
  running.add(call);
  watch();
}

function closed(call: Call): void {
  if (!running.delete(call)) return;
  tell(call);
}

function takeBack(call: Call): void {
  running.delete(call);
  if (!call.told) return;
  const line: Line = { t: 'withdrawn', n: call.n };
  if (call.request !== undefined) line.id = call.request.id;
  send(lineOf(line), false);
}

function tell(call: Call): void {
  const { request } = call;
  const lines = (request === undefined || request.told ? '' : opening(request)) + newsLines();
  if (lines !== '') send(lines, false);
  const lost = takeDropped();
  if (lost > 0) send(lineOf({ t: 'dropped', spans: lost }), false);
  send(spanLine(call), true);
}

/** Answers the lines of the stacks that are new: they go before whoever names them. */
function newsLines(): string {
  const news = takeNews();
  if (news === undefined) return '';
  let maps = '';
  for (const file of news.scripts) {
    const map = mapOf(file);
    if (map !== undefined) maps += lineOf({ t: 'map', file, map });
  }
  const frames = news.frames.length > 0 ? lineOf({ t: 'frames', frames: news.frames }) : '';
  return maps + frames + news.stacks.map((stack) => lineOf({ t: 'stack', ...stack })).join('');
}

function opening(request: Request): string {
  if (request.told) return '';
  request.told = true;
  untold.delete(request);
  const { id, method, url } = request;
  const headers = redactHeaders(request.message?.rawHeaders ?? []);
  return lineOf({ t: 'open', id, at: µs(request.began), method, url: redactUrl(url), headers });
}

/** Looks now and then for what has been running long; it stops by itself and never keeps the process alive. */
function watch(): void {
  quiet = 0;
  if (timer !== undefined) return;
  timer = every(() => {
    const at = now();
    for (const request of untold) if (at - request.began > TELL_RUNNING_MS) send(opening(request), false);
    for (const call of running) {
      if (call.told || at - call.began < TELL_RUNNING_MS) continue;
      call.told = true;
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
