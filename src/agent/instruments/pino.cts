/** Instrument of pino: lines of an enabled level, as they are formatted as JSON. */

import { types } from 'node:util';
import { replaceMethod } from '../call/wrap.cjs';
import { attempt } from '../guard.cjs';
import { plainText } from '../record/app-values.cjs';
import { currentRequest } from '../request/context.cjs';
import type { Instrument } from './instrument.cjs';
import { describeLogLine, recordLogLine, writeLine } from './shared/log.cjs';

interface Logger {
  levels?: { labels?: Record<number, string> };
}

const MAX_LINE_LENGTH = 64 * 1024;

export const pino: Instrument = {
  library: 'pino',
  versions: '>=6 <11',
  kind: 'log',
  channel: 'scooby:pino',
  describe: describeLogLine,
  files: {
    'pino/lib/tools.js': (tools: object) => replaceMethod(tools, 'asJson', wrapAsJson),
    'pino/lib/proto.js': (exports: object | (() => object)) => {
      // Pino 6 exports the prototype itself.
      const prototype = typeof exports === 'function' ? Object.getPrototypeOf(exports()) : exports;
      const write = Object.getOwnPropertySymbols(prototype).find(({ description }) => description === WRITE);
      // Without it a destination of the app's that writes by the console is recorded there as well.
      if (write !== undefined) replaceMethod(prototype, write as never, wrapWrite);
    },
  },
};

const WRITE = 'pino.write';

function wrapWrite(original: Function): Function {
  return function write(this: Logger, _object: unknown, text: unknown) {
    return writeLine(text, original, this, arguments);
  };
}

function wrapAsJson(original: Function): Function {
  return function asJson(this: Logger, object: unknown, text: unknown, level: number) {
    const line: unknown = Reflect.apply(original, this, arguments);
    // Outside a request lines are not recorded: parsing them is skipped.
    if (currentRequest() === undefined) return line;
    attempt(recordLine, asJson, this, line, object, text, level);
    return line;
  };
}

function recordLine(
  cut: (...args: never[]) => unknown,
  logger: Logger,
  line: unknown,
  object: unknown,
  text: unknown,
  level: number,
): void {
  const values = [text, fieldsOf(line, text) ?? object].filter((value) => !isEmpty(value));
  recordLogLine(pino, cut, logger.levels?.labels?.[level] ?? plainText(level) ?? '', values);
}

// Fields after the app's serializers and redaction: the object may be a request with its socket.
function fieldsOf(line: unknown, text: unknown): object | undefined {
  if (typeof line !== 'string') return undefined;
  if (line.length > MAX_LINE_LENGTH) return { '…': `${line.length} characters` };
  try {
    const { level, time, pid, hostname, ...fields } = JSON.parse(line);
    const last = Object.keys(fields).at(-1);
    if (last !== undefined && fields[last] === text) delete fields[last];
    return fields;
  } catch {
    return undefined;
  }
}

function isEmpty(value: unknown): boolean {
  if (typeof value !== 'object' || value === null)
    return value === undefined || value === null || value === '';
  return !types.isProxy(value) && !types.isNativeError(value) && Object.keys(value).length === 0;
}
