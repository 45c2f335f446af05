/** Instrument of the AWS SDK: calls of any service, by command, at the class that all clients extend. */

import { types } from 'node:util';
import { beginCall, endCall, runCall, type TracedCall, wrapCallback } from '../call/call.cjs';
import { runUnseen, type UnseenSite } from '../call/call-site.cjs';
import { bindDeferred } from '../call/deferred.cjs';
import { endWhenSettled } from '../call/settle.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import { dataOf, isList, ownData } from '../record/app-values.cjs';
import type { CallInfo, Instrument } from './instrument.cjs';
import { awsInput } from './shared/aws-input.cjs';

type Client = { Client: { prototype: object } };

const MAX_NAME = 100;

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
    const result = runUnseen(site, runCall as Function, undefined, [call, original, this, args]);
    return at > 0 ? result : endWhenSettled(call, result, done);
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
