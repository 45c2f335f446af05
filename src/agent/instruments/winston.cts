/** Instrument of winston: lines of an enabled level, as they are written to the logger. */

import { replaceMethod } from '../call/wrap.cjs';
import { attempt } from '../guard.cjs';
import { dataOf, listOf, ownData } from '../record/app-values.cjs';
import type { Instrument } from './instrument.cjs';
import { describeLogLine, fieldsBesides, recordLogLine, writeLine } from './shared/log.cjs';

/** Symbol of triple-beam under which winston keeps what was logged besides the message. */
const SPLAT = Symbol.for('splat');
const TOKENS = /%[sdifjoOc]/;
const MAX_VALUES = 1000;
const OWN_FIELDS = new Set(['level', 'message']);

interface Logger {
  silent?: boolean;
  level?: string;
  levels?: Record<string, number>;
  transports?: { level?: string }[];
  /** Missing before 3.1. */
  isLevelEnabled?(level: string): boolean;
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
    return writeLine(dataOf(line, 'message'), original, this, arguments);
  };
}

function recordLine(cut: (...args: never[]) => unknown, logger: Logger, line: unknown): void {
  const level = dataOf(line, 'level');
  if (typeof level !== 'string' || logger.silent || !isEnabled(logger, level)) return;
  const message = dataOf(line, 'message');
  // With tokens the values behind the message are for them, as format.splat() puts them in.
  const hasTokens = typeof message === 'string' && TOKENS.test(message);
  const values = hasTokens ? listOf(ownData(line, SPLAT), MAX_VALUES) : [];
  const fields = fieldsBesides(line, OWN_FIELDS);
  recordLogLine(winston, cut, level, [message, ...values, ...(fields === undefined ? [] : [fields])]);
}

/** Whether a transport takes lines of a level; those that name none take the logger's. */
function isEnabled(logger: Logger, level: string): boolean {
  if (typeof logger.isLevelEnabled === 'function') return logger.isLevelEnabled(level);
  const { levels = {}, transports = [] } = logger;
  const given = levels[level] ?? Number.POSITIVE_INFINITY;
  return transports.some((transport) => (levels[transport.level ?? logger.level ?? ''] ?? -1) >= given);
}
