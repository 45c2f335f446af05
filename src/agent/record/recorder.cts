/** Sends requests, published calls and their stacks to the launcher as lines. */

import { subscribe } from 'node:diagnostics_channel';
import type { LinkLine } from '../../domain/link.js';
import { leaveLoop, watchLoop } from '../blocked/event-loop.cjs';
import type { TracedCall } from '../call/call.cjs';
import { hasApplicationFrame, takeNewFrames } from '../call/stack.cjs';
import { attempt, Hook } from '../guard.cjs';
import type { Instrument } from '../instruments/instrument.cjs';
import { mapsOf } from '../loader/evaluated.cjs';
import { now, TracedRequest } from '../request/traced-request.cjs';
import type { TracedUnit } from '../request/unit-info.cjs';
import { encodeClose, keepOutcome } from './encode-close.cjs';
import { encodeOpen } from './encode-open.cjs';
import { encodeLine, encodeSpan, kindOfCall } from './encode-span.cjs';
import { encodeUnitOpen } from './encode-unit.cjs';
import { LinkedList } from './linked-list.cjs';
import { measureLines } from './own-cost.cjs';
import {
  appendLines,
  beforeFlush,
  flushLines,
  planFlush,
  sendLines,
  takeLostLines,
  wantConnection,
} from './transport.cjs';
import { describeCall } from './value-budget.cjs';
import { mayWriteAtOnce } from './write-credit.cjs';

/** Per request. */
const MAX_CALLS = 10_000;
// Requests and calls that run longer are sent as running, so that they are not lost if the process
// is killed meanwhile.
const SEND_RUNNING_MS = 25;
const MAX_IDLE_TICKS = 40;
/** Kinds whose calls are the app's also in a process without a server. */
const ALWAYS_TOLD = new Set(['sql', 'cache', 'rpc']);
/** Calls that run at once: some drivers never tell of an end. */
const MAX_RUNNING = 10_000;
/** Requests that have ended before the loss of their call could be told. */
const MAX_LATE_LOSSES = 1000;
/** Ended calls and requests that wait to be encoded at the end of the turn. */
const MAX_ENDED = 200;

// Bound at load, before fake timers of the app.
const startInterval = setInterval;
const stopInterval = clearInterval;
const running = new LinkedList<TracedCall>();
const unannounced = new LinkedList<TracedRequest>();
// Between the app's work each step finds the caches cold: encoded together, lines take half of it.
let ended: (TracedCall | TracedRequest)[] = [];
const lateLosses = new Set<TracedRequest>();
/** Calls of no request, and lines of which the calls are not known. */
let unknownLosses = 0;
/** Units that have called something, and whose function returned without a promise to observe. */
const unsettledUnits = new Set<TracedRequest>();
let lastSpanNumber = 0;
let timer: NodeJS.Timeout | undefined;
let idleTicks = 0;

/** Adds to a call's details once they are known; undefined: nothing does. */
let describedListener: ((call: TracedCall) => void) | undefined;

/** Sets what adds to the details of calls, for the time of a request whose locals are read. */
export function onDescribed(listener: ((call: TracedCall) => void) | undefined): void {
  describedListener = listener;
}

/** Subscribes to the channel of an instrument and sends its calls. */
export function recordInstrument(instrument: Instrument): void {
  beforeFlush(appendEnded);
  const hook = new Hook(instrument.library, 'recording its calls');
  subscribe(instrument.channel, (message) => {
    try {
      const call = message as TracedCall;
      if (call.discarded) discard(call);
      else if (call.ended === 0) open(call);
      else close(call);
    } catch (error) {
      // An error of a subscriber would end the process: the span is not sent.
      attempt(noteFailure, instrument, hook, error);
    }
  });
}

function noteFailure(instrument: Instrument, hook: Hook, error: unknown): void {
  hook.failed(error);
  instrument.isOff = hook.isOff;
}

/**
 * Schedules the `open` line of a request, which is sent with its first span, at its end, or after
 * 25 ms. Nothing to do for requests that the proxy has announced.
 */
export function sendRequestOpen(request: TracedRequest): void {
  watchLoop(request);
  if (request.announced || request.withCalls) return;
  unannounced.add(request);
  startTimer();
}

/**
 * Sends a request that did not pass the proxy before its answer leaves, as far as single writes have
 * credit: the app may be killed by what gets the answer, and the request had never been.
 */
export function sendRequestHead(request: TracedRequest): void {
  if (request.announced || request.withCalls || !mayWriteAtOnce()) return;
  appendLines(openLine(request), false);
  flushLines();
}

/** Sends the end of a request, with its stacks and the number of its dropped calls. */
export function sendRequestClose(request: TracedRequest, aborted: boolean): void {
  leaveLoop(request);
  keepOutcome(request, aborted);
  if (!request.withCalls || isWorthTelling(request)) sendEnded(request);
}

/** Whether a request that is kept only with calls has made one, or may be kept for another reason. */
function isWorthTelling({ calls, status, parent, isHandedOver }: TracedRequest): boolean {
  return calls > 0 || status >= 500 || parent !== undefined || isHandedOver;
}

/** Line of the calls of a request that were not kept since the last such line. */
function droppedLine(request: TracedRequest): string {
  const { id, dropped } = request;
  if (dropped === 0) return '';
  request.dropped = 0;
  lateLosses.delete(request);
  return encodeLine({ t: 'dropped', id, spans: dropped });
}

/** Makes a request known to the launcher, before another process reports calls of it. */
export function announceRequest(request: TracedRequest): void {
  if (!request.announced) sendOpen(request);
}

/** Sends that a thread was started in a request. */
export function sendThread(thread: number, id: string): void {
  sendLines(encodeLine({ t: 'thread', thread, id }), false);
}

/** Sends the end of a unit, if it has made a call. */
export function sendUnitClose(request: TracedRequest): void {
  // Its first call may be in the lines of this turn.
  if (request.announced || request.unit!.touched !== 0) sendRequestClose(request, false);
}

/** Sends which request handed over the work that a unit with this key (`cause`) will run. */
export function sendCause(key: string, request: TracedRequest): void {
  const open = request.announced ? '' : openLine(request);
  sendLines(open + encodeLine({ t: 'cause', key, id: request.id }), false);
}

/** Sends an error of a request. */
export function sendRequestError(request: TracedRequest, line: LinkLine): void {
  sendLines(openLine(request) + encodeLine(line), false);
}

/** Sends the requests and calls that still run when the process exits. */
export function sendRunningCalls(): void {
  for (const request of unannounced.items()) attempt(sendOpen, request);
  for (const call of running.items()) attempt(appendSpan, call);
  for (const request of unsettledUnits) if (request.ended !== 0) attempt(sendUnitClose, request);
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
  if (request?.unit !== undefined) openInUnit(call, request, request.unit);
  call.n = ++lastSpanNumber;
  describeCall(call, call.instrument.describe);
  request?.times?.began(kindOfCall(call), call.began);
  if (describedListener !== undefined) attempt(describedListener, call);
  if (running.size >= MAX_RUNNING) forgetOldest();
  running.add(call);
  startTimer();
}

/** A call of which the end is never heard keeps its span as it is: running. */
function forgetOldest(): void {
  const oldest = running.first;
  running.delete(oldest!);
  noteEnded(oldest!);
  closeInUnit(oldest!);
  if (!oldest!.sentWhileRunning) attempt(appendSpan, oldest!);
}

/** A library's own timer is no unit of the app's until the app's code makes a call in it. */
function openInUnit(call: TracedCall, request: TracedRequest, unit: TracedUnit): void {
  if (unit.needsApp && !request.announced && !hasApplicationFrame(call.stack)) {
    call.isOutside = true;
    return;
  }
  unit.pending++;
  unit.touched = call.began;
  if (!unit.isObserved && !unit.isClosed) unsettledUnits.add(request);
}

function closeInUnit({ request, isOutside }: TracedCall): void {
  if (request?.unit === undefined || isOutside) return;
  request.unit.pending--;
  request.unit.touched = now();
}

function close(call: TracedCall): void {
  if (!running.delete(call)) return;
  noteEnded(call);
  closeInUnit(call);
  sendEnded(call);
}

function noteEnded(call: TracedCall): void {
  const { request, ended, info } = call;
  request?.times?.ended(kindOfCall(call), ended === 0 ? now() : ended, info?.detail);
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
  const each = measureLines(items.length, () => {
    for (const item of items)
      attempt(item instanceof TracedRequest ? appendClose : appendSpan, item as never);
  });
  for (const item of items) if (!(item instanceof TracedRequest)) item.request?.times?.addLine(each);
}

function appendClose(request: TracedRequest): void {
  const lines = openLine(request) + newFrameLines();
  appendLines(lines + droppedLine(request) + encodeClose(request), false);
  // Timers and sockets keep the request: it must not keep these in memory.
  request.route = undefined;
  request.rawHeaders = undefined;
}

function discard(call: TracedCall): void {
  if (running.delete(call)) {
    call.request?.times?.discarded(kindOfCall(call), now());
    closeInUnit(call);
  }
  if (!call.sentWhileRunning) return;
  const line: LinkLine = { t: 'withdrawn', n: call.n };
  if (call.request !== undefined && !call.isOutside) line.id = call.request.id;
  sendLines(encodeLine(line), false);
}

function appendSpan(call: TracedCall): void {
  const { request, isOutside } = call;
  const isOpen = request === undefined || request.announced || isOutside;
  // A unit's first line names the stack of its registration.
  const frames = newFrameLines();
  const lines = frames + (isOpen ? '' : openLine(request));
  if (lines !== '') appendLines(lines, false);
  if (request !== undefined || ALWAYS_TOLD.has(call.instrument.kind)) wantConnection();
  if (appendLines(encodeSpan(call), true)) appendLosses();
  else countLoss(isOutside ? undefined : request);
}

/** Counts a call that could not be sent: told at the end of its request, or when there is room. */
function countLoss(request: TracedRequest | undefined): void {
  if (request === undefined || lateLosses.size >= MAX_LATE_LOSSES) return void unknownLosses++;
  request.dropped++;
  if (request.ended !== 0) lateLosses.add(request);
}

function appendLosses(): void {
  unknownLosses += takeLostLines();
  if (unknownLosses > 0 && appendLines(encodeLine({ t: 'dropped', spans: unknownLosses }), false))
    unknownLosses = 0;
  for (const request of lateLosses) appendLines(droppedLine(request), false);
}

/** Lines of new source maps, frames and stacks: they precede the lines that refer to them. */
function newFrameLines(): string {
  const added = takeNewFrames();
  if (added === undefined) return '';
  let maps = '';
  for (const [file, map] of mapsOf(added.scripts)) maps += encodeLine({ t: 'map', file, map });
  const frames = added.frames.length > 0 ? encodeLine({ t: 'frames', frames: added.frames }) : '';
  return maps + frames + added.stacks.map((stack) => encodeLine({ t: 'stack', ...stack })).join('');
}

function openLine(request: TracedRequest): string {
  if (request.announced) return '';
  request.announced = true;
  unannounced.delete(request);
  const { unit } = request;
  return unit === undefined ? encodeOpen(request) : encodeUnitOpen(request, unit);
}

function hasSettled({ ended, unit }: TracedRequest, at: number): boolean {
  return ended !== 0 && unit!.pending === 0 && at - unit!.touched > SEND_RUNNING_MS;
}

/** A call that begins later has the collector finish the unit again. */
function settleUnit(request: TracedRequest): void {
  unsettledUnits.delete(request);
  const unit = request.unit!;
  unit.isClosed = true;
  request.ended = Math.max(request.ended, unit.touched);
  sendUnitClose(request);
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
    for (const request of unsettledUnits) if (hasSettled(request, at)) attempt(settleUnit, request);
    if (running.size + unannounced.size + unsettledUnits.size > 0) idleTicks = 0;
    else if (++idleTicks > MAX_IDLE_TICKS && timer !== undefined) {
      stopInterval(timer);
      timer = undefined;
    }
  }, SEND_RUNNING_MS);
  timer.unref();
}
