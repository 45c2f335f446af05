/** Instrument of graphql: operations by name, from channels (version 17) or a patch (16). */

import { beginCall, endCall, runCall, type TracedCall } from '../call/call.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import { attempt } from '../guard.cjs';
import { serialize } from '../record/serialize.cjs';
import type { CallInfo, Instrument } from './instrument.cjs';

interface Execution {
  document?: { definitions?: readonly Definition[] };
  operationName?: string | null;
  variableValues?: unknown;
  rawVariableValues?: unknown;
  error?: unknown;
}
interface Definition {
  kind?: string;
  operation?: string;
  name?: { value?: string };
  selectionSet?: { selections?: readonly { name?: { value?: string } }[] };
}

const calls = new WeakMap<object, TracedCall>();

export const graphql: Instrument = {
  library: 'graphql',
  versions: '>=16 <18',
  kind: 'graphql',
  channel: 'scooby:graphql',
  describe,
  files: {
    'graphql/execution/execute.js': (exports: { experimentalExecuteIncrementally?: unknown }) => {
      if (exports.experimentalExecuteIncrementally === undefined)
        replaceMethod(exports, 'execute', wrapExecute);
    },
  },
  channels: {
    'tracing:graphql:execute:start': function start(execution: Execution) {
      const call = beginCall(graphql, start, undefined, [execution]);
      if (call !== undefined) calls.set(execution, call);
    },
    'tracing:graphql:execute:end': (execution: Execution) => {
      if ('result' in execution || 'error' in execution) endExecution(execution);
    },
    'tracing:graphql:execute:asyncEnd': endExecution,
  },
};

function describe({ args }: TracedCall): CallInfo {
  const { document, operationName, variableValues, rawVariableValues } = args[0] as Execution;
  const operations = (document?.definitions ?? []).filter(({ kind }) => kind === 'OperationDefinition');
  const operation = operations.find(({ name }) => !operationName || name?.value === operationName);
  const fields = operation?.selectionSet?.selections?.map(({ name }) => name?.value ?? '…') ?? [];
  const name = operation?.name?.value ?? `{ ${fields.join(', ')} }`;
  const variables = variableValues ?? rawVariableValues;
  return {
    name: `${operation?.operation ?? 'query'} ${name}`,
    ...(variables ? { detail: { variables: serialize(variables) } } : {}),
  };
}

function endExecution(execution: Execution): void {
  const call = calls.get(execution);
  if (call !== undefined) endCall(call, execution.error);
}

function wrapExecute(original: Function): Function {
  return function execute(this: unknown) {
    const call = beginCall(graphql, execute, undefined, arguments);
    if (call === undefined) return Reflect.apply(original, this, arguments);
    const result = runCall(call, original, this, arguments);
    attempt(endWithResult, call, result);
    return result;
  };
}

/** The result never rejects: errors are part of it. This handler runs before the app's. */
function endWithResult(call: TracedCall, result: unknown): void {
  const { then } = (result ?? {}) as { then?: Function };
  if (typeof then === 'function') Reflect.apply(then, result, [() => endCall(call)]);
  else endCall(call);
}
