/** Instrument of roarr: messages as they are written, after the context of their logger. */

import { replaceMethod } from '../call/wrap.cjs';
import { attempt } from '../guard.cjs';
import { dataOf } from '../record/app-values.cjs';
import type { Instrument } from './instrument.cjs';
import { describeLogLine, fieldsBesides, recordLogLine, writeLine } from './shared/log.cjs';

const OWN_FIELDS = new Set(['logLevel']);

export const roarr: Instrument = {
  library: 'roarr',
  versions: '>=7 <8',
  kind: 'log',
  channel: 'scooby:roarr',
  describe: describeLogLine,
  files: {
    'roarr/dist/factories/createLogger.js': patchFactory,
    'roarr/dist/src/factories/createLogger.js': patchFactory,
  },
};

/** Listeners that record: loggers hand theirs to their children. */
const recording = new WeakSet<Function>();

function patchFactory(exports: object): void {
  replaceMethod(
    exports,
    // Before 7.2 it is the default export.
    'createLogger' in exports ? 'createLogger' : 'default',
    (original) =>
      function createLogger(this: unknown, onMessage: unknown, ...rest: unknown[]) {
        return Reflect.apply(original, this, [attempt(wrapListener, onMessage) ?? onMessage, ...rest]);
      },
  );
}

function wrapListener(onMessage: unknown): Function | undefined {
  if (typeof onMessage !== 'function' || recording.has(onMessage)) return undefined;
  const listener = function (this: unknown, message: unknown) {
    attempt(recordLine, listener, message);
    return writeLine(dataOf(message, 'message'), onMessage, this, arguments);
  };
  recording.add(listener);
  return listener;
}

function recordLine(cut: (...args: never[]) => unknown, message: unknown): void {
  const context = dataOf(message, 'context');
  const fields = fieldsBesides(context, OWN_FIELDS);
  const text = dataOf(message, 'message');
  recordLogLine(roarr, cut, dataOf(context, 'logLevel'), fields === undefined ? [text] : [text, fields]);
}
