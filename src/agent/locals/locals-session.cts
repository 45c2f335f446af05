/**
 * Locals of a request: the variables of the app's functions that make its calls, read while it runs
 * again for that purpose, with a debugger of its own thread.
 */

import type { Session } from 'node:inspector';
import type { TracedCall } from '../call/call.cjs';
import { onCapture } from '../call/stack.cjs';
import { attempt } from '../guard.cjs';
import { closeSession, openSession, postOrThrow } from '../profile/profiler.cjs';
import { encodeLine } from '../record/encode-span.cjs';
import { errorText } from '../record/error-text.cjs';
import { onDescribed } from '../record/recorder.cjs';
import { sendAtOnce } from '../record/transport.cjs';
import { currentRequest } from '../request/context.cjs';
import { now } from '../request/traced-request.cjs';
import { type FrameLocals, readLocals } from './read-locals.cjs';

/** A request whose calls are looked at. */
interface Wanted {
  /** performance.now() of the order, ms. */
  ordered: number;
  /** Captured stacks that are passed over before the first is read. */
  skip: number;
  /** Stacks that are still read. */
  left: number;
  /** What was read at the captures of a stack, in their order, until their calls begin. */
  read: Map<number, FrameLocals[][]>;
}

/** Calls of a request whose locals are read: each stops it for a ms. */
const MAX_READ = 200;
/** Calls before the wanted one: a replay may make them in another order. */
const BEFORE = 100;
const MAX_WANTED = 20;
/** ms after which a session is closed, whatever still runs. */
const MAX_MS = 60_000;
const LOOK_MS = 500;

// Bound at load, before fake timers of the app.
const afterTurn = setImmediate;
const startTimer = setInterval;
const stopTimer = clearInterval;

const wanted = new Map<string, Wanted>();
let session: Session | undefined;
let timer: NodeJS.Timeout | undefined;
let isReading = false;

/**
 * Has the locals of a request read that is about to come, those of its call with that index and of
 * calls near it, and tells the launcher when the debugger is on, or why not.
 */
export function orderLocals({ id, call }: { id: string; call: number }): void {
  const refused = startLocals(id, call);
  sendAtOnce(encodeLine({ t: 'profiling', id, ...(refused !== undefined && { refused }) }));
}

function startLocals(id: string, call: number): string | undefined {
  if (wanted.size >= MAX_WANTED) return 'the locals of other requests are being read';
  try {
    if (session === undefined) {
      const opened = openSession();
      if (typeof opened === 'string') return opened;
      session = opened;
      postOrThrow(session, 'Debugger.enable');
      onCapture(readAtCapture);
      onDescribed(addLocals);
      timer = startTimer(attempt, LOOK_MS, closeLate);
      timer.unref();
    }
    const skip = Math.max(0, call - BEFORE);
    wanted.set(id, { ordered: now(), skip, left: MAX_READ, read: new Map() });
    return undefined;
  } catch (error) {
    endLocals();
    return `the debugger cannot be started: ${errorText(error)}`;
  }
}

/** Reads the locals of the functions that run, as the stack of one of their calls is captured. */
function readAtCapture(stack: number, wrapper: (...args: never[]) => unknown): void {
  const about = isReading ? undefined : wanted.get(currentRequest()?.id ?? '');
  if (about === undefined || session === undefined || about.left === 0) return;
  if (about.skip > 0) return void about.skip--;
  about.left--;
  isReading = true;
  try {
    const locals = readLocals(session, wrapper);
    if (locals.length === 0) return;
    const waiting = about.read.get(stack);
    if (waiting === undefined) about.read.set(stack, [locals]);
    else waiting.push(locals);
  } finally {
    isReading = false;
  }
}

/** Adds to a call that begins what was read at the capture of its stack: the first that no call has. */
function addLocals({ request, stack, info }: TracedCall): void {
  if (request === undefined || info === undefined) return;
  const locals = wanted.get(request.id)?.read.get(stack)?.shift();
  if (locals !== undefined) (info.detail ??= {}).locals = locals;
}

/** A request has ended, in this process or at the proxy. */
export function localsEnded(id: string): void {
  // The size first: an id is hashed to be looked up.
  if (wanted.size > 0 && wanted.has(id)) afterTurn(attempt, forget, id);
}

function forget(id: string): void {
  wanted.delete(id);
  if (wanted.size === 0) endLocals();
}

function closeLate(): void {
  for (const [id, { ordered }] of wanted) if (now() - ordered > MAX_MS) wanted.delete(id);
  if (wanted.size === 0) endLocals();
}

/** Ends the session, if there is one: the process may exit. */
export function endLocals(): void {
  const opened = session;
  if (opened === undefined) return;
  session = undefined;
  wanted.clear();
  onCapture(undefined);
  onDescribed(undefined);
  stopTimer(timer);
  try {
    opened.post('Debugger.disable');
  } finally {
    closeSession(opened);
  }
}
