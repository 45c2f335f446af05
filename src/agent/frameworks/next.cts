/** Pages of Next.js, read from metadata that it leaves on the request. */

import type { IncomingMessage } from 'node:http';
import type { Framework } from './framework.cjs';

const META = Symbol.for('NextInternalRequestMeta');

export const next: Framework = {
  library: 'next',
  versions: '>=13',
  readRoute: (message) => {
    const meta = (message as IncomingMessage & { [META]?: Meta })[META];
    const route = meta?.match?.definition?.pathname;
    return route === undefined ? undefined : { route, params: meta?.match?.params };
  },
};

interface Meta {
  match?: { definition?: { pathname?: string }; params?: object };
}
