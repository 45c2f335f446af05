/** Instrument of sharp: pictures that are made or read, in threads of libvips. */

import { beginCall, endCall, runCall, type TracedCall } from '../call/call.cjs';
import { wrapCall } from '../call/deferred.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import { attempt } from '../guard.cjs';
import { bytesIn, dataOf, plainText } from '../record/app-values.cjs';
import { watchStream } from '../request/streams.cjs';
import type { CallInfo, Instrument } from './instrument.cjs';
import { wrapNativeWork } from './shared/native-work.cjs';

type Sharp = { prototype: object };

const METHODS = ['toBuffer', 'toFile', 'toUint8Array', 'metadata', 'stats'];
const FORMAT = /^[a-z0-9]{1,20}$/;

export const sharp: Instrument = {
  library: 'sharp',
  versions: '>=0.28 <1',
  kind: 'image',
  kinds: [{ kind: 'image', title: 'Images', noun: 'image', nouns: 'images', slow: 1000, loop: true }],
  channel: 'scooby:sharp',
  describe,
  depth: 8,
  files: {
    'sharp/lib/index.js': patchSharp,
    'sharp/dist/index.cjs': patchSharp,
    'sharp/dist/index.mjs': ({ Sharp }: { Sharp: Sharp }) => patchSharp(Sharp),
  },
  esm: { 'sharp/dist/index.mjs': ['Sharp'] },
};

function patchSharp({ prototype }: Sharp): void {
  for (const method of METHODS)
    if (method in prototype)
      replaceMethod(prototype, method, (original) => wrapNativeWork(sharp, original, { end }));
  // As a stream it begins in a turn after that of `pipe`.
  replaceMethod(prototype, 'pipe', wrapCall);
  replaceMethod(prototype, '_pipeline', wrapPipeline);
}

/** `sharp.toBuffer`, with the size and the format that are asked for. */
function describe({ self, args: { 0: method } }: TracedCall): CallInfo {
  const options = dataOf(self, 'options');
  const [width, height, format] = ['width', 'height', 'formatOut'].map((key) => dataOf(options, key));
  return {
    name: `sharp.${plainText(method)}`,
    detail: {
      ...(typeof width === 'number' && width > 0 && { width }),
      ...(typeof height === 'number' && height > 0 && { height }),
      ...(typeof format === 'string' && format !== 'input' && FORMAT.test(format) && { format }),
    },
  };
}

function wrapPipeline(original: Function): Function {
  return function pipeline(this: object, ...args: unknown[]) {
    const isStream = typeof args[0] !== 'function' && dataOf(dataOf(this, 'options'), 'streamOut') === true;
    const call = isStream ? beginCall(sharp, pipeline, this, ['stream']) : undefined;
    if (call === undefined) return Reflect.apply(original, this, args);
    attempt(watchStream, this, call.request, (type, value) => {
      if (type === 'info') end(call, undefined, value);
      if (type === 'error') end(call, value ?? 'error', undefined);
    });
    return runCall(call, original, this, args);
  };
}

/** A picture is a buffer, or an object with one; of a file it is what was written. */
function end(call: TracedCall, error: unknown, value: unknown): void {
  const bytes = bytesIn(value)?.length ?? bytesIn(dataOf(value, 'data'))?.length ?? dataOf(value, 'size');
  endCall(call, error, undefined, typeof bytes === 'number' ? { bytes } : undefined);
}
