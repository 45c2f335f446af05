/** Instrument of graphql: operations by name, from channels (version 17) or a patch (16). */

import { beginCall, endCall, runCall, type TracedCall } from '../call/call.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import { attempt } from '../guard.cjs';
import { dataOf, listOf, methodOf, plainText } from '../record/app-values.cjs';
import { serialize } from '../record/serialize.cjs';
import type { CallInfo, Instrument } from './instrument.cjs';

interface Execution {
  error?: unknown;
}

const MAX_DEFINITIONS = 1000;
const MAX_FIELDS = 100;

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
  const execution = args[0];
  const definitions = listOf(dataOf(dataOf(execution, 'document'), 'definitions'), MAX_DEFINITIONS);
  const wanted = dataOf(execution, 'operationName');
  const operation = definitions.find(
    (definition) =>
      dataOf(definition, 'kind') === 'OperationDefinition' && (!wanted || nameOf(definition) === wanted),
  );
  const variables = dataOf(execution, 'variableValues') ?? dataOf(execution, 'rawVariableValues');
  const kind = plainText(dataOf(operation, 'operation')) ?? 'query';
  return {
    name: `${kind} ${nameOf(operation) ?? `{ ${fieldsOf(operation).join(', ')} }`}`,
    ...(variables ? { detail: { variables: serialize(variables) } } : {}),
  };
}

function fieldsOf(operation: unknown): string[] {
  const selections = listOf(dataOf(dataOf(operation, 'selectionSet'), 'selections'), MAX_FIELDS);
  return selections.map((selection) => nameOf(selection) ?? '…');
}

function nameOf(node: unknown): string | undefined {
  return plainText(dataOf(dataOf(node, 'name'), 'value'));
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
  const then = methodOf(result, 'then');
  if (then !== undefined) Reflect.apply(then, result, [() => endCall(call)]);
  else endCall(call);
}
