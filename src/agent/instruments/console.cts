/** console: what the app says inside a request; what it prints is not touched. */

import { replaceMethod } from '../call/wrap.cjs';
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
        // A method has no prototype, as what it replaces.
        const own = {
          write(this: unknown) {
            try {
              recordLogLine(consoleMethods, own.write, level, arguments);
            } catch {
              // What cannot be told is still printed.
            }
            return Reflect.apply(original, this, arguments);
          },
        };
        return own.write;
      });
    }
  },
};
