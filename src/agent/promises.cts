/** bluebird runs handlers from a queue of its own, in the context of whoever filled it first: each is bound to where it was given. */

import { asked, onceAsked } from './asked.cjs';
import { applyIn, current, isRecording } from './context.cjs';
import type { Instrument } from './instruments/instrument.cjs';
import { replace } from './replace.cjs';

/** What is patched: as in an instrument. */
export const promises: Required<Pick<Instrument, 'files'>> = {
  files: {
    'bluebird/js/release/bluebird.js': ({ prototype }: { prototype: object }) =>
      replace(prototype, '_then', binding),
  },
};

/** Every way of waiting for one of its promises passes this method. */
function binding(original: Function): Function {
  return function _then(this: unknown, fulfilled: unknown, rejected: unknown, ...rest: unknown[]) {
    if (!isRecording()) return Reflect.apply(original, this, arguments);
    return original.call(this, boundHere(fulfilled), boundHere(rejected), ...rest);
  };
}

function boundHere(handler: unknown): unknown {
  if (typeof handler !== 'function') return handler;
  const request = current();
  const from = asked(request);
  return function (this: unknown) {
    return from === undefined
      ? applyIn(request, handler, this, arguments)
      : onceAsked(from, applyIn, undefined, [request, handler, this, arguments]);
  };
}
