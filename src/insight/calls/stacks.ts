/** Call paths: the app's own frames of a stack, and the packages between them and the driver. */

import { isFramework, packageOfPath } from '../../domain/infrastructure.cjs';
import { formatPosition } from '../../domain/site.js';
import type { Frame } from '../../domain/trace.js';

/** A stack as the rules need it. */
export interface CallPath {
  /** The app's own frames, innermost first; consecutive frames of one function count once. */
  frames: Frame[];
  /** `file:line:column` of each frame: compared in place of the frames. */
  positions: string[];
  /** Packages with a frame in the stack: `knex`, `@mikro-orm/core`, … */
  packages: Set<string>;
  /** Index of the first frame that a framework calls; -1 where none is seen. */
  handlerAt: number;
  /** A function of the app calls itself. */
  isRecursive: boolean;
  /** The stack contains a migration or a seed. */
  isSetup: boolean;
}

const SETUP_FILE =
  /(?:^|\/)(?:(?:migrations?|migrate|seeds?|seeders)\/|(?:migrat(?:e|ions?)|seeds?|seeder)(?:[.-][^/]*)?\.[cm]?[jt]s$)/i;
const SETUP_PACKAGES = new Set([
  'umzug',
  'node-pg-migrate',
  'db-migrate',
  'postgrator',
  'postgres-migrations',
  'sequelize-cli',
]);
const SETUP_FRAME =
  /node_modules\/(?:knex\/lib\/migrations|typeorm\/migration|@mikro-orm\/migrations|drizzle-orm\/[^/]*\/?migrator)/;

// What compilers make of an async function for an older target: TypeScript, esbuild, Babel and SWC.
const LOWERED_ASYNC = /^(?:__awaiter|__async|_?asyncToGenerator|_async_to_generator)$/;
/** Lines of TypeScript's __awaiter, whose inner functions are on the stack as well. */
const AWAITER_LINES = 6;

const pathsByStack = new WeakMap<Frame[], CallPath>();

/** Call path of a stack; computed once per array, because the calls of a loop share their stack. */
export function callPathOf(stack: Frame[]): CallPath {
  const known = pathsByStack.get(stack);
  if (known) return known;
  const path = computePath(stack);
  pathsByStack.set(stack, path);
  return path;
}

function computePath(stack: Frame[]): CallPath {
  const frames: Frame[] = [];
  const packages = new Set<string>();
  let isSetup = false;
  let isRecursive = false;
  let handlerAt = -1;
  let isLowered = false;
  for (const frame of stack) {
    if (frames.length > 0 && LOWERED_ASYNC.test(frame.function)) {
      isLowered = true;
      // Without a source map the helper is the app's code as any other.
      while (frames.length > 1 && isInsideHelper(frame, frames.at(-1)!)) frames.pop();
      continue;
    }
    if (isLowered && frame.application) {
      isLowered = false;
      const body = frames.at(-1)!;
      if (body.file === frame.file) {
        if (body.function === '<anonymous>') frames[frames.length - 1] = nameOf(body, frame);
        continue;
      }
    }
    if (frame.application) {
      if (SETUP_FILE.test(frame.file)) isSetup = true;
      const inner = frames.at(-1);
      if (!inner || !isSelfCall(inner, frame)) frames.push(frame);
      else isRecursive = true;
      continue;
    }
    const name = packageOfPath(frame.file);
    if (name === undefined) continue;
    packages.add(name);
    if (handlerAt < 0 && frames.length > 0 && isFramework(name)) handlerAt = frames.length - 1;
    if (SETUP_PACKAGES.has(name) || SETUP_FRAME.test(frame.file)) isSetup = true;
  }
  return { frames, positions: frames.map(formatPosition), packages, handlerAt, isRecursive, isSetup };
}

function isInsideHelper(helper: Frame, { file, line, function: name }: Frame): boolean {
  const isNear = line > helper.line && line <= helper.line + AWAITER_LINES;
  return helper.application && file === helper.file && isNear && /^(?:<anonymous>|step)$/.test(name);
}

const namedBodies = new WeakMap<Frame, Frame>();

/** The body of a lowered async function, with the name of the function that called the helper. */
function nameOf(body: Frame, { function: name }: Frame): Frame {
  let named = namedBodies.get(body);
  if (named?.function !== name) namedBodies.set(body, (named = { ...body, function: name }));
  return named;
}

// A recursive walk of a tree queries from ever deeper stacks: as one frame it has one call path.
function isSelfCall(inner: Frame, outer: Frame): boolean {
  return inner.function === outer.function && inner.file === outer.file && inner.function !== '<anonymous>';
}
