/**
 * Watch of the event loop while requests run: code of the app, of JSON.parse or of bcryptjs that
 * blocks it is recorded under the request that ran it.
 */

import { beginCallFrom, endCall } from '../call/call.cjs';
import { attempt } from '../guard.cjs';
import { blocking } from '../instruments/blocking.cjs';
import { type Gap, noteActivity, takeLongestGap } from './activity.cjs';
import { now, type TracedRequest } from './traced-request.cjs';

const TICK_MS = 25;
/** ms of CPU in one gap; loading fetch takes 50. A process that waits for its turn uses none. */
const MIN_CPU_MS = 100;
/** The first request of a process loads modules and compiles code, as no other does. */
const MIN_FIRST_MS = 200;
const MAX_IDLE_TICKS = 40;

// Bound at load, before fake timers of the app.
const startInterval = setInterval;
const stopInterval = clearInterval;
const cpuUsage = process.cpuUsage.bind(process);

let timer: NodeJS.Timeout | undefined;
let idleTicks = 0;
let tickAt = 0;
let cpuMicros = 0;
let firstRequest: string | undefined;

/** Watches the event loop from the beginning of a request on, until no request has begun for 1 s. */
export function watchLoop(request: TracedRequest): void {
  idleTicks = 0;
  firstRequest ??= request.id;
  if (timer === undefined) {
    tickAt = now();
    cpuMicros = usedMicros();
    takeLongestGap(tickAt);
    timer = startInterval(attempt, TICK_MS, tick);
    timer.unref();
  }
  noteActivity(request.began, request, 0);
}

function usedMicros(): number {
  const { user, system } = cpuUsage();
  return user + system;
}

function tick(): void {
  const at = now();
  const used = usedMicros();
  const gap = takeLongestGap(at);
  const length = gap.end - gap.start;
  // What was used outside of the gap was at most as long as that lasted.
  const usedInGap = (used - cpuMicros) / 1000 - (at - tickAt - length);
  if (usedInGap >= MIN_CPU_MS) recordGap(gap);
  tickAt = at;
  cpuMicros = used;
  if (++idleTicks > MAX_IDLE_TICKS && timer !== undefined) {
    stopInterval(timer);
    timer = undefined;
  }
}

function recordGap({ start, end, request, stack }: Gap): void {
  if (request === undefined) return;
  if (request.id === firstRequest && end - start < MIN_FIRST_MS) return;
  const call = beginCallFrom(blocking, { request, stack, began: start }, 'event loop', []);
  call.began = Math.max(start, request.began);
  endCall(call, undefined, undefined, undefined, end);
}
