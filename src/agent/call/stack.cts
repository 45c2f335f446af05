/**
 * Captures stacks as numbers: each frame and stack is sent once, so that a repeat costs a few µs.
 */

import { attempt } from '../guard.cjs';
import { isEvaluated } from '../loader/evaluated.cjs';
import { isOwnScript, isPackageScript } from './own-script.cjs';
import { currentFormatter, replaceFormatter, restoreFormatter, sitesAbove } from './stack-formatter.cjs';

type Sites = NodeJS.CallSite[];

/**
 * Node of the tree of all stacks, innermost frame at the root; `stack` is 0 if none ends here. The
 * last caller is found by comparing, without a look into maps, unless its script is reloadable.
 */
interface StackNode {
  stack: number;
  callers: Map<number, StackNode>;
  lastScript: string | undefined;
  lastPosition: number;
  lastCaller: StackNode | undefined;
}

/** Scripts, frames and stacks not sent yet: their lines precede those that refer to them. */
export interface NewFrames {
  /** Script names as V8 reports them. */
  scripts: string[];
  /** Number, function, script, line and column of each; of an own function also where it begins. */
  frames: [number, string, string, number, number, ...number[]][];
  stacks: { n: number; frames: number[] }[];
}

const MAX_FRAMES = 10;
// Frames of an ORM fill the first ten.
const MAX_FRAMES_UNDER_ORM = 30;
// Next.js reloads an edited script under the same name, often with frames at the same positions.
const RELOADABLE = /^webpack-internal:|[\\/]\.next[\\/]/;
// Call sites are finite, except in generated code.
const MAX_STACKS = 50_000;
/** Nodes of the tree, and characters of the names of scripts; then only what is known is found. */
const MAX_NODES = 200_000;
const MAX_SCRIPT_NAMES = 4 * 1024 * 1024;
// Characters that a further text of one script counts for: its hash, a map.
const VERSION_SIZE = 1024;

/** Frame numbers of a script by position; for a reloadable script also by the hash of its text. */
interface Script {
  positions: Map<number, number>;
  positionsByHash: Map<string, Map<number, number>> | undefined;
}

const NO_POSITIONS = new Map<number, number>();
const scripts = new Map<string, Script>();
/** Stacks without a running app frame: a library runs in a later tick than the app's call. */
const withoutRunningApp = new Set<number>();
/** Stacks without any app frame, not even an awaiting (async) one. */
const withoutApp = new Set<number>();
/** Of those, stacks in which a package runs that may be the app itself, called back by a library. */
const withRunningPackage = new Set<number>();
const root = newNode();
let frameCount = 0;
let stackCount = 0;
let nodeCount = 0;
let scriptNames = 0;
let maxFrames = MAX_FRAMES;
/** A new stack that ends without an app frame where its capture was cut; 0 if the newest does not. */
let cutStack = 0;
let isRegistration = false;
let unsent: NewFrames | undefined;
/** Holder of the stack that is captured: a new object for each would get its properties anew. */
const holder: { stack?: unknown } = {};

/** Hears of each stack that is captured while an app frame runs; undefined: nothing is told. */
let listener: CaptureListener | undefined;
type CaptureListener = (stack: number, wrapper: (...args: never[]) => unknown) => void;

/** Sets what hears of captured stacks, for the time of a request whose locals are read. */
export function onCapture(captureListener: CaptureListener | undefined): void {
  listener = captureListener;
}

/** Raises the captured depth from 10 to 30 frames, to reach the app's frames below an ORM's. */
export function captureDeeperStacks(): void {
  maxFrames = MAX_FRAMES_UNDER_ORM;
}

/**
 * Number of the stack of `wrapper`'s caller; 0 if it cannot be captured. `depth` is added to the
 * captured frames: the maximum number of library frames between the app and the wrapper. If no app
 * frame in it is running, the stack of `site` is returned, unless only the captured one has an app
 * frame, or neither has and a package runs in it that may be the app. The stack of a final `site` is returned without a capture.
 *
 * The stack is captured in full each time: in a running app the capture itself costs, not its
 * depth, and recognising a loop by its topmost frames was measured to cost more than it saved.
 */
export function captureStack(
  wrapper: (...args: never[]) => unknown,
  depth = 0,
  site?: { readonly stack: number; readonly final?: boolean },
): number {
  // V8 translates all variables of each optimized frame that a capture passes: there are few here, and
  // what a capture needs before and after it is done in functions that have returned, or not begun.
  try {
    if (site?.final) return site.stack;
    beginCapture(maxFrames + depth);
    Error.captureStackTrace(holder, wrapper);
    return stackOrSite(wrapper, depth, site);
  } catch {
    // Error is frozen, or the stack has no room left: the span is recorded without its line.
    try {
      restoreError();
    } catch {
      // The next capture restores it.
    }
    return site?.stack ?? 0;
  }
}

function stackOrSite(
  wrapper: (...args: never[]) => unknown,
  depth: number,
  site: { readonly stack: number } | undefined,
): number {
  const stack = endCapture(wrapper);
  if (site === undefined || site.stack === 0) {
    if (stack === 0 || stack !== cutStack || isRegistration) return stack;
    return recaptureDeeper(wrapper, depth);
  }
  if (stack === 0) return site.stack;
  if (!withoutRunningApp.has(stack)) return stack;
  if (hasApplicationFrame(site.stack)) return site.stack;
  return withoutApp.has(stack) && !withRunningPackage.has(stack) ? site.stack : stack;
}

/** Error's properties as they were before the running capture, which has changed them if `isCapturing`. */
let isCapturing = false;
let limitBefore = 0;
let formatterBefore: PropertyDescriptor | undefined;

function beginCapture(limit: number): void {
  // What a capture that failed has left is none of the app's.
  restoreError();
  limitBefore = Error.stackTraceLimit;
  formatterBefore = currentFormatter();
  isCapturing = true;
  Error.stackTraceLimit = limit;
  replaceFormatter(formatterBefore, intern);
}

/** Number of the captured stack; 0 if it has none. */
function endCapture(wrapper: (...args: never[]) => unknown): number {
  const stack = takeStack();
  if (listener !== undefined && stack !== 0 && !withoutRunningApp.has(stack))
    attempt(listener, stack, wrapper);
  return stack;
}

function takeStack(): number {
  try {
    // Read at once, as reading formats it: later, the app's own formatter (some are slow) would
    // run.
    const { stack } = holder;
    return typeof stack === 'number' ? stack : 0;
  } catch {
    // A frame cannot be read: the span is recorded without its line.
    return 0;
  } finally {
    // Before anything else that captures.
    restoreError();
  }
}

function restoreError(): void {
  if (!isCapturing) return;
  isCapturing = false;
  try {
    restoreFormatter(formatterBefore);
    Error.stackTraceLimit = limitBefore;
  } catch {
    // Frozen: nothing was changed.
  }
}

/**
 * Number of the stack of a route's registration, ten frames deep whatever else is in use: further up
 * is where a framework that registers by itself was started, which is no route's line.
 */
export function captureRegistration(wrapper: (...args: never[]) => unknown): number {
  const frames = maxFrames;
  maxFrames = MAX_FRAMES;
  isRegistration = true;
  try {
    return captureStack(wrapper);
  } finally {
    maxFrames = frames;
    isRegistration = false;
  }
}

/**
 * Number of a stack whose capture reached no app frame, captured as deep as under an ORM. Where that
 * reaches the app, all captures are as deep from now on: a library with many frames is in use that
 * is none of the known ones.
 */
function recaptureDeeper(wrapper: (...args: never[]) => unknown, depth: number): number {
  const cut = cutStack;
  cutStack = 0;
  beginCapture(MAX_FRAMES_UNDER_ORM + depth);
  Error.captureStackTrace(holder, wrapper);
  const stack = endCapture(wrapper);
  if (stack === 0 || withoutApp.has(stack)) return cut;
  captureDeeperStacks();
  return stack;
}

/** Whether a stack has an app frame, running or awaiting. */
export function hasApplicationFrame(stack: number): boolean {
  return stack !== 0 && !withoutApp.has(stack);
}

/** Whether the caller of `wrapper` is the app's own code. */
export function isCalledByApp(wrapper: (...args: never[]) => unknown): boolean {
  return isOwnScript(callerScript(wrapper));
}

/**
 * Name of the script that calls `wrapper`, or is so many frames further up, as V8 has it; empty without one, and while
 * V8 formats a stack.
 */
export function callerScript(wrapper: (...args: never[]) => unknown, further = 0): string {
  return sitesAbove(wrapper, further + 1)[further]?.getScriptNameOrSourceURL() ?? '';
}

/** Takes the scripts, frames and stacks captured since the last call; undefined if none is new. */
export function takeNewFrames(): NewFrames | undefined {
  const taken = unsent;
  unsent = undefined;
  return taken;
}

/** Whether a stack has shown a script, whose map was told then. */
export function isKnownScript(script: string): boolean {
  return scripts.has(script);
}

/** Number of a stack whose frames have been captured elsewhere; 0 if it cannot be kept. */
export function internStack(sites: Sites): number {
  return intern(undefined, sites);
}

function intern(_error: unknown, sites: Sites): number {
  // The wrapper is not on the stack.
  if (sites.length === 0) return 0;
  let node = root;
  for (let i = 0; i < sites.length; i++) {
    const caller = callerOf(node, sites[i]!);
    if (caller === undefined) return 0;
    node = caller;
  }
  if (node.stack === 0) node.stack = addStack(sites);
  return node.stack;
}

function newNode(): StackNode {
  return { stack: 0, callers: new Map(), lastScript: undefined, lastPosition: 0, lastCaller: undefined };
}

/** Node of the caller; undefined for an unknown one when no more are kept. */
function callerOf(node: StackNode, site: NodeJS.CallSite): StackNode | undefined {
  const script = scriptOf(site);
  const position = (site as NodeJS.CallSite & { getPosition(): number }).getPosition();
  if (node.lastScript === script && node.lastPosition === position) return node.lastCaller;
  const frame = frameOf(site, script, position);
  let caller = node.callers.get(frame);
  if (caller === undefined) {
    if (frame === 0 || ++nodeCount > MAX_NODES) return undefined;
    node.callers.set(frame, (caller = newNode()));
  }
  if (scripts.get(script)?.positionsByHash === undefined) {
    node.lastScript = script;
    node.lastPosition = position;
    node.lastCaller = caller;
  }
  return caller;
}

function scriptOf(site: NodeJS.CallSite): string {
  return site.getScriptNameOrSourceURL() ?? site.getEvalOrigin?.() ?? '<anonymous>';
}

function positionsOf(site: NodeJS.CallSite, script: string): Map<number, number> {
  let known = scripts.get(script);
  if (known === undefined) {
    if (scriptNames > MAX_SCRIPT_NAMES) return NO_POSITIONS;
    scriptNames += script.length;
    known = {
      positions: addScript(script),
      positionsByHash: isEvaluated(script, site.isEval()) || RELOADABLE.test(script) ? new Map() : undefined,
    };
    scripts.set(script, known);
  }
  if (known.positionsByHash === undefined) return known.positions;
  const hash = (site as NodeJS.CallSite & { getScriptHash?(): string }).getScriptHash?.() ?? '';
  let positions = known.positionsByHash.get(hash);
  if (positions === undefined) {
    if (scriptNames > MAX_SCRIPT_NAMES) return NO_POSITIONS;
    if (known.positionsByHash.size > 0) scriptNames += VERSION_SIZE;
    positions = known.positionsByHash.size === 0 ? known.positions : addScript(script);
    known.positionsByHash.set(hash, positions);
  }
  return positions;
}

function addScript(script: string): Map<number, number> {
  unsent ??= { scripts: [], frames: [], stacks: [] };
  unsent.scripts.push(script);
  return new Map();
}

function frameOf(site: NodeJS.CallSite, script: string, position: number): number {
  const positions = positionsOf(site, script);
  const known = positions.get(position);
  if (known !== undefined) return known;
  if (nodeCount > MAX_NODES || scriptNames > MAX_SCRIPT_NAMES) return 0;
  const frame = ++frameCount;
  positions.set(position, frame);
  unsent ??= { scripts: [], frames: [], stacks: [] };
  unsent.frames.push([
    frame,
    functionName(site),
    script,
    site.getLineNumber() ?? 0,
    site.getColumnNumber() ?? 0,
    ...(isApplication(site) ? beginningOf(site) : []),
  ]);
  return frame;
}

/** Line and column at which the function of a frame is written; empty where V8 does not tell. */
function beginningOf(site: NodeJS.CallSite): number[] {
  const line = site.getEnclosingLineNumber?.() ?? 0;
  return line > 0 ? [line, Math.max(1, site.getEnclosingColumnNumber?.() ?? 1)] : [];
}

function frameNumber(site: NodeJS.CallSite): number {
  return frameOf(site, scriptOf(site), (site as NodeJS.CallSite & { getPosition(): number }).getPosition());
}

function addStack(sites: Sites): number {
  if (stackCount >= MAX_STACKS) return 0;
  const stack = ++stackCount;
  unsent ??= { scripts: [], frames: [], stacks: [] };
  unsent.stacks.push({ n: stack, frames: sites.map(frameNumber) });
  const appSites = sites.filter(isApplication);
  if (appSites.length === 0) {
    withoutApp.add(stack);
    if (sites.some(isRunningPackage)) withRunningPackage.add(stack);
    if (maxFrames === MAX_FRAMES && sites.length >= MAX_FRAMES) cutStack = stack;
  }
  if (!appSites.some(isRunning)) withoutRunningApp.add(stack);
  return stack;
}

function isApplication(site: NodeJS.CallSite): boolean {
  return isOwnScript(site.getScriptNameOrSourceURL() ?? '');
}

function isRunningPackage(site: NodeJS.CallSite): boolean {
  return isRunning(site) && isPackageScript(site.getScriptNameOrSourceURL() ?? '');
}

/** Whether a frame runs: V8 appends awaiting async functions to the stack of the running one. */
function isRunning(site: NodeJS.CallSite): boolean {
  return !(site as NodeJS.CallSite & { isAsync(): boolean }).isAsync();
}

function functionName(site: NodeJS.CallSite): string {
  const given = site.getFunctionName() ?? '';
  // V8's name of a function without one in evaluated code, as that of module runners.
  const name = given === 'eval' && site.isEval() ? '' : given;
  const prefix = site.isConstructor() ? 'new ' : '';
  if (name === '' || prefix !== '' || site.isToplevel()) return prefix + name;
  // As V8 formats it: `Repository.load`, but not `Repository.Repository.load`.
  const type = site.getTypeName();
  return type === null || type === 'Object' || type === 'Module' || name.includes('.')
    ? name
    : `${type}.${name}`;
}
