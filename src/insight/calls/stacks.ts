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
  for (const frame of stack) {
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

// A recursive walk of a tree queries from ever deeper stacks: as one frame it has one call path.
function isSelfCall(inner: Frame, outer: Frame): boolean {
  return inner.function === outer.function && inner.file === outer.file && inner.function !== '<anonymous>';
}
