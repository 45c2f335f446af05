/** Instrument of debug: lines of enabled namespaces, before they are coloured. */

import { replaceMethod } from '../call/wrap.cjs';
import { attempt } from '../guard.cjs';
import { dataOf, listOf, plainText } from '../record/app-values.cjs';
import type { Instrument } from './instrument.cjs';
import { describeLogLine, noteLogger, recordLogLine } from './shared/log.cjs';

const MAX_VALUES = 1000;

export const debug: Instrument = {
  library: 'debug',
  versions: '>=2 <5',
  kind: 'log',
  channel: 'scooby:debug',
  describe: describeLogLine,
  files: {
    // Called once for each line that is written, by whatever function the app has set for that.
    'debug/src/node.js': (createDebug: object) => replaceMethod(createDebug, 'formatArgs', wrapFormat),
  },
};

function wrapFormat(original: Function): Function {
  return function formatArgs(this: unknown, args: unknown) {
    attempt(recordLine, formatArgs, this, args);
    return Reflect.apply(original, this, arguments);
  };
}

function recordLine(cut: (...args: never[]) => unknown, self: unknown, args: unknown): void {
  noteLogger();
  const [text, ...values] = listOf(args, MAX_VALUES);
  const namespace = plainText(dataOf(self, 'namespace')) ?? '';
  recordLogLine(debug, cut, 'debug', [`${namespace.replaceAll('%', '%%')} ${text}`, ...values]);
}
