/**
 * Watch of the event loop while requests run: code of the app, of JSON.parse or of bcryptjs that
 * blocks it is recorded under the request that ran it, and what the others waited under those.
 */

import { beginCallFrom, endCall } from '../call/call.cjs';
import { attempt } from '../guard.cjs';
import { blocking } from '../instruments/blocking.cjs';
import { now, type TracedRequest } from '../request/traced-request.cjs';
import { state } from '../run-config.cjs';
import {
  cpuSinceTick,
  type Gap,
  noteActivity,
  noteTickCpu,
  type SeenBlock,
  takeBlocks,
  takeLongestGap,
  usedMicros,
} from './activity.cjs';
import { type Block, seenBlock } from './block-spans.cjs';
import { mostSeen } from './most-seen.cjs';
import { forgetBlocks, noteEnd, noteOpen, tellWaiting } from './waiting.cjs';
import { beat, setWatching, startWatchdog } from './watchdog.cjs';

const TICK_MS = 25;
/** ms of CPU in one gap; loading fetch takes 50. A process that waits for its turn uses none. */
const MIN_CPU_MS = 100;
/** The first request of a process loads modules and compiles code, as no other does. */
const MIN_FIRST_MS = 200;
const MAX_IDLE_TICKS = 40;
/** ms after the first server listens; a browser is not as fast. */
const PREPARE_MS = 50;

// Bound at load, before fake timers of the app.
const startTimeout = setTimeout;
const startInterval = setInterval;
const stopInterval = clearInterval;

let timer: NodeJS.Timeout | undefined;
let idleTicks = 0;
let tickAt = 0;
let firstRequest: string | undefined;

/**
 * Starts the thread a moment after the app serves: what blocks in the first request is named, too, and
 * neither the app's start nor that request waits for the thread's.
 */
export function prepareWatch(): void {
  if (state.recording !== 'all') return;
  startTimeout(attempt, PREPARE_MS, () => {
    startWatchdog();
    setWatching(timer !== undefined);
  }).unref();
}

/** Watches the event loop from the beginning of a request on, until none has been open for 1 s. */
export function watchLoop(request: TracedRequest): void {
  idleTicks = 0;
  firstRequest ??= request.id;
  noteOpen(request);
  if (timer === undefined) {
    tickAt = now();
    noteTickCpu(usedMicros());
    takeLongestGap(tickAt);
    takeBlocks(tickAt);
    timer = startInterval(attempt, TICK_MS, tick);
    timer.unref();
    setWatching(true);
  } else {
    // What ran before has ended: code that blocks from now on is looked at as often.
    beat();
  }
  noteActivity(request.began, request, 0);
}

/** Notes the end of a request, from which on it does not wait. */
export function leaveLoop(request: TracedRequest): void {
  noteEnd(request);
  noteActivity(now(), request, 0);
}

function tick(): void {
  const at = now();
  const used = usedMicros();
  const found = recordBlocks(at, used);
  const isAnyOpen = tellWaiting(found, at);
  tickAt = at;
  noteTickCpu(used);
  beat();
  // Not before, or the first request would wait for the thread's start.
  startWatchdog();
  if (isAnyOpen) idleTicks = 0;
  else if (++idleTicks > MAX_IDLE_TICKS && timer !== undefined) rest();
}

/** What blocked the loop since the last tick; what has no span yet gets one. */
function recordBlocks(at: number, used: number): Block[] {
  const gap = takeLongestGap(at);
  const blocks = takeBlocks(at);
  const cpu = cpuSinceTick(used) ?? 0;
  // What was used outside of a block was at most as long as that lasted.
  const isBusy = (length: number) => cpu - (at - tickAt - length) >= MIN_CPU_MS;
  // On a busy machine the time beside a block is long, with little CPU.
  const isMost = (length: number) => cpu >= MIN_CPU_MS && length >= MIN_CPU_MS && length * 2 >= at - tickAt;
  // Several requests may each block in one interval: code that was seen more than once has its share.
  const hasShare = ({ start, end, captures }: SeenBlock) =>
    captures.length > 1 && cpu * (end - start) >= MIN_CPU_MS * (at - tickAt);
  const found: Block[] = [...blocks.known];
  for (const seen of blocks.seen) {
    const length = seen.end - seen.start;
    if (isKnown(seen, blocks.known) || !(isBusy(length) || isMost(length) || hasShare(seen))) continue;
    const block = recordSeen(seen);
    if (block !== undefined) found.push(block);
  }
  if (found.length === 0 && isBusy(gap.end - gap.start)) found.push(...recordGap(gap));
  return found;
}

function rest(): void {
  stopInterval(timer);
  timer = undefined;
  noteTickCpu(-1);
  forgetBlocks();
  setWatching(false);
}

/** Whether synchronous calls with spans of their own cover the better part of it. */
function isKnown({ start, end }: SeenBlock, known: Gap[]): boolean {
  const covered = known.reduce(
    (sum, block) => sum + Math.max(0, Math.min(end, block.end) - Math.max(start, block.start)),
    0,
  );
  return covered * 2 >= end - start;
}

function isStart(request: TracedRequest, length: number): boolean {
  return request.id === firstRequest && length < MIN_FIRST_MS;
}

function recordSeen({ start, end, captures }: SeenBlock): Block | undefined {
  const { request } = captures[0]!;
  const ran = mostSeen(captures);
  if (ran === undefined || (request !== undefined && isStart(request, end - start))) return undefined;
  const began = Math.max(start, request?.began ?? 0);
  const call = beginCallFrom(seenBlock, { request, stack: ran.stack, began }, ran.name, captures);
  call.began = began;
  endCall(call, undefined, undefined, undefined, end);
  return { start: began, end, request, stack: ran.stack, name: ran.name };
}

function recordGap({ start, end, request, stack }: Gap): Block[] {
  if (request === undefined || isStart(request, end - start)) return [];
  const began = Math.max(start, request.began);
  const call = beginCallFrom(blocking, { request, stack, began }, 'event loop', []);
  call.began = began;
  endCall(call, undefined, undefined, undefined, end);
  return [{ start: began, end, request, stack, name: 'event loop' }];
}
