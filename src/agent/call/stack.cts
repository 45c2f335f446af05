/** Captures who called, as a number: frames and stacks are interned and told once, so that a repeated line costs a few µs. */

type Sites = NodeJS.CallSite[];

// Bundled, this file is the agent; unbundled, as in tests, it is one folder below the agent's own.
let agentFolder = __dirname;

/** Sets the folder whose frames are the agent's own, and so no line of the app. */
export function setAgentFolder(folder: string): void {
  agentFolder = folder;
}

interface Step {
  stack: number;
  next: Map<number, Step>;
}

/** What a capture found that was never seen before, to be told before its number is used. */
export interface NewFrames {
  /** Names of scripts, as V8 has them. */
  scripts: string[];
  frames: [number, string, string, number, number][];
  stacks: { n: number; frames: number[] }[];
}

const FRAMES = 10;
// An ORM's own frames fill the first ten.
const FRAMES_UNDER_ORM = 30;
// Next.js puts what was edited in the place of what ran, under the same name and often at the same position.
const RELOADED = /^webpack-internal:|[\\/]\.next[\\/]/;
// Call sites are finite, but for code that is made up as it runs.
const MOST_STACKS = 50_000;

/** A script's frames by position, and those of each text that it has had, by its hash, where that may change. */
interface Script {
  positions: Map<number, number>;
  texts: Map<string, Map<number, number>> | undefined;
}

const scripts = new Map<string, Script>();
/** Stacks without a line of the app that runs: what it asked for is done later, by somebody else's code. */
const strangers = new Set<number>();
/** Those of them without a line that waits for it either. */
const lineless = new Set<number>();
const root: Step = { stack: 0, next: new Map() };
let frameCount = 0;
let stackCount = 0;
let limit = FRAMES;
let news: NewFrames | undefined;

/** From now on stacks are captured deep enough to see through an ORM. */
export function captureDeeperStacks(): void {
  limit = FRAMES_UNDER_ORM;
}

/**
 * Answers the number of the stack above `cut`, the wrapper that the user called; 0 when it cannot be had. Always in
 * full: in a running app it is the capture as such that costs, not its depth, so that recognising a loop by the top of
 * its stack was measured to cost more than it saved. A library has up to `depth` frames of its own between the two;
 * where no frame that runs is the app's, the answer is the stack of the call site, unless it says even less. One that is
 * final is taken without a capture.
 */
export function captureStack(
  cut: (...args: never[]) => unknown,
  depth = 0,
  site?: { readonly stack: number; readonly final?: boolean },
): number {
  if (site?.final) return site.stack;
  const otherwise = site?.stack ?? 0;
  const errors = Error as { stackTraceLimit: number; prepareStackTrace?: unknown };
  const { stackTraceLimit, prepareStackTrace } = errors;
  const holder: { stack?: unknown } = {};
  try {
    errors.stackTraceLimit = limit + depth;
    // Read at once with our own formatter: read later, whatever formatter the app has would run (and some are slow).
    errors.prepareStackTrace = intern;
    Error.captureStackTrace(holder, cut);
    const stack = holder.stack;
    if (typeof stack !== 'number') return otherwise;
    if (otherwise === 0 || !strangers.has(stack)) return stack;
    return lineless.has(stack) || hasApplicationFrame(otherwise) ? otherwise : stack;
  } catch {
    // Error is frozen, or a call site could not be read: a span without its line is better than none.
    return otherwise;
  } finally {
    try {
      errors.prepareStackTrace = prepareStackTrace;
      errors.stackTraceLimit = stackTraceLimit;
    } catch {
      // Frozen: then nothing was changed above either.
    }
  }
}

/** Answers whether a stack has a line of the app, be it one that only waits. */
function hasApplicationFrame(stack: number): boolean {
  return stack !== 0 && !lineless.has(stack);
}

/** Answers what was seen for the first time since the last asking. */
export function takeNewFrames(): NewFrames | undefined {
  const taken = news;
  news = undefined;
  return taken;
}

function intern(_error: unknown, sites: Sites): number {
  // The cut was not on the stack.
  if (sites.length === 0) return 0;
  let step = root;
  for (let i = 0; i < sites.length; i++) {
    const frame = frameOf(sites[i]!);
    let next = step.next.get(frame);
    if (next === undefined) {
      next = { stack: 0, next: new Map() };
      step.next.set(frame, next);
    }
    step = next;
  }
  if (step.stack === 0) step.stack = tellStack(sites);
  return step.stack;
}

function positionsOf(site: NodeJS.CallSite, script: string): Map<number, number> {
  let known = scripts.get(script);
  if (known === undefined) {
    known = { positions: newPositions(script), texts: RELOADED.test(script) ? new Map() : undefined };
    scripts.set(script, known);
  }
  if (known.texts === undefined) return known.positions;
  const hash = (site as NodeJS.CallSite & { getScriptHash?(): string }).getScriptHash?.() ?? '';
  let positions = known.texts.get(hash);
  if (positions === undefined) {
    positions = known.texts.size === 0 ? known.positions : newPositions(script);
    known.texts.set(hash, positions);
  }
  return positions;
}

function newPositions(script: string): Map<number, number> {
  news ??= { scripts: [], frames: [], stacks: [] };
  news.scripts.push(script);
  return new Map();
}

function frameOf(site: NodeJS.CallSite): number {
  const script = site.getScriptNameOrSourceURL() ?? site.getEvalOrigin?.() ?? '<anonymous>';
  const positions = positionsOf(site, script);
  const position = (site as NodeJS.CallSite & { getPosition(): number }).getPosition();
  const known = positions.get(position);
  if (known !== undefined) return known;
  const frame = ++frameCount;
  positions.set(position, frame);
  news ??= { scripts: [], frames: [], stacks: [] };
  news.frames.push([frame, nameOf(site), script, site.getLineNumber() ?? 0, site.getColumnNumber() ?? 0]);
  return frame;
}

function tellStack(sites: Sites): number {
  if (stackCount >= MOST_STACKS) return 0;
  const stack = ++stackCount;
  news ??= { scripts: [], frames: [], stacks: [] };
  news.stacks.push({ n: stack, frames: sites.map(frameOf) });
  const own = sites.filter(isApplication);
  if (own.length === 0) lineless.add(stack);
  if (!own.some(runs)) strangers.add(stack);
  return stack;
}

function isApplication(site: NodeJS.CallSite): boolean {
  const script = site.getScriptNameOrSourceURL() ?? '';
  return script !== '' && !/^node:|[\\/]node_modules[\\/]/.test(script) && !script.startsWith(agentFolder);
}

/** What V8 adds of those that wait for the running function waits itself. */
function runs(site: NodeJS.CallSite): boolean {
  return !(site as NodeJS.CallSite & { isAsync(): boolean }).isAsync();
}

function nameOf(site: NodeJS.CallSite): string {
  const name = site.getFunctionName() ?? '';
  const prefix = site.isConstructor() ? 'new ' : '';
  if (name === '' || prefix !== '' || site.isToplevel()) return prefix + name;
  // As V8 writes it: `Repository.load`, but not `Repository.Repository.load`.
  const type = site.getTypeName();
  return type === null || type === 'Object' || name.includes('.') ? name : `${type}.${name}`;
}
