/** Instrument of bunyan: lines of an enabled level, as they are given to the logger's streams. */

import { replaceMethod } from '../call/wrap.cjs';
import { attempt } from '../guard.cjs';
import { dataOf } from '../record/app-values.cjs';
import type { Instrument } from './instrument.cjs';
import { describeLogLine, fieldsBesides, recordLogLine, writeLine } from './shared/log.cjs';

/** Fields that bunyan writes into each line. */
const OWN_FIELDS = new Set(['v', 'level', 'name', 'hostname', 'pid', 'time', 'msg', 'src']);

export const bunyan: Instrument = {
  library: 'bunyan',
  versions: '>=1 <3',
  kind: 'log',
  channel: 'scooby:bunyan',
  describe: describeLogLine,
  files: {
    'bunyan/lib/bunyan.js': (Logger: { prototype: object }) =>
      replaceMethod(Logger.prototype, '_emit', wrapEmit),
  },
};

function wrapEmit(original: Function): Function {
  return function _emit(this: unknown, line: unknown, isText: unknown) {
    // A text for DTrace, of a line that may be of no enabled level.
    if (isText) return Reflect.apply(original, this, arguments);
    attempt(recordLine, _emit, line);
    return writeLine(dataOf(line, 'msg'), original, this, arguments);
  };
}

function recordLine(cut: (...args: never[]) => unknown, line: unknown): void {
  const fields = fieldsBesides(line, OWN_FIELDS);
  recordLogLine(
    bunyan,
    cut,
    dataOf(line, 'level'),
    fields === undefined ? [dataOf(line, 'msg')] : [dataOf(line, 'msg'), fields],
  );
}
