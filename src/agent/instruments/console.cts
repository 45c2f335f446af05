/**
 * Instrument of console: lines logged inside a request; the output stays unchanged. Under a debugger the
 * methods are Node's own, as the debugger says of each line that their caller has logged it.
 */

import { callerScript } from '../call/stack.cjs';
import { replaceMethod, restoreMethod } from '../call/wrap.cjs';
import { noteIfPrinted } from '../errors/printed-errors.cjs';
import { attempt } from '../guard.cjs';
import type { Instrument } from './instrument.cjs';
import { hasDebugger, watchFormatting } from './shared/console-format.cjs';
import { describeLogLine, isLineOfLogger, recordLogLine } from './shared/log.cjs';

/** Levels by method. `table`, `assert`, `count`, `group`, `trace` and the timers print by one of these. */
const LEVELS = {
  ...{ log: 'info', info: 'info', dir: 'info', dirxml: 'info' },
  ...{ debug: 'debug', warn: 'warn', error: 'error' },
};
/** What `trace` prints: a wrapper of its own would be in that stack. */
const TRACE = /^Trace(?:: ([\s\S]*?))?\n {4}at /;

/** True inside a method that prints by another. */
let isInside = false;

export const consoleMethods: Instrument = {
  library: 'console',
  versions: '*',
  kind: 'log',
  channel: 'scooby:console',
  describe: describeLogLine,
  files: {},
  install: () => {
    const isDebugged = hasDebugger();
    if (isDebugged) watchFormatting(recordFormatted);
    for (const [method, level] of Object.entries(LEVELS)) {
      if (!isDebugged) replaceMethod(console, method, (original) => wrapGlobal(method, original, level));
      // Consoles of the app's own, such as one that writes into a file.
      replaceMethod(console.Console.prototype, method, (original) => wrapMethod(original, level));
    }
  },
};

/** Methods of the global console, as they were. */
const originals = new Map<string, Function>();

function wrapGlobal(method: string, original: Function, level: string): Function {
  originals.set(method, original);
  return wrapMethod(original, level, () => {
    if (originals.size > 0 && hasDebugger()) leaveMethods();
  });
}

/** Gives the methods back for good, and hears of lines where Node formats them. */
function leaveMethods(): void {
  for (const [method, original] of originals) restoreMethod(console, method, original);
  originals.clear();
  watchFormatting(recordFormatted);
}

function recordFormatted(cut: (...args: never[]) => unknown, level: string, args: ArrayLike<unknown>): void {
  // What has recorded it already, or writes by a console of its own, is not to be heard twice.
  if (!isInside) recordLine(cut, level, args, 1);
}

function wrapMethod(original: Function, level: string, before: () => void = () => {}): Function {
  // A method has no prototype property, like the method that it replaces.
  const holder = {
    write(this: unknown) {
      if (isInside) return Reflect.apply(original, this, arguments);
      isInside = true;
      try {
        attempt(before);
        attempt(recordLine, holder.write, level, arguments);
        return Reflect.apply(original, this, arguments);
      } finally {
        isInside = false;
      }
    },
  };
  return holder.write;
}

/** `behind`: frames of the console between the running function, `cut`, and what has called the method. */
function recordLine(
  cut: (...args: never[]) => unknown,
  level: string,
  args: ArrayLike<unknown>,
  behind = 0,
): void {
  if (level === 'error') noteIfPrinted(cut, args, behind);
  if (isLineOfLogger(cut, args, behind)) return;
  const text = args.length === 1 && typeof args[0] === 'string' ? TRACE.exec(args[0]) : null;
  if (text !== null && callerScript(cut, behind).startsWith('node:'))
    return recordLogLine(consoleMethods, cut, 'trace', [text[1] ?? '']);
  recordLogLine(consoleMethods, cut, level, args);
}
