/** Values of the app made fit to be told: bounded, never calling the app's code, secrets masked. */

import { types } from 'node:util';
import { isSecretName, REDACTED } from '../redact.cjs';

const MOST_TEXT = 8 * 1024;
const MOST_KEYS = 200;
const DEEPEST = 6;
const MOST_VALUES = 1000;

// How many more the copy that is being made may hold: what is logged may lead to the whole of the app.
let left = 0;

/** Answers a copy that JSON can hold: getters, toJSON, proxies and symbols are described, not called. */
export function tell(value: unknown, depth = 0): unknown {
  if (depth === 0) left = MOST_VALUES;
  left--;
  switch (typeof value) {
    case 'string':
      return value.length <= MOST_TEXT ? value : `${value.slice(0, MOST_TEXT)}… (${value.length} characters)`;
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

function tellObject(value: object, depth: number): unknown {
  try {
    if (types.isProxy(value)) return '<Proxy>';
    if (types.isNativeError(value)) return tellError(value);
    if (types.isDate(value)) return tellDate(value);
    if (ArrayBuffer.isView(value)) return tellBytes(value);
    if (types.isAnyArrayBuffer(value)) return tellBytes(new Uint8Array(value));
    if (depth >= DEEPEST) return Array.isArray(value) ? '<Array>' : '<Object>';
    if (Array.isArray(value)) return tellArray(value, depth);
    return tellFields(value, depth);
  } catch (error) {
    return `<threw: ${error instanceof Error ? error.message : 'an error'}>`;
  }
}

function tellError(value: Error): string {
  const own = (key: string) => Object.getOwnPropertyDescriptor(value, key)?.value;
  const name = own('name') ?? Object.getPrototypeOf(value)?.constructor?.name;
  return `${typeof name === 'string' ? name : 'Error'}: ${tell(own('message') ?? '')}`;
}

function tellDate(value: Date): string {
  const at = Date.prototype.getTime.call(value);
  return Number.isNaN(at) ? 'Invalid Date' : Date.prototype.toISOString.call(value);
}

function tellBytes(value: ArrayBufferView): string {
  const bytes = Buffer.from(value.buffer, value.byteOffset, Math.min(value.byteLength, 32));
  return `<${value.byteLength} bytes ${bytes.toString('hex')}${value.byteLength > 32 ? '…' : ''}>`;
}

function tellArray(value: unknown[], depth: number): unknown[] {
  const told: unknown[] = [];
  const shown = Math.min(value.length, MOST_KEYS);
  let i = 0;
  for (; i < shown && left > 0; i++) {
    const property = Object.getOwnPropertyDescriptor(value, i);
    told.push(property === undefined || 'value' in property ? tell(property?.value, depth + 1) : '<getter>');
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
    else told[key] = 'value' in property ? tell(property.value, depth + 1) : '<getter>';
  }
  return told;
}
