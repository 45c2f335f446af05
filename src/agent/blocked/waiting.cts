/** Requests that wait while the code of another one blocks the event loop: each gets a span of that time. */

import { beginCallFrom, endCall } from '../call/call.cjs';
import type { TracedRequest } from '../request/traced-request.cjs';
import { takeLongestGap } from './activity.cjs';
import { type Block, waiting } from './block-spans.cjs';

const MIN_MS = 25;
const MAX_TOLD = 1000;
/** 200 ms: an app takes the connections that have come meanwhile one after the other. */
const MAX_TICKS = 8;

// An array with the place of each request in it: a Set makes a table for each few that come and go.
const open: TracedRequest[] = [];
/** Those that have ended since the last tick. */
let ended: TracedRequest[] = [];
/** Blocks before the last tick, and for how many more requests of their time are read from sockets. */
let earlier: { block: Block; ticks: number }[] = [];
let tickAt = 0;

/** Notes the beginning of a request. */
export function noteOpen(request: TracedRequest): void {
  if (request.openAt < 0) request.openAt = open.push(request) - 1;
}

/** Notes the end of a request. */
export function noteEnd(request: TracedRequest): void {
  if (request.openAt < 0) return;
  const last = open.pop()!;
  if (last !== request) {
    open[request.openAt] = last;
    last.openAt = request.openAt;
  }
  request.openAt = -1;
  if (ended.length < MAX_TOLD) ended.push(request);
}

/** Forgets what there is to tell of blocks, when nothing is watched any more. */
export function forgetBlocks(): void {
  earlier = [];
  ended = [];
}

/**
 * Records what each request waited during the blocks of the interval up to a tick, and what those
 * that began in it waited during earlier ones. Returns whether any request is open.
 */
export function tellWaiting(blocks: Block[], at: number): boolean {
  if (blocks.length > 0 || earlier.length > 0) {
    const late = ended;
    ended = [];
    for (const { block } of earlier) tell(block, late, tickAt);
    for (const block of blocks) tell(block, late, 0);
    earlier = [
      ...earlier.flatMap(({ block, ticks }) => (ticks > 1 ? [{ block, ticks: ticks - 1 }] : [])),
      ...blocks.map((block) => ({ block, ticks: MAX_TICKS })),
    ];
    // Spans that were recorded now end in the past: up to the next event that would be a block of the
    // request that waited, with the stack of the one that it waited for.
    takeLongestGap(at);
  } else if (ended.length > 0) ended = [];
  tickAt = at;
  return open.length > 0;
}

function tell(block: Block, late: TracedRequest[], since: number): void {
  let told = 0;
  for (const requests of [late, open])
    for (const request of requests) {
      if (request === block.request || request.isRemote || request.began < since) continue;
      if (++told > MAX_TOLD) return;
      recordWait(block, request);
    }
}

/** The proxy sent a request before the app could read it: the launcher cuts the span to that time. */
function recordWait(block: Block, request: TracedRequest): void {
  const began = request.proxied ? block.start : Math.max(block.start, request.began);
  const end = request.ended === 0 ? block.end : Math.min(block.end, request.ended);
  if (end - began < MIN_MS) return;
  const call = beginCallFrom(waiting, { request, stack: block.stack, began }, block, []);
  call.began = began;
  endCall(call, undefined, undefined, undefined, end);
}
