/** pino: each line that passes its level, where it is made into JSON. */

import { replaceMethod } from '../call/wrap.cjs';
import { currentRequest } from '../request/context.cjs';
import type { Instrument } from './instrument.cjs';
import { describeLogLine, recordLogLine } from './shared/log.cjs';

interface Logger {
  levels?: { labels?: Record<number, string> };
}

const LONGEST = 64 * 1024;

export const pino: Instrument = {
  library: 'pino',
  versions: '>=6 <11',
  kind: 'log',
  channel: 'scooby:pino',
  describe: describeLogLine,
  files: {
    'pino/lib/tools.js': (tools: object) => replaceMethod(tools, 'asJson', wrapAsJson),
  },
};

function wrapAsJson(original: Function): Function {
  return function asJson(this: Logger, thing: unknown, text: unknown, level: number) {
    const line: unknown = Reflect.apply(original, this, arguments);
    // What nobody records is not read either.
    if (currentRequest() === undefined) return line;
    try {
      const given = [text, fieldsOf(line, text) ?? thing].filter((value) => !isEmpty(value));
      recordLogLine(pino, asJson, this.levels?.labels?.[level] ?? String(level), given);
    } catch {
      // What cannot be told is still written.
    }
    return line;
  };
}

// As the app's own serializers and redactions have them: the things themselves may be a whole request and its socket.
function fieldsOf(line: unknown, text: unknown): object | undefined {
  if (typeof line !== 'string') return undefined;
  if (line.length > LONGEST) return { '…': `${line.length} characters` };
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
  return !(value instanceof Error) && Object.keys(value).length === 0;
}
