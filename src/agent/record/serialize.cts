/** Values of the app made fit to be told: bounded, never calling the app's code, secrets masked. */

import { types } from 'node:util';
import { isSecretName, REDACTED } from '../../domain/redact.cjs';

const MOST_TEXT = 8 * 1024;
const MOST_KEYS = 200;
const DEEPEST = 6;
const MOST_VALUES = 1000;

// How many more the copy that is being made may hold: what is logged may lead to the whole of the app.
let left = 0;

/** Answers a copy that JSON can hold: getters, toJSON, proxies and symbols are described, not called. */
export function serialize(value: unknown, depth = 0): unknown {
  if (depth === 0) left = MOST_VALUES;
  left--;
  switch (typeof value) {
    case 'string':
      return capped(value);
    case 'number':
      return Number.isFinite(value) ? value : String(value);
    case 'boolean':
      return value;
    case 'bigint':
      return `${value}`;
    case 'undefined':
      return null;
    case 'object':
      return value === null ? null : tellObject(value, depth);
    default:
      return `<${typeof value}>`;
  }
}

function capped(text: string): string {
  return text.length <= MOST_TEXT ? text : `${text.slice(0, MOST_TEXT)}… (${text.length} characters)`;
}

function tellObject(value: object, depth: number): unknown {
  try {
    if (types.isProxy(value)) return '<Proxy>';
    if (types.isNativeError(value)) return tellError(value);
    if (types.isDate(value)) return tellDate(value);
    const bytes = bytesIn(value);
    if (bytes !== undefined) return tellBytes(bytes);
    if (types.isAnyArrayBuffer(value)) return tellBytes(Buffer.from(value));
    if (depth >= DEEPEST) return Array.isArray(value) ? '<Array>' : '<Object>';
    if (Array.isArray(value)) return tellArray(value, depth);
    return tellFields(value, depth);
  } catch (error) {
    return `<threw: ${error instanceof Error ? error.message : 'an error'}>`;
  }
}

function tellError(value: Error): string {
  const name = dataIn(value, 'name') ?? dataIn(dataIn(Object.getPrototypeOf(value), 'constructor'), 'name');
  const message = dataIn(value, 'message');
  return `${typeof name === 'string' ? name : 'Error'}: ${typeof message === 'string' ? capped(message) : ''}`;
}

/** Answers what an object holds itself under that key; a getter is nothing. */
function dataIn(value: unknown, key: string): unknown {
  const isObject = (typeof value === 'object' && value !== null) || typeof value === 'function';
  return isObject && !types.isProxy(value) ? Object.getOwnPropertyDescriptor(value, key)?.value : undefined;
}

function tellDate(value: Date): string {
  const at = Date.prototype.getTime.call(value);
  return Number.isNaN(at) ? 'Invalid Date' : Date.prototype.toISOString.call(value);
}

// An app may have put getters of its own over the built-in ones.
const VIEWS = [DataView.prototype, Object.getPrototypeOf(Uint8Array.prototype)].map((prototype) => {
  const getterOf = (key: string) => Object.getOwnPropertyDescriptor(prototype, key)!.get!;
  return { buffer: getterOf('buffer'), at: getterOf('byteOffset'), length: getterOf('byteLength') };
});

/** Answers the bytes of a Buffer or of another view, not copied; nothing where it is none. */
export function bytesIn(value: unknown): Buffer | undefined {
  if (!ArrayBuffer.isView(value)) return undefined;
  const { buffer, at, length } = VIEWS[types.isDataView(value) ? 0 : 1]!;
  return Buffer.from(buffer.call(value), at.call(value), length.call(value));
}

/** Answers what a list holds, or the keys and values of a map or an object, the first of them; getters and proxies are left alone. */
export function itemsIn(value: object, most: number): unknown[] {
  if (types.isProxy(value)) return [];
  if (types.isMap(value)) return firstOf(Map.prototype.entries.call(value), most).flat();
  const isList = Array.isArray(value);
  const keys = isList
    ? Array.from({ length: Math.min(value.length, most) }, (_, i) => i)
    : Object.keys(value);
  return keys.slice(0, most).flatMap((key) => {
    const item = Object.getOwnPropertyDescriptor(value, key)?.value;
    // A list in the list stays one.
    return isList ? [item] : [key, item];
  });
}

function firstOf<T>(items: Iterable<T>, most: number): T[] {
  const first: T[] = [];
  for (const item of items) if (first.push(item) >= most) break;
  return first;
}

function tellBytes(bytes: Buffer): string {
  const { length } = bytes;
  return `<${length} bytes ${bytes.toString('hex', 0, 32)}${length > 32 ? '…' : ''}>`;
}

function tellArray(value: unknown[], depth: number): unknown[] {
  const told: unknown[] = [];
  const shown = Math.min(value.length, MOST_KEYS);
  let i = 0;
  for (; i < shown && left > 0; i++) {
    const property = Object.getOwnPropertyDescriptor(value, i);
    told.push(
      property === undefined || 'value' in property ? serialize(property?.value, depth + 1) : '<getter>',
    );
  }
  if (value.length > i) told.push(`… (${value.length} items)`);
  return told;
}

function tellFields(value: object, depth: number): Record<string, unknown> {
  const told: Record<string, unknown> = Object.create(null);
  let n = 0;
  for (const key of Object.keys(value)) {
    if (++n > MOST_KEYS || left <= 0) {
      told['…'] = `${Object.keys(value).length} keys`;
      break;
    }
    const property = Object.getOwnPropertyDescriptor(value, key);
    if (property === undefined) continue;
    if (isSecretName(key)) told[key] = REDACTED;
    else told[key] = 'value' in property ? serialize(property.value, depth + 1) : '<getter>';
  }
  return told;
}
