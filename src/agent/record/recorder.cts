/** Sends requests, published calls and their stacks to the launcher as lines. */

import { subscribe } from 'node:diagnostics_channel';
import type { LinkLine } from '../../domain/link.js';
import type { TracedCall } from '../call/call.cjs';
import { takeNewFrames } from '../call/stack.cjs';
import { attempt } from '../guard.cjs';
import type { Instrument } from '../instruments/instrument.cjs';
import { mapOf } from '../loader/source-maps.cjs';
import { now, TracedRequest } from '../request/traced-request.cjs';
import { encodeClose, keepOutcome } from './encode-close.cjs';
import { encodeOpen } from './encode-open.cjs';
import { encodeLine, encodeSpan } from './encode-span.cjs';
import { LinkedList } from './linked-list.cjs';
import {
  appendLines,
  beforeFlush,
  flushLines,
  planFlush,
  sendLines,
  takeDroppedCount,
} from './transport.cjs';
import { mayWriteAtOnce } from './write-credit.cjs';

/** Per request. */
const MAX_CALLS = 10_000;
// Requests and calls that run longer are sent as running, so that they are not lost if the process
// is killed meanwhile.
const SEND_RUNNING_MS = 25;
const MAX_IDLE_TICKS = 40;
/** Ended calls and requests that wait to be encoded at the end of the turn. */
const MAX_ENDED = 200;

// Bound at load, before fake timers of the app.
const startInterval = setInterval;
const stopInterval = clearInterval;
const running = new LinkedList<TracedCall>();
// Between the app's work each step finds the caches cold: encoded together, lines take half of it.
let ended: (TracedCall | TracedRequest)[] = [];
const unannounced = new LinkedList<TracedRequest>();
let lastSpanNumber = 0;
let timer: NodeJS.Timeout | undefined;
let idleTicks = 0;

/** Subscribes to the channel of an instrument and sends its calls. */
export function recordInstrument(instrument: Instrument): void {
  beforeFlush(appendEnded);
  subscribe(instrument.channel, (message) => {
    try {
      const call = message as TracedCall;
      if (call.discarded) discard(call);
      else if (call.ended === 0) open(call);
      else close(call);
    } catch {
      // An error of a subscriber would end the process: the span is not sent.
    }
  });
}

/**
 * Schedules the `open` line of a request, which is sent with its first span, at its end, or after
 * 25 ms. Nothing to do for requests that the proxy has announced.
 */
export function sendRequestOpen(request: TracedRequest): void {
  if (request.announced) return;
  unannounced.add(request);
  startTimer();
}

/** Sends the end of a request, with its stacks and the number of its dropped calls. */
export function sendRequestClose(request: TracedRequest, aborted: boolean): void {
  keepOutcome(request, aborted);
  sendEnded(request);
}

/** Sends the requests and calls that still run when the process exits. */
export function sendRunningCalls(): void {
  appendEnded();
  for (const request of unannounced.items()) attempt(sendOpen, request);
  for (const call of running.items()) attempt(appendSpan, call);
}

function sendOpen(request: TracedRequest): void {
  sendLines(openLine(request), false);
}

function open(call: TracedCall): void {
  const { request } = call;
  if (request !== undefined && ++request.calls > MAX_CALLS) {
    request.dropped++;
    return;
  }
  call.n = ++lastSpanNumber;
  call.info = call.instrument.describe(call);
  running.add(call);
  startTimer();
}

function close(call: TracedCall): void {
  if (running.delete(call)) sendEnded(call);
}

/** Sends the lines of a call or request now, or at the end of the turn if there are too many. */
function sendEnded(item: TracedCall | TracedRequest): void {
  if (ended.push(item) < MAX_ENDED && !mayWriteAtOnce()) return planFlush();
  flushLines();
}

/** Appends the lines of what has ended in this turn. */
function appendEnded(): void {
  if (ended.length === 0) return;
  const items = ended;
  ended = [];
  for (const item of items) attempt(item instanceof TracedRequest ? appendClose : appendSpan, item as never);
}

function appendClose(request: TracedRequest): void {
  let lines = openLine(request) + newFrameLines();
  if (request.dropped > 0) lines += encodeLine({ t: 'dropped', id: request.id, spans: request.dropped });
  appendLines(lines + encodeClose(request), false);
  // Timers and sockets keep the request: it must not keep these in memory.
  request.route = undefined;
  request.rawHeaders = undefined;
}

function discard(call: TracedCall): void {
  running.delete(call);
  if (!call.sentWhileRunning) return;
  const line: LinkLine = { t: 'withdrawn', n: call.n };
  if (call.request !== undefined) line.id = call.request.id;
  sendLines(encodeLine(line), false);
}

function appendSpan(call: TracedCall): void {
  const { request } = call;
  const lines = (request === undefined || request.announced ? '' : openLine(request)) + newFrameLines();
  if (lines !== '') appendLines(lines, false);
  const dropped = takeDroppedCount();
  if (dropped > 0) appendLines(encodeLine({ t: 'dropped', spans: dropped }), false);
  appendLines(encodeSpan(call), true);
}

/** Lines of new source maps, frames and stacks: they precede the lines that refer to them. */
function newFrameLines(): string {
  const added = takeNewFrames();
  if (added === undefined) return '';
  let maps = '';
  for (const file of added.scripts) {
    const map = mapOf(file);
    if (map !== undefined) maps += encodeLine({ t: 'map', file, map });
  }
  const frames = added.frames.length > 0 ? encodeLine({ t: 'frames', frames: added.frames }) : '';
  return maps + frames + added.stacks.map((stack) => encodeLine({ t: 'stack', ...stack })).join('');
}

function openLine(request: TracedRequest): string {
  if (request.announced) return '';
  request.announced = true;
  unannounced.delete(request);
  return encodeOpen(request);
}

/**
 * Sends long-running requests and calls every 25 ms; stops after 40 idle ticks and never keeps the
 * process alive.
 */
function startTimer(): void {
  idleTicks = 0;
  if (timer !== undefined) return;
  timer = startInterval(() => {
    const at = now();
    for (const request of unannounced.items())
      if (at - request.began > SEND_RUNNING_MS) attempt(sendOpen, request);
    for (const call of running.items()) {
      if (call.sentWhileRunning || at - call.began < SEND_RUNNING_MS) continue;
      call.sentWhileRunning = true;
      attempt(appendSpan, call);
    }
    if (running.size + unannounced.size > 0) idleTicks = 0;
    else if (++idleTicks > MAX_IDLE_TICKS && timer !== undefined) {
      stopInterval(timer);
      timer = undefined;
    }
  }, SEND_RUNNING_MS);
  timer.unref();
}
