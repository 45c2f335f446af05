/** Instrument of winston: lines of an enabled level, as they are written to the logger. */

import { replaceMethod } from '../call/wrap.cjs';
import type { Instrument } from './instrument.cjs';
import { describeLogLine, recordLogLine } from './shared/log.cjs';

interface Logger {
  silent?: boolean;
  isLevelEnabled(level: string): boolean;
}

export const winston: Instrument = {
  library: 'winston',
  versions: '>=3 <4',
  kind: 'log',
  channel: 'scooby:winston',
  describe: describeLogLine,
  files: {
    'winston/lib/winston/logger.js': (Logger: { prototype: object }) =>
      replaceMethod(Logger.prototype, 'write', wrapWrite),
  },
};

function wrapWrite(original: Function): Function {
  return function write(this: Logger, line: { level?: unknown; message?: unknown } | undefined) {
    try {
      const { level, message, ...fields } = line ?? {};
      if (typeof level === 'string' && !this.silent && this.isLevelEnabled(level))
        recordLogLine(winston, write, level, Object.keys(fields).length > 0 ? [message, fields] : [message]);
    } catch {
      // A line that cannot be recorded is still written.
    }
    return Reflect.apply(original, this, arguments);
  };
}
