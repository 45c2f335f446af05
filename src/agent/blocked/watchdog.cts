/**
 * Watchdog of the event loop: a thread that sees when the main thread has not come back for 100 ms,
 * and evaluates in it, inside the code that blocks, a script that reports what runs.
 *
 * A session of the inspector is served in the middle of synchronous code; the debugger's pause is
 * not used, as it costs 200 ms in a large app. It is connected only for the moment of a look:
 * while it is, console messages are kept, and an exit says that it waits for the debugger.
 */

import { subscribe } from 'node:diagnostics_channel';
import { attempt } from '../guard.cjs';
import { startUnwatched } from '../processes/threads.cjs';
import { applyInRequest } from '../request/context.cjs';
import { now } from '../request/traced-request.cjs';
import { noteCapture } from './activity.cjs';
import { captureRunning } from './capture.cjs';

// Fields of the memory that both threads share.
const STATE = 0;
const BEAT = 1;
const SESSION = 2;
// States.
const RESTS = 0;
const WATCHES = 1;
const ENDS = 2;

const CHANNEL = 'scooby:blocked';
const EXPRESSION = `process.getBuiltinModule('node:diagnostics_channel').channel('${CHANNEL}').publish(0)`;
/** ms that an exit waits for a session to disconnect; a look takes less than one. */
const MAX_DISCONNECT_MS = 500;

/**
 * The thread's script, as text: the agent is one file, and the app's loader hooks see none. Its
 * timer keeps its loop, not the process, while it awaits an answer.
 */
const SCRIPT = `'use strict';
const { shared, origin } = require('node:worker_threads').workerData;
const { Session } = require('node:inspector');
const view = new Int32Array(shared);
const LATE_MS = 100, MAX_LOOKS = 5;
const skew = performance.timeOrigin - origin;
const late = (beat) => (Math.trunc(performance.now() + skew) - beat) | 0;
setInterval(() => {}, 2 ** 30);
function watch() {
  for (;;) {
    Atomics.wait(view, ${STATE}, ${RESTS});
    if (Atomics.load(view, ${STATE}) === ${ENDS}) process.exit();
    const beat = Atomics.load(view, ${BEAT});
    const ms = late(beat);
    if (ms >= LATE_MS) return look(beat, 1);
    Atomics.wait(view, ${STATE}, ${WATCHES}, LATE_MS - Math.max(0, ms));
  }
}
function look(beat, n) {
  const session = new Session();
  Atomics.store(view, ${SESSION}, 1);
  // The process may have begun to end since: it looks whether a session is announced.
  if (Atomics.load(view, ${STATE}) !== ${WATCHES}) return hangUp(beat, n);
  try {
    session.connectToMainThread();
  } catch {
    Atomics.store(view, ${SESSION}, 0);
    process.exit();
  }
  session.post('Runtime.evaluate', { expression: ${JSON.stringify(EXPRESSION)}, silent: true, returnByValue: true });
  session.post('Runtime.discardConsoleEntries', () => {
    session.disconnect();
    hangUp(beat, n);
  });
}
function hangUp(beat, n) {
  Atomics.store(view, ${SESSION}, 0);
  Atomics.notify(view, ${SESSION});
  setTimeout(goOn, LATE_MS, beat, n);
}
function goOn(beat, n) {
  const isBlocked = () => Atomics.load(view, ${STATE}) === ${WATCHES} && Atomics.load(view, ${BEAT}) === beat;
  if (isBlocked() && n < MAX_LOOKS) return look(beat, n + 1);
  while (isBlocked()) Atomics.wait(view, ${STATE}, ${WATCHES}, LATE_MS);
  watch();
}
watch();
`;

interface InspectorModule {
  url(): string | undefined;
}

let view: Int32Array | undefined;
let isStarted = false;

/** Starts the thread, once; where it may not be started, nothing is seen. */
export function startWatchdog(): void {
  if (isStarted) return;
  isStarted = true;
  if (!canWatch()) return;
  const shared = new SharedArrayBuffer(12);
  view = new Int32Array(shared);
  subscribe(CHANNEL, onLook);
  try {
    // In no request: the thread would keep it.
    applyInRequest(undefined, startThread, undefined, [shared]);
    setWatching(true);
  } catch {
    view = undefined;
  }
}

/** An app's own thread is not watched: a session of another thread reaches the main thread only. */
function canWatch(): boolean {
  const { isMainThread } = require('node:worker_threads') as typeof import('node:worker_threads');
  const { permission, getBuiltinModule } = process as typeof process & {
    permission?: { has(scope: string): boolean };
    getBuiltinModule?: unknown;
  };
  if (!isMainThread || typeof getBuiltinModule !== 'function') return false;
  if (!process.features.inspector) return false;
  if (permission !== undefined && !(permission.has('worker') && permission.has('inspector'))) return false;
  return hasInspector();
}

/**
 * Whether this process has an inspector: Node makes none for the parent of `--test`, where a
 * thread that connects to it aborts the process (Node 20 to 26), while a session of its own throws.
 */
function hasInspector(): boolean {
  const { Session } = require('node:inspector') as typeof import('node:inspector');
  const session = new Session();
  try {
    session.connect();
    session.disconnect();
    return true;
  } catch {
    return false;
  }
}

function startThread(shared: SharedArrayBuffer): void {
  const worker = startUnwatched(SCRIPT, {
    eval: true,
    name: 'scooby',
    // Without the app's NODE_OPTIONS: no preload, no hooks, no coverage.
    execArgv: [],
    env: {},
    // Otherwise the app's streams would be made, and piped to.
    stdout: true,
    stderr: true,
    workerData: { shared, origin: performance.timeOrigin },
    resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 1, stackSizeMb: 1 },
  });
  // Otherwise its failure would end the app.
  worker.on('error', stop);
  // Listeners ref it again.
  worker.unref();
}

/** Tells the thread that the main thread has come back, and has it watch. */
export function beat(): void {
  if (view === undefined) return;
  if (Atomics.load(view, STATE) === WATCHES) Atomics.store(view, BEAT, Math.trunc(now()) | 0);
  // A process that was about to end goes on: what was killed was another one.
  else setWatching(true);
}

/** Has the thread watch from now on, or sleep until it is told to watch. */
export function setWatching(isWatching: boolean): void {
  if (view === undefined) return;
  Atomics.store(view, BEAT, Math.trunc(now()) | 0);
  Atomics.store(view, STATE, isWatching ? WATCHES : RESTS);
  Atomics.notify(view, STATE);
}

/** Ends the thread: under a debugger, a pause of which is no block. */
function stop(): void {
  if (view === undefined) return;
  Atomics.store(view, STATE, ENDS);
  Atomics.notify(view, STATE);
  view = undefined;
}

/** Runs in the code that blocks, called by the evaluated script. */
function onLook(): void {
  attempt(look, onLook);
}

function look(cut: () => void): void {
  // The thread's own session has no URL.
  if ((require('node:inspector') as InspectorModule).url() !== undefined) return stop();
  const capture = captureRunning(cut);
  if (capture !== undefined) noteCapture(capture);
}

/**
 * Lets a session that is connected disconnect before the process ends, or may end: Node would wait
 * for it, and say so.
 */
export function disconnectBeforeEnd(): void {
  if (view === undefined) return;
  Atomics.store(view, STATE, RESTS);
  const until = now() + MAX_DISCONNECT_MS;
  // Messages of the session are served between the turns of this loop, not while it waits.
  while (Atomics.load(view, SESSION) === 1 && now() < until) Atomics.wait(view, SESSION, 1, 1);
}
