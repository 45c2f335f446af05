/**
 * Slices of the thread's time, each in the context of one request: noted by async hooks, which are
 * on only while a profile is taken, and by the agent's own switches of the context.
 */

import { createHook } from 'node:async_hooks';
import { contextSwitch, storedRequest } from '../request/context.cjs';
import { now, type TracedRequest } from '../request/traced-request.cjs';

/** Pairs of a time (performance.now(), ms) and a request's number; from then on its code ran. */
export interface Slices {
  pairs: Float64Array;
  /** Requests by their number; number 0 is none. */
  requests: (TracedRequest | undefined)[];
  /** performance.now() at their end, in ms. */
  ended: number;
  /** More switches came than are kept. */
  isCut: boolean;
}

const FIRST_SIZE = 2 * 32 * 1024;
/** 32 MB. */
const MAX_SIZE = 2 * 2 * 1024 * 1024;
/** Between two samples there is 1 ms: awaits of one request follow each other within µs. */
const MIN_GAP_MS = 0.02;
const MAX_DEPTH = 256;

let pairs = new Float64Array(0);
let length = 0;
let isCut = false;
let numbers = new Map<TracedRequest, number>();
let requests: (TracedRequest | undefined)[] = [];
let lastRequest: TracedRequest | undefined;
let lastNumber = 0;
/** Numbers of the contexts that the running one is entered from. */
const outer = new Int32Array(MAX_DEPTH);
let depth = 0;
let current = 0;

const hook = createHook({
  before() {
    enter(storedRequest());
  },
  after: leave,
});

/** Begins to note slices. */
export function startSlices(): void {
  pairs = new Float64Array(FIRST_SIZE);
  requests = [undefined];
  numbers = new Map();
  lastRequest = undefined;
  length = lastNumber = depth = current = 0;
  isCut = false;
  contextSwitch.enter = enter;
  contextSwitch.leave = leave;
  hook.enable();
}

/** Ends the noting of slices, and returns them. */
export function stopSlices(): Slices {
  hook.disable();
  contextSwitch.enter = contextSwitch.leave = undefined;
  const slices = { pairs: pairs.subarray(0, length), requests, ended: now(), isCut };
  pairs = new Float64Array(0);
  requests = [];
  numbers = new Map();
  lastRequest = undefined;
  return slices;
}

function enter(request: TracedRequest | undefined): void {
  if (depth < MAX_DEPTH) outer[depth] = current;
  depth++;
  switchTo(request === undefined ? 0 : request === lastRequest ? lastNumber : numberOf(request));
}

// Hooks that were enabled within a callback see its end, but not its beginning.
function leave(): void {
  if (depth === 0) return switchTo(0);
  depth--;
  switchTo(depth < MAX_DEPTH ? outer[depth]! : 0);
}

function numberOf(request: TracedRequest): number {
  let number = numbers.get(request);
  if (number === undefined) {
    number = requests.push(request) - 1;
    numbers.set(request, number);
  }
  lastRequest = request;
  lastNumber = number;
  return number;
}

function switchTo(number: number): void {
  if (number === current) return;
  const at = now();
  const isBack = current === 0 && length >= 4 && pairs[length - 3] === number;
  current = number;
  if (isBack && at - pairs[length - 2]! < MIN_GAP_MS) {
    length -= 2;
    return;
  }
  if (length === pairs.length && !grow()) return;
  pairs[length] = at;
  pairs[length + 1] = number;
  length += 2;
}

function grow(): boolean {
  if (length >= MAX_SIZE) {
    isCut = true;
    return false;
  }
  const larger = new Float64Array(length * 2);
  larger.set(pairs);
  pairs = larger;
  return true;
}
