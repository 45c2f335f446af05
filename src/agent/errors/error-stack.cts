/** Frames of an error's stack, read from its text: it is what the app itself would print. */

import { types } from 'node:util';
import type { ErrorFrame } from '../../domain/link.js';
import { dataOf, ownData } from '../record/app-values.cjs';

const MAX_FRAMES = 30;
const MAX_STACK = 64 * 1024;
const MAX_PROTOTYPES = 20;
// From Node 21 on a stack is an accessor; V8's own reads the stack whatever the error has instead.
const readStack = Object.getOwnPropertyDescriptor(new Error('of the agent'), 'stack')?.get;
const FRAME =
  /^ {4}at (?:async )?(?:(.{1,500}?) \()?((?:file:\/\/|node:|[\w-]+:\/|[\\/])?[^()\n]{1,1000}?):(\d{1,9}):(\d{1,9})\)?$/;
/** Frames behind `as` have a second name. */
const ALIAS = / \[as [^\]]*\]$/;

/** Function, file, line and column of each frame, innermost first; empty without a stack. */
export function framesOf(error: object): ErrorFrame[] {
  const text = stackTextOf(error);
  if (typeof text !== 'string') return [];
  const lines = text.slice(-MAX_STACK).split('\n');
  // The message may have lines that look like frames: those of the stack are its last.
  let first = lines.length;
  while (first > 0 && lines[first - 1]!.startsWith('    at ')) first--;
  return lines.slice(first, first + MAX_FRAMES).flatMap((line) => {
    const match = FRAME.exec(line);
    if (match === null) return [];
    const [, name = '', file, row, column] = match;
    return [[name.replace(ALIAS, ''), file!, Number(row), Number(column)] satisfies ErrorFrame];
  });
}

/**
 * Reading it formats it, as the app's own reading would, and V8 then reads name and message: where
 * these are getters of the app's, the stack is left alone.
 */
function stackTextOf(error: object): unknown {
  if (isComputed(error, 'name') || isComputed(error, 'message')) return undefined;
  if (readStack !== undefined && types.isNativeError(error)) {
    const own = Object.getOwnPropertyDescriptor(error, 'stack');
    return own !== undefined && 'value' in own ? own.value : readStack.call(error);
  }
  return ownData(error, 'stack');
}

/** Whether stacks of this process may be those of sources: by Node, or by a formatter of the app's. */
export function mapsStacks(): boolean {
  const { sourceMapsEnabled } = process as { sourceMapsEnabled?: boolean };
  return sourceMapsEnabled === true || typeof dataOf(Error, 'prepareStackTrace') === 'function';
}

/** Whether a field would be computed by the app: by a getter, or by a proxy that it is inherited from. */
function isComputed(error: object, field: 'name' | 'message'): boolean {
  let owner: object | null = error;
  for (let depth = 0; owner !== null && depth < MAX_PROTOTYPES; depth++) {
    if (types.isProxy(owner)) return true;
    const property = Object.getOwnPropertyDescriptor(owner, field);
    if (property !== undefined) return !('value' in property) && owner !== DOMException.prototype;
    owner = Object.getPrototypeOf(owner) as object | null;
  }
  return false;
}
