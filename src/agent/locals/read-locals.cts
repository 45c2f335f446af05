/** Reads the variables of the app's running functions, by a pause of this thread that ends at once. */

import type { Session } from 'node:inspector';
import { isOwnScript } from '../call/own-script.cjs';
import { sitesAbove } from '../call/stack-formatter.cjs';
import { attempt } from '../guard.cjs';
import { isOpenToDebuggers, postOrThrow } from '../profile/profiler.cjs';
import { addVariables, variableText } from './variables.cjs';

/** Variables of one frame of a stack, and its index there. */
export type FrameLocals = [frame: number, variables: Record<string, string>];

interface Scope {
  type: string;
  object: { objectId?: string };
}

interface PausedFrame {
  callFrameId: string;
  location: { lineNumber: number; columnNumber?: number };
  scopeChain: Scope[];
  this: { objectId?: string; type: string };
}

/** Receives a value that an id of the inspector stands for. */
type Take = (value: unknown) => void;
type ValueOf = (objectId: string | undefined) => unknown;

interface Place {
  script: string;
  line: number;
  column: number;
}

/** Scopes of the running function itself; those around it are the module's, or another function's. */
const OWN_SCOPES = new Set(['local', 'block', 'catch', 'with', 'eval']);
const MAX_FRAMES = 6;
const MAX_STACK = 60;

/** Variables of the frames that run, of the stack that begins at the caller of `wrapper`. */
export function readLocals(session: Session, wrapper: (...args: never[]) => unknown): FrameLocals[] {
  // It would hold the thread until its user lets it go on.
  if (isOpenToDebuggers()) return [];
  const places = placesOf(wrapper);
  const read: FrameLocals[] = [];
  let taken: unknown;
  const take: Take = (value) => {
    taken = value;
  };
  const onPaused = ({ params }: { params: { callFrames: PausedFrame[] } }) =>
    attempt(() => {
      const taker = takerIn(session, params.callFrames[0]!);
      // Read here, and not by the inspector, a value is bounded, and no getter and no proxy is asked.
      const valueBehind = (objectId: string | undefined) => {
        taken = undefined;
        if (objectId !== undefined) hand(session, objectId, taker);
        return taken;
      };
      readFrames(params.callFrames, places, valueBehind, read);
    });
  session.once('Debugger.paused', onPaused as never);
  try {
    pauseHere(take);
  } finally {
    session.removeListener('Debugger.paused', onPaused as never);
  }
  return read;
}

/**
 * A session of the paused thread itself is served while its listener runs, and the thread goes on
 * when that returns: nothing waits for a command.
 */
function pauseHere(_take: Take): void {
  // biome-ignore lint/suspicious/noDebugger: this is what the session is for
  debugger;
}

/** Id of the function that `pauseHere` was called with: under another name once it is bundled. */
function takerIn(session: Session, { callFrameId }: PausedFrame): string {
  const about = { callFrameId, expression: 'arguments[0]', silent: true };
  const { result } = postOrThrow(session, 'Debugger.evaluateOnCallFrame', about) as {
    result: { objectId: string };
  };
  return result.objectId;
}

/** Calls the function behind `taker` with the value behind an id. */
function hand(session: Session, objectId: string, taker: string): void {
  const functionDeclaration = 'function (take) { "use strict"; take(this); }';
  const about = { functionDeclaration, objectId, arguments: [{ objectId: taker }], silent: true };
  postOrThrow(session, 'Runtime.callFunctionOn', about);
}

/** Where the frames of the stack are, as the capture of the call's stack has numbered them. */
function placesOf(wrapper: (...args: never[]) => unknown): Place[] {
  return sitesAbove(wrapper, MAX_STACK).map((site) => ({
    script: site.getScriptNameOrSourceURL() ?? '',
    line: site.getLineNumber() ?? 0,
    column: site.getColumnNumber() ?? 0,
  }));
}

function readFrames(frames: PausedFrame[], places: Place[], valueBehind: ValueOf, read: FrameLocals[]): void {
  let index = 0;
  for (const frame of frames) {
    const at = places.findIndex((place, n) => n >= index && isAt(place, frame));
    if (at < 0) continue;
    index = at + 1;
    if (!isOwnScript(places[at]!.script)) continue;
    const variables = new Map<string, string>();
    attempt(readFrame, frame, valueBehind, variables);
    if (variables.size > 0) read.push([at, Object.fromEntries(variables)]);
    if (read.length >= MAX_FRAMES) return;
  }
}

function isAt({ line, column }: Place, { location }: PausedFrame): boolean {
  return line === location.lineNumber + 1 && column === (location.columnNumber ?? 0) + 1;
}

function readFrame(frame: PausedFrame, valueBehind: ValueOf, variables: Map<string, string>): void {
  for (const { type, object } of frame.scopeChain) {
    if (!OWN_SCOPES.has(type)) break;
    const scope = valueBehind(object.objectId);
    if (typeof scope === 'object' && scope !== null) addVariables(variables, scope);
  }
  const self = valueBehind(frame.this.objectId);
  if (self !== undefined && self !== globalThis) variables.set('this', variableText('this', self));
}
