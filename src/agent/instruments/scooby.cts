/** scooby.log(): what an app says to us, by `require('scooby').log(…)` or on the channel `scooby:log`. */

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
    /** Anything, or `{level, args: […], by}`: the function that the user called. */
    'scooby:log': function say(message: unknown) {
      const { level, args, by } = (message ?? {}) as { level?: unknown; args?: unknown; by?: unknown };
      const given = Array.isArray(args) ? args : [message];
      const cut = typeof by === 'function' ? (by as typeof say) : say;
      recordLogLine(scooby, cut, typeof level === 'string' ? level : 'info', given);
    },
  },
};
