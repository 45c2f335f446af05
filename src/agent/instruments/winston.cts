/** Instrument of winston: lines of an enabled level, as they are written to the logger. */

import { replaceMethod } from '../call/wrap.cjs';
import { attempt } from '../guard.cjs';
import { dataOf, ownData } from '../record/app-values.cjs';
import type { Instrument } from './instrument.cjs';
import { describeLogLine, recordLogLine } from './shared/log.cjs';

const MAX_FIELDS = 500;

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
  return function write(this: Logger, line: unknown) {
    attempt(recordLine, write, this, line);
    return Reflect.apply(original, this, arguments);
  };
}

function recordLine(cut: (...args: never[]) => unknown, logger: Logger, line: unknown): void {
  const level = dataOf(line, 'level');
  if (typeof level !== 'string' || logger.silent || !logger.isLevelEnabled(level)) return;
  const fields = otherFields(line as object);
  const message = dataOf(line, 'message');
  recordLogLine(winston, cut, level, Object.keys(fields).length > 0 ? [message, fields] : [message]);
}

/** Copy of the data in a line, besides its level and message. */
function otherFields(line: object): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const key of Object.keys(line).slice(0, MAX_FIELDS))
    if (key !== 'level' && key !== 'message') fields[key] = ownData(line, key);
  return fields;
}
