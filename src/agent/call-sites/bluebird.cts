/** bluebird runs handlers from a queue of its own, in the context of whatever filled it first. */

import { bindDeferred } from '../call/deferred.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import { isRecording } from '../request/context.cjs';
import { state } from '../run-config.cjs';
import type { CallSiteLibrary } from './library.cjs';
import type { Class } from './own-methods.cjs';

export const bluebird: CallSiteLibrary = {
  library: 'bluebird',
  versions: '>=3 <4',
  role: 'promises',
  files: {
    'bluebird/js/release/bluebird.js': ({ prototype }: Class) => replaceMethod(prototype, '_then', wrapThen),
  },
};

/** Every way of waiting for one of its promises passes this method. */
function wrapThen(original: Function): Function {
  return function _then(this: unknown, fulfilled: unknown, rejected: unknown, ...rest: unknown[]) {
    if (state.recording === 'off' || !isRecording()) return Reflect.apply(original, this, arguments);
    return original.call(this, boundHandler(fulfilled), boundHandler(rejected), ...rest);
  };
}

function boundHandler(handler: unknown): unknown {
  return typeof handler === 'function' ? bindDeferred(handler) : handler;
}
