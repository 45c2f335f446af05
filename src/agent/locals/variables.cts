/** Variables of a function as texts: bounded, secrets masked, without running the app's code. */

import { types } from 'node:util';
import { redactUrl } from '../../domain/redact.cjs';
import { isSecretField } from '../../domain/secret-names.cjs';
import { REDACTED } from '../../domain/secret-shapes.cjs';
import { ownData } from '../record/app-values.cjs';
import { serialize } from '../record/serialize.cjs';
import { toJson } from '../record/to-json.cjs';
import { budget, UNLIMITED } from '../record/value-budget.cjs';

const MAX_VARIABLES = 30;
/** Characters of a value. */
const MAX_TEXT = 400;
const MAX_NAME = 80;
const NODE_FIELDS = ['_readableState', '_writableState', '_handle', 'outputData'];

/**
 * Texts of the variables in a scope, by name, added to `variables`; those of an inner scope hide the
 * same names of an outer one.
 */
export function addVariables(variables: Map<string, string>, scope: object): void {
  for (const name of Object.getOwnPropertyNames(scope)) {
    if (variables.size >= MAX_VARIABLES) return;
    if (variables.has(name) || name.length > MAX_NAME) continue;
    variables.set(name, variableText(name, ownData(scope, name)));
  }
}

/** Text of a variable's value: JSON, behind the name of its class where it has one. */
export function variableText(name: string, value: unknown): string {
  if (isSecretField(name, value)) return REDACTED;
  if (value === undefined) return 'undefined';
  if (typeof value === 'function') return functionText(value);
  if (typeof value === 'symbol') return '<symbol>';
  if (typeof value === 'bigint') return `${serialize(value)}n`;
  const ofNode = streamText(value);
  if (ofNode !== undefined) return ofNode;
  budget.left = MAX_TEXT * 2;
  try {
    const text = toJson(serialize(value));
    const prefix = classPrefix(value);
    return prefix + (text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT)}…`);
  } finally {
    budget.left = UNLIMITED;
    budget.isCut = false;
  }
}

/** Sockets, messages and servers of Node by their class alone: what they hold is Node's. */
function streamText(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || types.isProxy(value)) return undefined;
  if (!NODE_FIELDS.some((field) => Object.hasOwn(value, field))) return undefined;
  const method = ownData(value, 'method');
  const url = ownData(value, 'url');
  const isRequest = typeof method === 'string' && typeof url === 'string';
  return `${classPrefix(value)}${isRequest ? `${method} ${redactUrl(url.slice(0, MAX_TEXT))}` : '{…}'}`;
}

function functionText(fn: Function): string {
  if (types.isProxy(fn)) return '<Proxy>';
  const name = ownData(fn, 'name');
  return typeof name === 'string' && name !== '' ? `function ${name.slice(0, MAX_NAME)}` : 'function';
}

/** `User `, for an instance of a class; empty for plain objects, arrays, and what its text shows. */
function classPrefix(value: unknown): string {
  if (typeof value !== 'object' || value === null || types.isProxy(value)) return '';
  if (Array.isArray(value) || types.isDate(value) || types.isNativeError(value) || ArrayBuffer.isView(value))
    return '';
  const prototype = Object.getPrototypeOf(value);
  if (prototype === null || prototype === Object.prototype || types.isProxy(prototype)) return '';
  const name = ownData(ownData(prototype, 'constructor'), 'name');
  return typeof name === 'string' && name !== '' && name !== 'Object' ? `${name.slice(0, MAX_NAME)} ` : '';
}
