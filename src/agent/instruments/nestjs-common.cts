/** Instrument of @nestjs/common: lines of Nest's own logger, which writes to the streams of the process. */

import { replaceMethod } from '../call/wrap.cjs';
import { attempt } from '../guard.cjs';
import { listOf, plainText } from '../record/app-values.cjs';
import type { Instrument } from './instrument.cjs';
import { describeLogLine, recordLogLine, writeLine } from './shared/log.cjs';

const MAX_VALUES = 1000;

export const nestLogger: Instrument = {
  library: '@nestjs/common',
  versions: '>=10 <12',
  kind: 'log',
  channel: 'scooby:nestjs-logger',
  describe: describeLogLine,
  files: {
    // Called once for each line of an enabled level, by `Logger` and by the app's own ConsoleLogger.
    '@nestjs/common/services/console-logger.service.js': (exports: {
      ConsoleLogger: { prototype: object };
    }) => replaceMethod(exports.ConsoleLogger.prototype, 'printMessages', wrapPrint),
  },
};

function wrapPrint(original: Function): Function {
  return function printMessages(this: unknown, messages: unknown, context: unknown, level: unknown) {
    attempt(recordLines, printMessages, messages, context, level);
    // With forceConsole the console gets the line.
    return writeLine(attempt(firstOf, messages), original, this, arguments);
  };
}

function firstOf(messages: unknown): unknown {
  return listOf(messages, 1)[0];
}

function recordLines(
  cut: (...args: never[]) => unknown,
  messages: unknown,
  context: unknown,
  level: unknown,
): void {
  const name = plainText(context) ?? '';
  // As it is printed: `[UsersService] not found`.
  const prefix = name === '' ? [] : [`[${name.replaceAll('%', '%%')}]`];
  // `log` is the name of the method, and no level.
  const word = level === undefined || level === 'log' ? 'info' : level;
  for (const message of listOf(messages, MAX_VALUES))
    recordLogLine(nestLogger, cut, word, [...prefix, message]);
}
