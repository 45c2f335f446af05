/** Instrument of the Azure SDK: operations of any client, as it names them for tracing. */

import { redactUrl } from '../../domain/redact.cjs';
import { beginCall, endCall, runCall, type TracedCall } from '../call/call.cjs';
import { type CallSite, currentCallSite, runUnseen, type UnseenSite } from '../call/call-site.cjs';
import { wrapCall } from '../call/deferred.cjs';
import { endWhenSettled } from '../call/settle.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import { attempt } from '../guard.cjs';
import { dataOf, isList, plainText } from '../record/app-values.cjs';
import { currentRequest } from '../request/context.cjs';
import { state } from '../run-config.cjs';
import type { CallInfo, Instrument } from './instrument.cjs';

interface Tracing {
  createTracingClient: Function;
}
interface Pipelines {
  createEmptyPipeline(): object;
}

const MAX_NAME = 200;
/** Operations that run, by the site of what they send. */
const operations = new WeakMap<CallSite, TracedCall>();

export const azure: Instrument = {
  library: '@azure',
  versions: '>=1.2 <2',
  kind: 'rpc',
  channel: 'scooby:azure',
  describe,
  // Between the app's call and that of the tracing are pages, and clients of clients.
  depth: 8,
  errorOf: (error) => ({
    code: dataOf(error, 'code') ?? dataOf(error, 'name'),
    message: dataOf(error, 'message'),
  }),
  files: {
    '@azure/core-tracing/dist/commonjs/tracingClient.js': patchTracing,
    '@azure/core-tracing/dist/esm/tracingClient.js': patchTracing,
    '@typespec/ts-http-runtime/dist/commonjs/pipeline.js': patchPipeline,
    '@typespec/ts-http-runtime/dist/esm/pipeline.js': patchPipeline,
  },
  esm: {
    '@azure/core-tracing/dist/esm/tracingClient.js': ['createTracingClient'],
    '@typespec/ts-http-runtime/dist/esm/pipeline.js': ['createEmptyPipeline'],
  },
};

/** What a client sends is known with its first request. */
function describe({ args: { 0: name } }: TracedCall): CallInfo {
  const text = plainText(name) ?? 'operation';
  // Storage's clients name theirs `BlobClient-download`.
  return { name: text.slice(0, MAX_NAME).replace('-', '.'), detail: {} };
}

/** Assigned, as an ES module's binding is a setter. */
function patchTracing(exports: Tracing): void {
  const holder = { createTracingClient: exports.createTracingClient };
  replaceMethod(holder, 'createTracingClient', wrapFactory);
  exports.createTracingClient = holder.createTracingClient;
}

function wrapFactory(original: Function): Function {
  return function createTracingClient(this: unknown) {
    const client: unknown = Reflect.apply(original, this, arguments);
    attempt(() => replaceMethod(client as object, 'withSpan', wrapWithSpan));
    return client;
  };
}

/** The HTTP requests that carry an operation, and the operations inside of it, are part of it. */
function wrapWithSpan(original: Function): Function {
  return function withSpan(this: unknown) {
    const call = beginCall(azure, withSpan, this, arguments);
    if (call === undefined || call.silent) return Reflect.apply(original, this, arguments);
    const site: UnseenSite = { request: call.request, stack: call.stack, began: call.began, silent: true };
    operations.set(site, call);
    const result = runUnseen(site, runCall as Function, undefined, [call, original, this, arguments]);
    return endWhenSettled(call, result, (ended, error, value) => {
      site.silent = false;
      endCall(ended, error, isList(value) ? value.length : undefined, error ? failureOf(error) : undefined);
    });
  };
}

/** Whether the service has answered with an error. */
function failureOf(error: unknown): Record<string, unknown> {
  const status = dataOf(error, 'statusCode');
  return typeof status === 'number' ? { status, failure: 'application' } : { failure: 'transport' };
}

/** Patches the class of pipelines, which is reached by way of one. */
function patchPipeline({ createEmptyPipeline }: Pipelines): void {
  // What no operation names, as the first page of some lists, is an HTTP request with the app's line.
  replaceMethod(Object.getPrototypeOf(createEmptyPipeline()) as object, 'sendRequest', (original) =>
    wrapSend(wrapCall(original)),
  );
}

function wrapSend(original: Function): Function {
  return function sendRequest(this: unknown) {
    if (state.recording !== 'off') attempt(noteRequest, arguments[1]);
    return Reflect.apply(original, this, arguments);
  };
}

/** Notes what an operation asks: of several requests the first, and how many there are. */
function noteRequest(request: unknown): void {
  const site = currentCallSite(currentRequest());
  const call = site && operations.get(site);
  const detail = call?.info?.detail;
  if (detail === undefined || call?.ended !== 0) return;
  if (detail.arguments !== undefined) {
    detail.requests = Number(detail.requests ?? 1) + 1;
    return;
  }
  const body = dataOf(request, 'body');
  detail.arguments = {
    method: plainText(dataOf(request, 'method')),
    url: redactUrl(plainText(dataOf(request, 'url')) ?? ''),
    // What is asked by a body is told apart by its size alone: it may have secrets.
    ...(typeof body === 'string' && { body: `${body.length} characters` }),
  };
}
