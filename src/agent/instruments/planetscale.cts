/** Instrument of @planetscale/database: statements and transactions, each by an HTTP request. */

import { beginCall, endCall, type TracedCall } from '../call/call.cjs';
import { endWhenSettled } from '../call/settle.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import { attempt } from '../guard.cjs';
import { dataOf, isList, objectOf, plainText } from '../record/app-values.cjs';
import { maskGivenParams } from '../record/sql-params.cjs';
import type { CallInfo, Instrument } from './instrument.cjs';
import { runCarried } from './shared/carried-call.cjs';
import * as connections from './shared/connections.cjs';

interface Exports {
  Connection: { prototype: object };
}

export const planetscale: Instrument = {
  library: '@planetscale/database',
  versions: '>=1.4 <2',
  kind: 'sql',
  dialect: 'mysql',
  channel: 'scooby:planetscale',
  describe,
  files: {
    '@planetscale/database/dist/index.js': patchExports,
    '@planetscale/database/dist/cjs/index.js': patchExports,
  },
  esm: { '@planetscale/database/dist/index.js': ['Connection'] },
};

function patchExports({ Connection }: Exports): void {
  replaceMethod(Connection.prototype, 'execute', wrapExecute);
}

/** A client makes a connection for each of its calls, and one for a transaction. */
function describe({ self, args }: TracedCall): CallInfo {
  const name = plainText(args[0]) ?? '';
  const params = maskGivenParams(name, args[1], 'mysql');
  const connection = objectOf(self);
  const config = objectOf(dataOf(self, 'config'));
  return {
    name,
    detail: {
      ...(params !== undefined && { params }),
      ...(connection && { connection: connections.connectionNumber(connection) }),
      ...(config !== undefined && { source: connections.sourceNumber(config, config, () => '') }),
    },
  };
}

function wrapExecute(original: Function): Function {
  return function execute(this: unknown) {
    const call = beginCall(planetscale, execute, this, arguments);
    if (call === undefined || call.silent) return Reflect.apply(original, this, arguments);
    return endWhenSettled(call, runCarried(call, original, this, arguments), (_call, error, value) =>
      endCall(call, error, error ? undefined : attempt(rowsOf, value)),
    );
  };
}

/** Rows, or affected ones. */
function rowsOf(result: unknown): number | undefined {
  const rows = dataOf(result, 'rows');
  const affected = dataOf(result, 'rowsAffected');
  if (isList(rows) && rows.length > 0) return rows.length;
  return typeof affected === 'number' ? affected : undefined;
}
