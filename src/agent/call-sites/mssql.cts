/** Call sites of mssql, whose requests wait for a connection of their pool. */

import { wrapCall } from '../call/deferred.cjs';
import { attempt } from '../guard.cjs';
import { notePrepared } from '../instruments/tedious.cjs';
import type { CallSiteLibrary } from './library.cjs';
import { type Class, wrapOwnMethods } from './own-methods.cjs';

interface Prepared {
  _acquiredConnection: object;
  _handle: unknown;
  statement: string;
}

const METHODS: Record<string, string> = {
  request: 'query batch bulk execute',
  transaction: 'begin commit rollback',
  'prepared-statement': 'prepare execute unprepare',
};

export const mssql: CallSiteLibrary = {
  library: 'mssql',
  versions: '>=9 <13',
  role: 'driver',
  files: Object.fromEntries(
    Object.entries(METHODS).map(([file, methods]) => [
      `mssql/lib/base/${file}.js`,
      ({ prototype }: Class) => {
        wrapOwnMethods(prototype, methods, wrapCall);
        if (file === 'prepared-statement') wrapOwnMethods(prototype, '_execute', wrapPrepared);
      },
    ]),
  ),
};

/** It executes its statement by a procedure, which has its number alone. */
function wrapPrepared(original: Function): Function {
  return function _execute(this: Prepared) {
    attempt(() => notePrepared(this._acquiredConnection, this._handle, this.statement));
    return Reflect.apply(original, this, arguments);
  };
}
