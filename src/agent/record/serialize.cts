/**
 * Copies values of the app for JSON: bounded, with secrets masked, without running the app's code.
 */

import { types } from 'node:util';
import { redactNumber, redactText } from '../../domain/redact.cjs';
import { isSecretBehind, isSecretField, isSecretName } from '../../domain/secret-names.cjs';
import { REDACTED } from '../../domain/secret-shapes.cjs';
import { bytesIn, errorField, itemOf, ownData } from './app-values.cjs';
import { toJson } from './to-json.cjs';
import { budget, takeCharacters, UNLIMITED } from './value-budget.cjs';

/** Characters. */
const MAX_TEXT = 8 * 1024;
const MAX_KEY = 256;
/** Keys of an object, items of an array. */
const MAX_KEYS = 200;
const MAX_DEPTH = 6;
const MAX_SHOWN_BYTES = 32;
const MAX_VALUES = 1000;
/** Characters, about. */
const NUMBER_SIZE = 8;

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
      budget.left -= NUMBER_SIZE;
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
    const copy = lookInto(cut === text ? text : '', depth);
    return masked > before ? toJson(copy) : redactText(cut);
  } catch {
    // Where a secret ends in a part of JSON is not known.
    return hasSecretKey(cut) ? REDACTED : redactText(cut);
  }
}

/** Copy of the values of JSON, whose characters have been counted as the text's. */
function lookInto(json: string, depth: number): unknown {
  const { left, isCut } = budget;
  budget.left = UNLIMITED;
  try {
    return serialize(JSON.parse(json), depth + 1);
  } finally {
    budget.left = left;
    budget.isCut = isCut;
  }
}

function hasSecretKey(text: string): boolean {
  for (const [, key] of text.matchAll(/"([^"\\]{1,100})"\s{0,4}:/g)) if (isSecretName(key!)) return true;
  return false;
}

function cutText(text: string): string {
  const length = takeCharacters(Math.min(text.length, MAX_TEXT));
  return text.length <= length ? text : `${text.slice(0, length)}… (${text.length} characters)`;
}

function serializeObject(value: object, depth: number): unknown {
  try {
    if (types.isProxy(value)) return '<Proxy>';
    if (types.isNativeError(value)) return formatError(value);
    if (types.isDate(value)) return formatDate(value);
    const bytes = bytesIn(value);
    if (bytes !== undefined) return formatBytes(bytes);
    if (types.isAnyArrayBuffer(value)) return formatBytes(bytesIn(new Uint8Array(value))!);
    if (depth >= MAX_DEPTH) return Array.isArray(value) ? '<Array>' : '<Object>';
    if (Array.isArray(value)) return serializeArray(value, depth);
    return serializeFields(value, depth);
  } catch (error) {
    return `<threw: ${redactText((errorField(error, 'message') ?? 'an error').slice(0, MAX_KEY))}>`;
  }
}

function formatError(value: Error): string {
  const name =
    ownData(value, 'name') ?? ownData(ownData(Object.getPrototypeOf(value), 'constructor'), 'name');
  // An inherited one is that of the class.
  const message = (Object.hasOwn(value, 'message') && errorField(value, 'message')) || '';
  return `${typeof name === 'string' ? name.slice(0, MAX_KEY) : 'Error'}: ${redactText(cutText(message))}`;
}

function formatDate(value: Date): string {
  const time = Date.prototype.getTime.call(value);
  return Number.isNaN(time) ? 'Invalid Date' : Date.prototype.toISOString.call(value);
}

function formatBytes(bytes: Buffer): string {
  budget.left -= MAX_SHOWN_BYTES * 2;
  const { length } = bytes;
  return `<${length} bytes ${bytes.toString('hex', 0, MAX_SHOWN_BYTES)}${length > MAX_SHOWN_BYTES ? '…' : ''}>`;
}

function serializeArray(value: unknown[], depth: number): unknown[] {
  const items: unknown[] = [];
  const count = Math.min(value.length, MAX_KEYS);
  let i = 0;
  let before: unknown;
  for (; i < count && valuesLeft > 0 && budget.left > 0; i++) {
    const item = itemOf(value, i);
    if (isSecretBehind(before, item)) {
      masked++;
      items.push(REDACTED);
    } else items.push(serialize(item, depth + 1));
    before = item;
  }
  if (value.length > i) items.push(`… (${value.length} items)`);
  if (i < count) budget.isCut = true;
  return items;
}

function serializeFields(value: object, depth: number): Record<string, unknown> {
  const fields: Record<string, unknown> = Object.create(null);
  let count = 0;
  const keys = Object.keys(value);
  for (const key of keys) {
    if (++count > MAX_KEYS || valuesLeft <= 0 || budget.left <= 0) {
      fields['…'] = `${keys.length} keys`;
      if (count <= MAX_KEYS) budget.isCut = true;
      break;
    }
    const property = Object.getOwnPropertyDescriptor(value, key);
    if (property === undefined) continue;
    const name = key.length <= MAX_KEY ? key : `${key.slice(0, MAX_KEY)}…`;
    budget.left -= name.length;
    if (isSecretField(key, property.value) || isNamedSecret(value, key, property.value)) {
      masked++;
      fields[name] = REDACTED;
    } else fields[name] = 'value' in property ? serialize(property.value, depth + 1) : '<getter>';
  }
  return fields;
}

/** Secret name that an object gives its own value: `{ name: 'password', value: … }`. */
function namedInside(value: object): string {
  for (const key of ['name', 'key', 'field', 'Name', 'Key']) {
    const name = ownData(value, key);
    if (typeof name === 'string' && name.length <= MAX_KEY && isSecretName(name)) return name;
  }
  return '';
}

function isNamedSecret(owner: object, key: string, value: unknown): boolean {
  if (key !== 'value' && key !== 'Value') return false;
  const name = namedInside(owner);
  return name !== '' && isSecretField(name, value);
}
