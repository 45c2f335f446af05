/** Instrument of console: lines logged inside a request; the output stays unchanged. */

import { replaceMethod } from '../call/wrap.cjs';
import { attempt } from '../guard.cjs';
import type { Instrument } from './instrument.cjs';
import { describeLogLine, recordLogLine } from './shared/log.cjs';

const LEVELS = { log: 'info', info: 'info', debug: 'debug', warn: 'warn', error: 'error', trace: 'debug' };

export const consoleMethods: Instrument = {
  library: 'console',
  versions: '*',
  kind: 'log',
  channel: 'scooby:console',
  describe: describeLogLine,
  files: {},
  install: () => {
    for (const [method, level] of Object.entries(LEVELS)) {
      replaceMethod(console, method, (original) => {
        // A method has no prototype property, like the method that it replaces.
        const holder = {
          write(this: unknown) {
            attempt(recordLogLine, consoleMethods, holder.write, level, arguments);
            return Reflect.apply(original, this, arguments);
          },
        };
        return holder.write;
      });
    }
  },
};
