/** Instrument of the AWS SDK: calls of any service, by command, at the class that all clients extend. */

import { types } from 'node:util';
import { beginCall, endCall, runCall, type TracedCall, wrapCallback } from '../call/call.cjs';
import { runUnseen, type UnseenSite } from '../call/call-site.cjs';
import { bindDeferred } from '../call/deferred.cjs';
import { endWhenSettled } from '../call/settle.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import { attempt } from '../guard.cjs';
import { dataOf, isList, methodOf, ownData } from '../record/app-values.cjs';
import type { CallInfo, Instrument } from './instrument.cjs';
import { awsInput } from './shared/aws-input.cjs';

type Client = { Client: { prototype: object } };

/** A call that is sent: what ends it, and whether its handler tells. */
interface Sending {
  done: (error: unknown, output: unknown) => void;
  isHeard: boolean;
}

const MAX_NAME = 100;
const RESOLVE = 'resolveMiddleware';
/** The call that begins in this tick. */
let current: Sending | undefined;

export const awsSdk: Instrument = {
  library: '@aws-sdk',
  versions: '>=3.380 <4',
  kind: 'rpc',
  channel: 'scooby:aws-sdk',
  describe,
  depth: 4,
  errorOf: (error) => {
    const code = dataOf(error, 'code') ?? dataOf(error, 'name');
    return { code, message: dataOf(error, 'message') };
  },
  selfRequiring: ['@smithy/core'],
  files: {
    '@smithy/core/dist-cjs/submodules/client/index.js': patchClient,
    '@smithy/smithy-client/dist-cjs/index.js': patchClient,
    // Before it was one file.
    '@smithy/smithy-client/dist-cjs/client.js': patchClient,
  },
};

function patchClient({ Client }: Client): void {
  // Of the two packages one may only pass on the other's class, or have none.
  if (Client !== undefined) replaceMethod(Client.prototype, 'send', wrapSend);
}

/** `DynamoDB.GetItem`, with what the command was made of. */
function describe({ self, args: { 0: command } }: TracedCall): CallInfo {
  const service = dataOf(dataOf(self, 'config'), 'serviceId') ?? nameOf(self).replace(/Client$/, '');
  const name = `${String(service).replaceAll(' ', '')}.${nameOf(command).replace(/Command$/, '')}`;
  const input = ownData(command, 'input');
  return { name, detail: input === undefined ? {} : { arguments: awsInput(name, input) } };
}

function nameOf(value: unknown): string {
  const name = dataOf(dataOf(value, 'constructor'), 'name');
  return typeof name === 'string' ? name.slice(0, MAX_NAME) : '';
}

/** The HTTP requests that carry the call, and those for credentials, are part of it. */
function wrapSend(original: Function): Function {
  return function send(this: unknown, ...args: unknown[]) {
    const call = beginCall(awsSdk, send, this, [args[0]]);
    // One inside of another, for credentials or by the document client, is unseen with that.
    if (call === undefined || call.silent) return Reflect.apply(original, this, args);
    const site: UnseenSite = { request: call.request, stack: call.stack, began: call.began, silent: true };
    const done = (ended: TracedCall, error: unknown, output: unknown) => {
      site.silent = false;
      end(ended, error, output);
    };
    const at = args.findIndex((arg, i) => i > 0 && typeof arg === 'function');
    if (at > 0)
      args[at] = bindDeferred(
        wrapCallback(call, args[at] as Function, (ended, { 0: error, 1: output }) =>
          done(ended, error, output),
        ),
      );
    const run = [call, original, this, args];
    if (at > 0) return runUnseen(site, runCall as Function, undefined, run);
    const sending: Sending = { done: (error, output) => done(call, error, output), isHeard: false };
    const result = runUnseen(site, runSending, undefined, [sending, args[0], run]);
    return sending.isHeard ? result : endWhenSettled(call, result, done);
  };
}

/** Runs a call, and hears of its outcome from the handler that its command has the client make. */
function runSending(sending: Sending, command: object, run: unknown[]): unknown {
  const restore = attempt(replaceResolve, command);
  const outer = current;
  current = sending;
  try {
    return Reflect.apply(runCall, undefined, run);
  } finally {
    current = outer;
    if (restore !== undefined) attempt(restore);
  }
}

/** Has the next handler that a command makes tell its outcome; returns what takes that back. */
function replaceResolve(command: object): (() => void) | undefined {
  const original = methodOf(command, RESOLVE);
  if (original === undefined || Object.hasOwn(command, RESOLVE)) return undefined;
  const value = function (this: unknown) {
    const handler: unknown = Reflect.apply(original, this, arguments);
    return typeof handler === 'function' ? wrapHandler(handler) : handler;
  };
  Object.defineProperty(command, RESOLVE, { value, writable: true, configurable: true });
  return () => Reflect.deleteProperty(command, RESOLVE);
}

/**
 * Wraps a handler, which a client may keep for all commands of a class. The client only adds its own
 * functions to the promise: what is told in them takes no turn of its own, and hides no rejection.
 */
function wrapHandler(handler: Function): Function {
  return function handle(this: unknown) {
    const sending = current;
    current = undefined;
    const promise: unknown = Reflect.apply(handler, this, arguments);
    if (sending === undefined || !types.isPromise(promise)) return promise;
    sending.isHeard = true;
    return {
      // biome-ignore lint/suspicious/noThenProperty: it stands for the promise
      then(onResult: Function, onError?: Function) {
        return promise.then(
          (result: unknown) => {
            attempt(sending.done, undefined, dataOf(result, 'output'));
            return onResult(result);
          },
          (error: unknown) => {
            attempt(sending.done, error ?? 'rejected', undefined);
            if (onError !== undefined) return onError(error);
            throw error;
          },
        );
      },
    };
  };
}

/** Items of the one list in an answer: Items, Contents, Messages, QueueUrls … */
function rowsOf(output: unknown): number | undefined {
  if (typeof output !== 'object' || output === null || types.isProxy(output)) return undefined;
  const lists = Object.keys(output)
    .map((key) => ownData(output, key))
    .filter(isList);
  return lists.length === 1 ? lists[0]!.length : undefined;
}

function end(call: TracedCall, error: unknown, output: unknown): void {
  const metadata = dataOf(error ?? output, '$metadata');
  const [status, attempts] = ['httpStatusCode', 'attempts'].map((key) => dataOf(metadata, key));
  endCall(call, error, rowsOf(output), {
    ...(typeof status === 'number' && { status }),
    ...(typeof attempts === 'number' && attempts > 1 && { attempts }),
    ...(error ? { failure: typeof status === 'number' ? 'application' : 'transport' } : {}),
  });
}
