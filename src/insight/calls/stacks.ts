/** What a stack tells: the user's own frames, and the packages between them and the driver. */

import { formatPosition } from '../../domain/site.js';
import type { Frame } from '../../domain/trace.js';

/** A stack, read once. */
export interface CallPath {
  /** The user's own frames, innermost first; a function that calls itself counts once. */
  frames: Frame[];
  /** Their positions, to compare. */
  positions: string[];
  /** Packages in the stack: knex, @mikro-orm/core, … */
  packages: Set<string>;
  /** A function of the user's calls itself. */
  isRecursive: boolean;
  /** It is the work of a migration or a seed. */
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

const known = new WeakMap<Frame[], CallPath>();

/** Answers what a stack tells. */
export function callPathOf(stack: Frame[]): CallPath {
  const before = known.get(stack);
  if (before) return before;
  const path = read(stack);
  known.set(stack, path);
  return path;
}

function read(stack: Frame[]): CallPath {
  const frames: Frame[] = [];
  const packages = new Set<string>();
  let isSetup = false;
  let recursive = false;
  for (const frame of stack) {
    if (frame.application) {
      if (SETUP_FILE.test(frame.file)) isSetup = true;
      const before = frames.at(-1);
      if (!before || !isRecursion(before, frame)) frames.push(frame);
      else recursive = true;
      continue;
    }
    const name = packageOf(frame.file);
    if (name === undefined) continue;
    packages.add(name);
    if (SETUP_PACKAGES.has(name) || SETUP_FRAME.test(frame.file)) isSetup = true;
  }
  return { frames, positions: frames.map(formatPosition), packages, isRecursive: recursive, isSetup };
}

// A tree is walked from deeper and deeper stacks, and still from one line.
function isRecursion(inner: Frame, outer: Frame): boolean {
  return inner.function === outer.function && inner.file === outer.file && inner.function !== '<anonymous>';
}

function packageOf(file: string): string | undefined {
  const at = file.lastIndexOf('node_modules/');
  if (at < 0) return undefined;
  const [first = '', second = ''] = file.slice(at + 'node_modules/'.length).split('/', 2);
  return first.startsWith('@') ? `${first}/${second}` : first;
}
