/** light-my-request 3 to 6, by which `inject` of Fastify hands the app requests without a server. */

import { ownData } from '../record/app-values.cjs';
import { wantConnection } from '../record/transport.cjs';
import { applyServing } from '../request/serving.cjs';
import type { Framework } from './framework.cjs';

const FILE = 'light-my-request/index.js';

export const lightMyRequest: Framework = {
  library: 'light-my-request',
  versions: '>=3 <7',
  files: { [FILE]: patchInject },
  replaced: [FILE],
};

function patchInject(original: Function): Function {
  const inject = function (this: unknown, dispatch: unknown) {
    const args = Array.from(arguments);
    if (typeof dispatch === 'function' && !isExpress(dispatch)) args[0] = servingFunction(dispatch);
    return Reflect.apply(original, this, args);
  };
  const properties = Object.getOwnPropertyDescriptors(original) as Record<string, PropertyDescriptor>;
  for (const name of ['default', 'inject']) {
    if (properties[name]?.value === original) properties[name].value = inject;
  }
  return Object.defineProperties(inject, properties);
}

/** Of an Express app light-my-request changes the prototypes, which takes the app itself. */
function isExpress(dispatch: Function): boolean {
  return ownData(dispatch, 'request') !== undefined;
}

function servingFunction(dispatch: Function): Function {
  return function dispatched(this: unknown) {
    // No server announces this process.
    wantConnection();
    return applyServing(dispatch, this, arguments);
  };
}
