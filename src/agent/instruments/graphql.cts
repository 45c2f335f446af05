/**
 * Instrument of graphql: operations by name, from channels (version 17) or a patch (16); and of the
 * executor of graphql-tools, by which Yoga runs them.
 */

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
  result?: unknown;
}
/** Result of an operation, if it did not return a stream of results. */
interface Result {
  errors?: readonly { message?: unknown }[];
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

function patchExecutor(exports: object): void {
  replaceMethod(exports, 'normalizedExecutor', wrapExecute);
}

/** A binding of an ES module is assigned, not defined. */
function patchExecutorBinding(bindings: { normalizedExecutor: unknown }): void {
  const holder = { normalizedExecutor: bindings.normalizedExecutor };
  patchExecutor(holder);
  bindings.normalizedExecutor = holder.normalizedExecutor;
}

function endExecution(execution: Execution): void {
  const call = calls.get(execution);
  if (call !== undefined) endOperation(call, execution.result, execution.error);
}

/** Ends an operation; its errors are part of the response. */
function endOperation(call: TracedCall, result: unknown, thrown?: unknown): void {
  const errors = attempt(errorsOf, result) ?? [];
  endCall(call, thrown ?? errors[0], undefined, errors.length > 0 ? { errors: errors.length } : undefined);
}

function errorsOf(result: unknown): readonly object[] {
  const { errors } = (result ?? {}) as Result;
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
  const { then } = (result ?? {}) as { then?: Function };
  if (typeof then === 'function')
    Reflect.apply(then, result, [
      (value: unknown) => endOperation(call, value),
      (error: unknown) => endCall(call, error ?? 'rejected'),
    ]);
  else endOperation(call, result);
}
