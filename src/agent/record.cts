/** Turns what instruments publish into the lines that tell it. */

import { subscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { redactHeaders, redactUrl } from '../redact.cjs';
import type { Line } from '../trace.js';
import { now, type Request } from './context.cjs';
import type { Instrument } from './instruments/instrument.cjs';
import { send, takeDropped } from './link.cjs';
import { mapOf } from './maps.cjs';
import { takeNews } from './stack.cjs';
import type { Call } from './traced.cjs';
import { views } from './views/index.cjs';
import { paramsOf, type Sight } from './views/view.cjs';

type Close = Extract<Line, { t: 'close' }>;

const MOST_CALLS = 10_000;
const MOST_NAMES = 1000;
const MOST_NAME = 64 * 1024;
// What still runs after this long is told as running, so that a process killed meanwhile has told it.
const TELL_RUNNING_MS = 25;
const QUIET_ROUNDS = 40;

const every = setInterval;
const stop = clearInterval;
const running = new Set<Call>();
const untold = new Set<Request>();
const names = new Map<string, string>();
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
  let lines = opening(request);
  const close: Close = { t: 'close', id: request.id, at: µs(request.ended) };
  const { response } = request;
  if (response !== undefined && (response.headersSent || !aborted)) close.status = statusOf(response);
  if (aborted) close.aborted = true;
  if (request.parent !== undefined) close.parent = request.parent;
  Object.assign(close, sightOf(request));
  lines += newsLines();
  if (request.dropped > 0) lines += lineOf({ t: 'dropped', id: request.id, spans: request.dropped });
  send(lines + lineOf(close), false);
}

function statusOf(response: ServerResponse): number {
  const { sentHeaders } = response as { sentHeaders?: Record<string, unknown> };
  return response.statusCode ?? Number(sentHeaders?.[':status']);
}

/** Tells what still runs, since the process is about to end. */
export function tellRunning(): void {
  for (const request of untold) send(opening(request), false);
  for (const call of running) tell(call);
}

/** Answers a line of the link. */
export function lineOf(line: Line): string {
  return `${JSON.stringify(line)}\n`;
}

/** Answers ms as a whole number of µs: digits cost, and a fraction's cost most. */
function µs(ms: number): number {
  return Math.max(0, Math.round(ms * 1000));
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
  const { request, instrument, speech } = call;
  const lines = (request === undefined || request.told ? '' : opening(request)) + newsLines();
  if (lines !== '') send(lines, false);
  const lost = takeDropped();
  if (lost > 0) send(lineOf({ t: 'dropped', spans: lost }), false);
  send(spanLine(call, instrument, speech!.name), true);
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

/** The hot path: one span, written by hand since stringifying the whole costs twice as much. */
function spanLine(call: Call, instrument: Instrument, name: string): string {
  let line = `{"t":"span","n":${call.n},"kind":"${instrument.kind}","library":"${instrument.library}","name":${nameJson(name)},"at":${µs(call.began)}`;
  if (call.request !== undefined) line += `,"id":"${call.request.id}"`;
  if (call.ended !== 0) line += `,"duration":${µs(call.ended - call.began - call.wait)}`;
  if (call.wait >= 0.1) line += `,"wait":${µs(call.wait)}`;
  if (call.rows !== undefined) line += `,"rows":${call.rows}`;
  if (call.stack !== 0) line += `,"stack":${call.stack}`;
  if (call.error !== undefined) line += `,"error":${JSON.stringify(call.error)}`;
  const detail = call.speech?.detail;
  if (detail !== undefined) line += `,"detail":${JSON.stringify(detail)}`;
  return `${line}}\n`;
}

function nameJson(name: string): string {
  const known = names.get(name);
  if (known !== undefined) return known;
  if (names.size >= MOST_NAMES) names.clear();
  const kept = name.length <= MOST_NAME ? name : `${name.slice(0, MOST_NAME)}… (${name.length} characters)`;
  const json = JSON.stringify(kept);
  names.set(name, json);
  return json;
}

function opening(request: Request): string {
  if (request.told) return '';
  request.told = true;
  untold.delete(request);
  const { id, method, url } = request;
  const headers = redactHeaders(request.message?.rawHeaders ?? []);
  return lineOf({ t: 'open', id, at: µs(request.began), method, url: redactUrl(url), headers });
}

/** Answers what the frameworks know of the request: one that has said so itself, or has left it on the message. */
function sightOf(request: Request): Pick<Close, 'route' | 'handler' | 'stack' | 'params'> {
  const told: Pick<Close, 'route' | 'handler' | 'stack' | 'params'> = {};
  try {
    const sight = request.sight?.() ?? readSight(request.message);
    if (sight === undefined) return told;
    if (sight.route !== undefined) told.route = sight.route;
    if (sight.handler !== undefined) told.handler = sight.handler;
    if (sight.stack) told.stack = sight.stack;
    const params = paramsOf(sight.params);
    if (params !== undefined) told.params = params;
  } catch {
    // A framework that is not as we know it: the path has to do.
  }
  return told;
}

function readSight(message: IncomingMessage | undefined): Sight | undefined {
  if (message === undefined) return undefined;
  for (const { read } of views) {
    const sight = read?.(message);
    if (sight !== undefined) return sight;
  }
  return undefined;
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
