/** V8's CPU profiler: `v8.startCpuProfile` where Node has it, else a session of the inspector. */

import * as v8 from 'node:v8';
import { attempt } from '../guard.cjs';

/** A function of V8's profile; positions are 0-based. */
export interface CallFrame {
  functionName: string;
  url: string;
  lineNumber: number;
  columnNumber: number;
}

/** What is read of V8's profile; `timeDeltas` and `startTime` in µs of the monotonic clock. */
export interface RawProfile {
  nodes: {
    id: number;
    callFrame: CallFrame;
    children?: number[];
    positionTicks?: { line: number; ticks: number }[];
  }[];
  startTime: number;
  samples?: number[];
  timeDeltas?: number[];
}

/** Ends a profile, once. */
export type StopProfiler = () => RawProfile;

/** ms between two samples: V8's default, which `v8.startCpuProfile` of Node 24 cannot change. */
export const SAMPLE_MS = 1;

type WithProfiler = typeof v8 & { startCpuProfile?(): { stop(): string } };

/** Starts the profiler of this thread; a sentence says why it cannot be started. */
export function startProfiler(): StopProfiler | string {
  const { startCpuProfile } = v8 as WithProfiler;
  if (startCpuProfile === undefined) return startInspectorProfiler();
  // Unlike a session it keeps nothing that is logged, and works beside a debugger and without a right.
  attempt(dropOptimizedCode);
  const at = monotonicMicros();
  const handle = startCpuProfile();
  return () => {
    const profile = JSON.parse(handle.stop()) as RawProfile;
    return { ...profile, startTime: unwrapped(profile.startTime, at) };
  };
}

function startInspectorProfiler(): StopProfiler | string {
  const session = openSession();
  if (typeof session === 'string') return session;
  try {
    session.post('Profiler.enable');
    attempt(restartCoverage, session);
    session.post('Profiler.setSamplingInterval', { interval: SAMPLE_MS * 1000 });
    postOrThrow(session, 'Profiler.start');
  } catch (error) {
    closeSession(session);
    throw error;
  }
  return () => {
    try {
      const { profile } = postOrThrow(session, 'Profiler.stop') as { profile: RawProfile };
      session.post('Profiler.disable');
      return profile;
    } finally {
      closeSession(session);
    }
  };
}

/**
 * Has V8 drop its optimized code, which does not say what was inlined into it before the profiler
 * ran: a hot function would be shown as its caller (Node 22 to 26). It is optimized anew within ms.
 */
function dropOptimizedCode(): void {
  const session = openSession();
  if (typeof session === 'string') return;
  try {
    session.post('Profiler.enable');
    restartCoverage(session);
    session.post('Profiler.disable');
  } finally {
    closeSession(session);
  }
}

/** Precise coverage drops all optimized code as it starts; that of the app's own run is left alone. */
function restartCoverage(session: import('node:inspector').Session): void {
  if (process.env.NODE_V8_COVERAGE) return;
  session.post('Profiler.startPreciseCoverage', { callCount: false, detailed: false });
  session.post('Profiler.stopPreciseCoverage');
}

/** A session of the inspector on this thread, to be closed in any case; or why there is none. */
export function openSession(): import('node:inspector').Session | string {
  const { permission } = process as { permission?: { has(scope: string): boolean } };
  if (permission?.has('inspector') === false)
    return 'Node’s permission model is on without --allow-inspector';
  if (isOpenToDebuggers()) return 'a debugger may be attached: the app runs with --inspect';
  const inspector: typeof import('node:inspector') = require('node:inspector');
  const session = new inspector.Session();
  try {
    session.connect();
  } catch {
    return 'Node runs this process without an inspector';
  }
  return session;
}

/** Whether a debugger may be attached, since the start or by now: the app opens it, or a SIGUSR1. */
export function isOpenToDebuggers(): boolean {
  const { url }: typeof import('node:inspector') = require('node:inspector');
  return url() !== undefined;
}

/** Closes a session, and lets go of what was logged meanwhile: it would be kept, 1,000 messages of it. */
export function closeSession(session: import('node:inspector').Session): void {
  try {
    session.post('Runtime.discardConsoleEntries');
  } finally {
    session.disconnect();
  }
}

/** Result of a command: within its own thread a session has answered when `post` returns. */
export function postOrThrow(
  session: import('node:inspector').Session,
  command: string,
  params: object = {},
): unknown {
  let failure: Error | null = new Error(`${command} was not answered`);
  let result: unknown;
  session.post(command, params, (error, answer) => {
    failure = error;
    result = answer;
  });
  if (failure !== null) throw failure;
  return result;
}

/** µs of the clock that V8 stamps samples with. */
export function monotonicMicros(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e6 + nanoseconds / 1e3;
}

/**
 * µs to be added to a time of that clock for one of the process's origin: of some readings the quickest,
 * as samples next to a change of requests are misfiled where the thread lost its CPU between two clocks.
 */
export function originOffset(now: () => number): number {
  let offset = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 10; i++) {
    const before = now();
    const at = monotonicMicros();
    const after = now();
    if (after - before >= least) continue;
    least = after - before;
    offset = (before + after) * 500 - at;
  }
  return offset;
}

/** A time of which `v8.startCpuProfile` has kept 32 bits (Node 24 and 26), as the nearest to another. */
export function unwrapped(time: number, near: number): number {
  return time + Math.round((near - time) / 2 ** 32) * 2 ** 32;
}
