/**
 * Copies values of the app for JSON: bounded, with secrets masked, without running the app's code.
 */

import { types } from 'node:util';
import { redactNumber, redactText } from '../../domain/redact.cjs';
import { isSecretField, isSecretName } from '../../domain/secret-names.cjs';
import { REDACTED } from '../../domain/secret-shapes.cjs';

/** Characters. */
const MAX_TEXT = 8 * 1024;
/** Keys of an object, items of an array. */
const MAX_KEYS = 200;
const MAX_DEPTH = 6;
const MAX_VALUES = 1000;

// Values that the current copy may still hold: a logged object may reference all others of the app.
let valuesLeft = 0;
// Secrets that the current copy has masked.
let masked = 0;

/**
 * Copy of a value that JSON can hold. Getters, proxies and symbols become a text (`<getter>`) and
 * `toJSON` is not called, as each would run the app's code.
 */
export function serialize(value: unknown, depth = 0): unknown {
  if (depth === 0) valuesLeft = MAX_VALUES;
  valuesLeft--;
  switch (typeof value) {
    case 'string':
      return serializeText(value, depth);
    case 'number':
      return Number.isFinite(value) ? redactNumber(value) : String(value);
    case 'boolean':
      return value;
    case 'bigint':
      return String(redactNumber(value));
    case 'undefined':
      return null;
    case 'object':
      return value === null ? null : serializeObject(value, depth);
    default:
      return `<${typeof value}>`;
  }
}

/** Text cut, without its secrets; JSON is looked into. */
function serializeText(text: string, depth: number): string {
  const cut = cutText(text);
  if (!/^\s*[[{]/.test(cut)) return redactText(cut);
  const before = masked;
  try {
    // Behind a cut JSON has no end.
    const copy = serialize(JSON.parse(text.length <= MAX_TEXT ? text : ''), depth + 1);
    return masked > before ? JSON.stringify(copy) : redactText(cut);
  } catch {
    // Where a secret ends in a part of JSON is not known.
    return hasSecretKey(cut) ? REDACTED : redactText(cut);
  }
}

function hasSecretKey(text: string): boolean {
  for (const [, key] of text.matchAll(/"([^"\\]{1,100})"\s{0,4}:/g)) if (isSecretName(key!)) return true;
  return false;
}

function cutText(text: string): string {
  return text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT)}… (${text.length} characters)`;
}

function serializeObject(value: object, depth: number): unknown {
  try {
    if (types.isProxy(value)) return '<Proxy>';
    if (types.isNativeError(value)) return formatError(value);
    if (types.isDate(value)) return formatDate(value);
    const bytes = bytesIn(value);
    if (bytes !== undefined) return formatBytes(bytes);
    if (types.isAnyArrayBuffer(value)) return formatBytes(Buffer.from(value));
    if (depth >= MAX_DEPTH) return Array.isArray(value) ? '<Array>' : '<Object>';
    if (Array.isArray(value)) return serializeArray(value, depth);
    return serializeFields(value, depth);
  } catch (error) {
    return `<threw: ${error instanceof Error ? redactText(error.message) : 'an error'}>`;
  }
}

function formatError(value: Error): string {
  const name =
    ownData(value, 'name') ?? ownData(ownData(Object.getPrototypeOf(value), 'constructor'), 'name');
  const message = ownData(value, 'message');
  return `${typeof name === 'string' ? name : 'Error'}: ${typeof message === 'string' ? redactText(cutText(message)) : ''}`;
}

/** Own data property of an object; undefined for a getter. */
function ownData(value: unknown, key: string): unknown {
  const isObject = (typeof value === 'object' && value !== null) || typeof value === 'function';
  return isObject && !types.isProxy(value) ? Object.getOwnPropertyDescriptor(value, key)?.value : undefined;
}

function formatDate(value: Date): string {
  const time = Date.prototype.getTime.call(value);
  return Number.isNaN(time) ? 'Invalid Date' : Date.prototype.toISOString.call(value);
}

// The built-in getters: an object of the app may have own ones with the same names.
const VIEW_GETTERS = [DataView.prototype, Object.getPrototypeOf(Uint8Array.prototype)].map((prototype) => {
  const getterOf = (key: string) => Object.getOwnPropertyDescriptor(prototype, key)!.get!;
  return { buffer: getterOf('buffer'), offset: getterOf('byteOffset'), length: getterOf('byteLength') };
});

/** Bytes of a Buffer, typed array or DataView, not copied; undefined for any other value. */
export function bytesIn(value: unknown): Buffer | undefined {
  if (!ArrayBuffer.isView(value)) return undefined;
  const { buffer, offset, length } = VIEW_GETTERS[types.isDataView(value) ? 0 : 1]!;
  return Buffer.from(buffer.call(value), offset.call(value), length.call(value));
}

/**
 * Items of an array, or keys and values of a Map or an object, in turn; at most `max` items or
 * keys. Getters and proxies are not called.
 */
export function itemsIn(value: object, max: number): unknown[] {
  if (types.isProxy(value)) return [];
  if (types.isMap(value)) return firstItems(Map.prototype.entries.call(value), max).flat();
  const isArray = Array.isArray(value);
  const keys = isArray
    ? Array.from({ length: Math.min(value.length, max) }, (_, i) => i)
    : Object.keys(value);
  return keys.slice(0, max).flatMap((key) => {
    const item = Object.getOwnPropertyDescriptor(value, key)?.value;
    // flatMap must not flatten an array in the array.
    return isArray ? [item] : [key, item];
  });
}

function firstItems<T>(items: Iterable<T>, max: number): T[] {
  const first: T[] = [];
  for (const item of items) if (first.push(item) >= max) break;
  return first;
}

function formatBytes(bytes: Buffer): string {
  const { length } = bytes;
  return `<${length} bytes ${bytes.toString('hex', 0, 32)}${length > 32 ? '…' : ''}>`;
}

function serializeArray(value: unknown[], depth: number): unknown[] {
  const items: unknown[] = [];
  const count = Math.min(value.length, MAX_KEYS);
  let i = 0;
  for (; i < count && valuesLeft > 0; i++) {
    const property = Object.getOwnPropertyDescriptor(value, i);
    items.push(
      property === undefined || 'value' in property ? serialize(property?.value, depth + 1) : '<getter>',
    );
  }
  if (value.length > i) items.push(`… (${value.length} items)`);
  return items;
}

function serializeFields(value: object, depth: number): Record<string, unknown> {
  const fields: Record<string, unknown> = Object.create(null);
  let count = 0;
  for (const key of Object.keys(value)) {
    if (++count > MAX_KEYS || valuesLeft <= 0) {
      fields['…'] = `${Object.keys(value).length} keys`;
      break;
    }
    const property = Object.getOwnPropertyDescriptor(value, key);
    if (property === undefined) continue;
    if (isSecretField(key, property.value)) {
      masked++;
      fields[key] = REDACTED;
    } else fields[key] = 'value' in property ? serialize(property.value, depth + 1) : '<getter>';
  }
  return fields;
}
