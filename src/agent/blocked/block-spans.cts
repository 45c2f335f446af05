/** Spans of a blocked event loop: of the request that ran what blocked it, and of those that waited. */

import type { Instrument } from '../instruments/instrument.cjs';
import type { TracedRequest } from '../request/traced-request.cjs';

/** What blocked the loop, between two times of performance.now(). */
export interface Block {
  start: number;
  end: number;
  /** Undefined outside any request. */
  request: TracedRequest | undefined;
  stack: number;
  /** What ran. */
  name: string;
}

/** Code of the app that was seen while it blocked the loop: `captures` times. */
export const seenBlock: Instrument = {
  library: 'node',
  versions: '*',
  kind: 'block',
  channel: 'scooby:seen-block',
  describe: ({ self, args }) => ({ name: self as string, detail: { captures: args.length } }),
  files: {},
};

/** What a request waited for while another one, or code outside any, blocked the loop. */
export const waiting: Instrument = {
  library: 'node',
  versions: '*',
  kind: 'blocked',
  channel: 'scooby:waiting',
  describe: ({ self }) => {
    const { name, request } = self as Block;
    return { name, detail: request === undefined ? {} : { trace: request.id } };
  },
  files: {},
};
