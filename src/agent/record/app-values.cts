/**
 * Values of the app, read as data: none of its getters, proxies, iterators, `toString`s or `toJSON`s
 * runs, as it would run more often than without the agent.
 */

import { types } from 'node:util';

const { getOwnPropertyDescriptor, getPrototypeOf, hasOwn } = Object;
// The built-in getters: an object of the app may have own ones with the same names.
const VIEW_GETTERS = [DataView.prototype, getPrototypeOf(Uint8Array.prototype)].map((prototype) => {
  const getterOf = (key: string) => getOwnPropertyDescriptor(prototype, key)!.get!;
  return { buffer: getterOf('buffer'), offset: getterOf('byteOffset'), length: getterOf('byteLength') };
});
const urlText = getOwnPropertyDescriptor(URL.prototype, 'href')!.get!;
const exceptionFields = {
  name: getOwnPropertyDescriptor(DOMException.prototype, 'name')!.get!,
  message: getOwnPropertyDescriptor(DOMException.prototype, 'message')!.get!,
};
const MAX_PROTOTYPES = 20;

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

/** Value of an own data property; undefined for a getter. */
export function ownData(value: unknown, key: PropertyKey): unknown {
  if (!isObject(value) || types.isProxy(value) || !hasOwn(value, key)) return undefined;
  return getOwnPropertyDescriptor(value, key)!.value;
}

/** Value of a data property, own or inherited; undefined for a getter, and behind a proxy. */
export function dataOf(value: unknown, key: PropertyKey): unknown {
  if (!isObject(value)) return undefined;
  let owner: object | null = value;
  for (let i = 0; owner !== null && i < MAX_PROTOTYPES; i++) {
    if (types.isProxy(owner)) return undefined;
    if (hasOwn(owner, key)) return getOwnPropertyDescriptor(owner, key)!.value;
    owner = getPrototypeOf(owner) as object | null;
  }
  return undefined;
}

/** Function that is a data property, own or inherited, as the driver would call it. */
export function methodOf(value: unknown, key: PropertyKey): Function | undefined {
  const method = dataOf(value, key);
  return typeof method === 'function' ? method : undefined;
}

/** A value as the object that it is; undefined for any other. */
export function objectOf(value: unknown): object | undefined {
  return typeof value === 'object' && value !== null ? value : undefined;
}

/** Text of a string, number, boolean or URL; undefined for any other value. */
export function plainText(value: unknown): string | undefined {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
    case 'boolean':
    case 'bigint':
      return String(value);
    case 'object':
      return textOfUrl(value);
    default:
      return undefined;
  }
}

function textOfUrl(value: object | null): string | undefined {
  if (value === null || types.isProxy(value)) return undefined;
  try {
    return urlText.call(value) as string;
  } catch {
    // No URL.
    return undefined;
  }
}

/** An array that is no proxy: its `length` and items can be read. */
export function isList(value: unknown): value is unknown[] {
  // A revoked proxy throws in Array.isArray.
  return typeof value === 'object' && value !== null && !types.isProxy(value) && Array.isArray(value);
}

/** The first `max` items of an array or of `arguments`; `<getter>` for a getter, empty for others. */
export function listOf(value: unknown, max: number): unknown[] {
  if (!isList(value) && !(isObject(value) && types.isArgumentsObject(value))) return [];
  const items: unknown[] = [];
  const count = Math.min(value.length, max);
  for (let i = 0; i < count; i++) items.push(itemOf(value, i));
  return items;
}

/** Item of an array; `<getter>` for a getter. */
export function itemOf(list: ArrayLike<unknown>, i: number): unknown {
  const property = getOwnPropertyDescriptor(list, i);
  return property === undefined || 'value' in property ? property?.value : '<getter>';
}

/** Bytes of a Buffer, typed array or DataView, not copied; undefined for any other value. */
export function bytesIn(value: unknown): Buffer | undefined {
  if (!ArrayBuffer.isView(value)) return undefined;
  const { buffer, offset, length } = VIEW_GETTERS[types.isDataView(value) ? 0 : 1]!;
  // Buffer.from would read the ArrayBuffer's own byteLength.
  return Reflect.construct(Uint8Array, [buffer.call(value), offset.call(value), length.call(value)], Buffer);
}

/**
 * Items of an array, or keys and values of a Map or an object, in turn; at most `max` items or
 * keys.
 */
export function itemsIn(value: object, max: number): unknown[] {
  if (types.isProxy(value)) return [];
  if (types.isMap(value)) return firstEntries(value, max);
  if (Array.isArray(value)) return listOf(value, max).map((item) => (item === '<getter>' ? undefined : item));
  return Object.keys(value)
    .slice(0, max)
    .flatMap((key) => [key, ownData(value, key)]);
}

const mapEntries = Map.prototype.entries;
const nextEntry = getPrototypeOf(new Map().entries()).next as () => IteratorResult<[unknown, unknown]>;

function firstEntries(map: Map<unknown, unknown>, max: number): unknown[] {
  const items: unknown[] = [];
  const entries = mapEntries.call(map);
  for (let i = 0; i < max; i++) {
    const { done, value } = nextEntry.call(entries);
    if (done) break;
    items.push(value[0], value[1]);
  }
  return items;
}

/**
 * Name and message of an error, also of a DOMException; undefined where they are no texts. mariadb ends
 * its messages with the statement and its values, which are none of what went wrong.
 */
export function errorField(error: unknown, field: 'name' | 'message'): string | undefined {
  let text = dataOf(error, field);
  if (text === undefined && isObject(error) && !types.isProxy(error)) {
    try {
      text = exceptionFields[field].call(error);
    } catch {
      // No DOMException.
    }
  }
  if (typeof text !== 'string') return undefined;
  const sql = field === 'message' ? ownData(error, 'sql') : undefined;
  const ending = typeof sql === 'string' && sql !== '' ? `\nsql: ${sql}` : '';
  return ending !== '' && text.endsWith(ending) ? text.slice(0, -ending.length) : text;
}
