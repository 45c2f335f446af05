/** Pages of Next.js, read from metadata that it leaves on the request, and the errors that it prints. */

import type { IncomingMessage } from 'node:http';
import { notePrintedErrors } from '../errors/printed-errors.cjs';
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

// What pages, routes and server actions throw, it prints behind its sign, also where it hides it from the client.
notePrintedErrors({ by: 'next', file: /[\\/]next[\\/]dist[\\/]/, lead: /^⨯/ });

interface Meta {
  match?: { definition?: { pathname?: string }; params?: object };
}
