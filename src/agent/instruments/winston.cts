/** winston: each line that passes its level, where the logger is given it. */

import { replace } from '../call/wrap.cjs';
import type { Instrument } from './instrument.cjs';
import { describeLine, logged } from './shared/log.cjs';

interface Logger {
  silent?: boolean;
  isLevelEnabled(level: string): boolean;
}

export const winston: Instrument = {
  library: 'winston',
  versions: '>=3 <4',
  kind: 'log',
  channel: 'scooby:winston',
  describe: describeLine,
  files: {
    'winston/lib/winston/logger.js': (Logger: { prototype: object }) =>
      replace(Logger.prototype, 'write', wrapWrite),
  },
};

function wrapWrite(original: Function): Function {
  return function write(this: Logger, line: { level?: unknown; message?: unknown } | undefined) {
    try {
      const { level, message, ...fields } = line ?? {};
      if (typeof level === 'string' && !this.silent && this.isLevelEnabled(level))
        logged(winston, write, level, Object.keys(fields).length > 0 ? [message, fields] : [message]);
    } catch {
      // What cannot be told is still written.
    }
    return Reflect.apply(original, this, arguments);
  };
}
