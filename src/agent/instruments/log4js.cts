/** Instrument of log4js: lines of an enabled level, as they are handed to the appenders. */

import { replaceMethod } from '../call/wrap.cjs';
import { attempt } from '../guard.cjs';
import { dataOf, itemOf, listOf } from '../record/app-values.cjs';
import type { Instrument } from './instrument.cjs';
import { describeLogLine, recordLogLine, writeLine } from './shared/log.cjs';

const MAX_VALUES = 1000;

export const log4js: Instrument = {
  library: 'log4js',
  versions: '>=6 <7',
  kind: 'log',
  channel: 'scooby:log4js',
  describe: describeLogLine,
  files: {
    'log4js/lib/logger.js': (Logger: { prototype: object }) =>
      replaceMethod(Logger.prototype, '_log', wrapLog),
  },
};

function wrapLog(original: Function): Function {
  return function _log(this: unknown, level: unknown, data: unknown) {
    attempt(recordLine, _log, level, data);
    return writeLine(attempt(firstOf, data), original, this, arguments);
  };
}

function firstOf(data: unknown): unknown {
  return Array.isArray(data) ? itemOf(data, 0) : undefined;
}

function recordLine(cut: (...args: never[]) => unknown, level: unknown, data: unknown): void {
  recordLogLine(log4js, cut, dataOf(level, 'levelStr'), listOf(data, MAX_VALUES));
}
