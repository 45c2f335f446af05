/** Instrument of scooby.log(): lines from `require('scooby').log(…)` or on channel `scooby:log`. */

import { dataOf, isList, listOf } from '../record/app-values.cjs';
import type { Instrument } from './instrument.cjs';
import { describeLogLine, recordLogLine } from './shared/log.cjs';

const MAX_VALUES = 1000;

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
      const level = dataOf(message, 'level');
      const args = dataOf(message, 'args');
      const by = dataOf(message, 'by');
      const values = isList(args) ? listOf(args, MAX_VALUES) : [message];
      const cut = typeof by === 'function' ? (by as typeof onMessage) : onMessage;
      recordLogLine(scooby, cut, typeof level === 'string' ? level : 'info', values);
    },
  },
};
