/** pino: each line that passes its level, where it is made into JSON. */

import { describeLine, logged } from '../logged.cjs';
import { replace } from '../traced.cjs';
import type { Instrument } from './instrument.cjs';

interface Logger {
  levels?: { labels?: Record<number, string> };
}

export const pino: Instrument = {
  library: 'pino',
  versions: '>=6 <11',
  kind: 'log',
  channel: 'scooby:pino',
  describe: describeLine,
  files: {
    'pino/lib/tools.js': (tools: object) => replace(tools, 'asJson', wrapAsJson),
  },
};

function wrapAsJson(original: Function): Function {
  return function asJson(this: Logger, thing: unknown, text: unknown, level: number) {
    try {
      const given = [text, thing].filter((value) => !isEmpty(value));
      logged(pino, asJson, this.levels?.labels?.[level] ?? String(level), given);
    } catch {
      // What cannot be told is still written.
    }
    return Reflect.apply(original, this, arguments);
  };
}

function isEmpty(value: unknown): boolean {
  if (typeof value !== 'object' || value === null)
    return value === undefined || value === null || value === '';
  return !(value instanceof Error) && Object.keys(value).length === 0;
}
