/** Instrument of scooby.log(): lines from `require('scooby').log(…)` or on channel `scooby:log`. */

import type { Instrument } from './instrument.cjs';
import { describeLogLine, recordLogLine } from './shared/log.cjs';

export const scooby: Instrument = {
  library: 'scooby',
  versions: '*',
  kind: 'log',
  channel: 'scooby:said',
  describe: describeLogLine,
  files: {},
  channels: {
    /** A value, or `{level, args: […], by}`, where `by` is the function that the app called. */
    'scooby:log': function onMessage(message: unknown) {
      const { level, args, by } = (message ?? {}) as { level?: unknown; args?: unknown; by?: unknown };
      const values = Array.isArray(args) ? args : [message];
      const cut = typeof by === 'function' ? (by as typeof onMessage) : onMessage;
      recordLogLine(scooby, cut, typeof level === 'string' ? level : 'info', values);
    },
  },
};
