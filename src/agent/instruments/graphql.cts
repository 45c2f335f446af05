/**
 * Instrument of graphql: operations by name, from channels (version 17) or a patch (16); and of the
 * executor of graphql-tools, by which Yoga runs them.
 */

import { beginCall, endCall, runCall, type TracedCall } from '../call/call.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import { noteErrorOf } from '../errors/request-errors.cjs';
import { attempt } from '../guard.cjs';
import { dataOf, listOf, methodOf, ownData, plainText } from '../record/app-values.cjs';
import { serialize } from '../record/serialize.cjs';
import type { CallInfo, Instrument } from './instrument.cjs';

interface Execution {
  error?: unknown;
  result?: unknown;
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
    '@graphql-tools/executor/cjs/execution/normalizedExecutor.js': patchExecutor,
    '@graphql-tools/executor/esm/execution/normalizedExecutor.js': patchExecutorBinding,
  },
  esm: { '@graphql-tools/executor/esm/execution/normalizedExecutor.js': ['normalizedExecutor'] },
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

function describe({ args, request }: TracedCall): CallInfo {
  const execution = args[0];
  const definitions = listOf(dataOf(dataOf(execution, 'document'), 'definitions'), MAX_DEFINITIONS);
  const wanted = dataOf(execution, 'operationName');
  const operation = definitions.find(
    (definition) =>
      dataOf(definition, 'kind') === 'OperationDefinition' && (!wanted || nameOf(definition) === wanted),
  );
  const variables = dataOf(execution, 'variableValues') ?? dataOf(execution, 'rawVariableValues');
  const kind = plainText(dataOf(operation, 'operation')) ?? 'query';
  const name = `${kind} ${nameOf(operation) ?? `{ ${fieldsOf(operation).join(', ')} }`}`;
  // What an operation asks of other schemas comes later.
  if (request?.unit === undefined && request !== undefined) request.operation ??= name;
  return {
    name,
    ...(variables ? { detail: { variables: serialize(variables) } } : {}),
  };
}

function patchExecutor(exports: object): void {
  replaceMethod(exports, 'normalizedExecutor', wrapExecute);
}

/** A binding of an ES module is assigned, not defined. */
function patchExecutorBinding(bindings: { normalizedExecutor: unknown }): void {
  const holder = { normalizedExecutor: bindings.normalizedExecutor };
  patchExecutor(holder);
  bindings.normalizedExecutor = holder.normalizedExecutor;
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
  if (call !== undefined) endOperation(call, execution.result, execution.error);
}

/** Ends an operation; its errors are part of the response. */
function endOperation(call: TracedCall, result: unknown, thrown?: unknown): void {
  const errors = attempt(errorsOf, result) ?? [];
  const { request } = call;
  for (const error of errors) {
    // GraphQL's own error says where in the answer; what a resolver threw says where in the code.
    const original = ownData(error, 'originalError');
    if (request !== undefined && original !== undefined && original !== null)
      attempt(noteErrorOf, request, original, 'graphql', false);
  }
  endCall(call, thrown ?? errors[0], undefined, errors.length > 0 ? { errors: errors.length } : undefined);
}

function errorsOf(result: unknown): readonly object[] {
  const errors = dataOf(result, 'errors');
  return Array.isArray(errors) ? errors : [];
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

/**
 * Errors are part of the result, which rejects only in the executor of graphql-tools, whose callers
 * handle that. These handlers run before the app's.
 */
function endWithResult(call: TracedCall, result: unknown): void {
  const then = methodOf(result, 'then');
  if (then !== undefined)
    Reflect.apply(then, result, [
      (value: unknown) => endOperation(call, value),
      (error: unknown) => endCall(call, error ?? 'rejected'),
    ]);
  else endOperation(call, result);
}
