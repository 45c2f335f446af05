/** Instrument of console: lines logged inside a request; the output stays unchanged. */

import { callerScript } from '../call/stack.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import { attempt } from '../guard.cjs';
import type { Instrument } from './instrument.cjs';
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
    for (const [method, level] of Object.entries(LEVELS)) {
      replaceMethod(console, method, (original) => wrapMethod(original, level));
      // Consoles of the app's own, such as one that writes into a file.
      replaceMethod(console.Console.prototype, method, (original) => wrapMethod(original, level));
    }
  },
};

function wrapMethod(original: Function, level: string): Function {
  // A method has no prototype property, like the method that it replaces.
  const holder = {
    write(this: unknown) {
      if (isInside) return Reflect.apply(original, this, arguments);
      isInside = true;
      try {
        attempt(recordLine, holder.write, level, arguments);
        return Reflect.apply(original, this, arguments);
      } finally {
        isInside = false;
      }
    },
  };
  return holder.write;
}

function recordLine(cut: (...args: never[]) => unknown, level: string, args: IArguments): void {
  if (isLineOfLogger(cut, args)) return;
  const text = args.length === 1 && typeof args[0] === 'string' ? TRACE.exec(args[0]) : null;
  if (text !== null && callerScript(cut).startsWith('node:'))
    return recordLogLine(consoleMethods, cut, 'trace', [text[1] ?? '']);
  recordLogLine(consoleMethods, cut, level, args);
}
