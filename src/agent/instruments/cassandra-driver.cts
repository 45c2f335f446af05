/** Instrument of cassandra-driver: statements and batches of a client; each page of a statement is a call. */

import { beginCall, endCall, runCall, type TracedCall } from '../call/call.cjs';
import { wrapCall } from '../call/deferred.cjs';
import { endWhenSettled } from '../call/settle.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import { attempt } from '../guard.cjs';
import { dataOf, isList, listOf, objectOf, plainText } from '../record/app-values.cjs';
import { maskGivenParams } from '../record/sql-params.cjs';
import type { CallInfo, Instrument } from './instrument.cjs';
import * as connections from './shared/connections.cjs';

const MAX_STATEMENTS = 100;

export const cassandra: Instrument = {
  library: 'cassandra-driver',
  versions: '>=4.4 <5',
  kind: 'sql',
  dialect: 'standard',
  channel: 'scooby:cassandra-driver',
  describe,
  files: {
    'cassandra-driver/lib/client.js': ({ prototype }: { prototype: object }) => {
      for (const method of ['_execute', '_batch']) replaceMethod(prototype, method, wrapExecute);
      // Further pages are asked for as the one before has come.
      replaceMethod(prototype, 'eachRow', wrapCall);
    },
  },
};

/** `_execute(query, params)` or `_batch([query or {query, params}])`. */
function describe({ self, args: { 0: query, 1: values } }: TracedCall): CallInfo {
  const client = objectOf(self);
  const source = client === undefined ? {} : { source: connections.sourceNumber(client, client, () => '') };
  if (!isList(query)) {
    const { text, params } = statementOf(query, values);
    return { name: text, detail: { ...source, ...(params !== undefined && { params }) } };
  }
  const parts = listOf(query, MAX_STATEMENTS).map((part) =>
    statementOf(plainText(part) ?? dataOf(part, 'query'), dataOf(part, 'params')),
  );
  const more = query.length > parts.length ? [`… (${query.length} statements)`] : [];
  const params = parts.map((part) => part.params ?? []);
  return {
    name: [...parts.map(({ text }) => text), ...more].join(';\n'),
    detail: { ...source, ...(parts.some((part) => part.params !== undefined) && { params }) },
  };
}

function statementOf(query: unknown, values: unknown): { text: string; params: unknown } {
  const text = plainText(query) ?? '[object]';
  return { text, params: maskGivenParams(text, values, 'standard') };
}

function wrapExecute(original: Function): Function {
  return function execute(this: unknown) {
    const call = beginCall(cassandra, execute, this, arguments);
    if (call === undefined || call.silent) return Reflect.apply(original, this, arguments);
    return endWhenSettled(call, runCall(call, original, this, arguments), end);
  };
}

function end(call: TracedCall, error: unknown, result: unknown): void {
  // Rows that are handed over one by one are only counted.
  const count = dataOf(result, 'rowLength');
  const facts = attempt(connections.estimatedBytes, dataOf(result, 'rows'));
  endCall(call, error, typeof count === 'number' ? count : undefined, error ? undefined : facts);
}
