/** Parser and validator of the link's lines. */

import type { LinkLine } from '../domain/link.js';

type Check = (value: unknown) => boolean;
type Shape = Record<string, Check>;

const text: Check = (value) => typeof value === 'string';
// JSON.parse reads 1e999 as Infinity.
const number: Check = (value) => Number.isFinite(value);
const flag: Check = (value) => typeof value === 'boolean';
const fields: Check = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);
const tuple =
  (...checks: Check[]): Check =>
  (value) =>
    Array.isArray(value) && checks.every((check, i) => check(value[i]));
const texts: Check = (value) => fields(value) && Object.values(value as object).every(text);
const maybe =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);

const isShaped = (value: object, shape: Shape): boolean =>
  Object.entries(shape).every(([field, check]) => check((value as Record<string, unknown>)[field]));

const cause: Shape = {
  ...{ name: text, message: text, code: maybe(text), status: maybe(number) },
  frames: maybe(listOf(tuple(text, text, number, number))),
};
const kinds: Check = (value) => value === 'cpu' || value === 'heap';
const whole: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const frame = tuple(number, text, text, number, number, maybe(number), maybe(number));
const profileFunction = tuple(text, text, number, number);
const profileNode: Check = (value) => Array.isArray(value) && value.length >= 2 && value.every(number);
const profileEnd: Check = (value) => {
  const { interval, others, outside, offCpu, notes } = (value ?? {}) as Record<string, unknown>;
  const sizes = [others, outside, offCpu].every(maybe(whole));
  return fields(value) && whole(interval) && sizes && maybe(listOf(text))(notes);
};
const address: Shape = { protocol: text, host: maybe(text), port: maybe(number), path: maybe(text) };

const signs: Check = (value) => {
  const { variables, fixed, beside } = (value ?? {}) as Record<string, unknown>;
  return fields(value) && maybe(listOf(text))(variables) && maybe(flag)(fixed) && maybe(text)(beside);
};

/**
 * Checks of the fields by kind of line; kinds that are not listed come from another version and are
 * not checked.
 */
const SHAPES = new Map<string, [field: string, check: Check][]>(
  Object.entries({
    listen: { ...address, wanted: maybe(number), signs: maybe(signs) },
    mute: {},
    certificate: {
      ...{ at: (value) => text(value) || number(value), passphrase: maybe(text) },
      ...{ key: maybe(listOf(text)), cert: maybe(listOf(text)), pfx: maybe(listOf(text)) },
    },
    printed: { port: number, beside: maybe(flag) },
    unlisten: { port: maybe(number), path: maybe(text) },
    library: { name: text, version: maybe(text), trouble: maybe(text) },
    map: { file: text, map: text },
    frames: { frames: listOf(frame) },
    stack: { n: number, frames: listOf(number) },
    open: {
      ...{ id: text, at: number, method: text, url: text, headers: maybe(listOf(tuple(text, text))) },
      ...{ parent: maybe(text), cause: maybe(text), stack: maybe(number) },
    },
    cause: { key: text, id: text },
    thread: { thread: number, id: text },
    span: {
      ...{ id: maybe(text), n: number, kind: text, library: text, name: text, at: number },
      ...{ detail: maybe(fields), duration: maybe(number), wait: maybe(number) },
      ...{ rows: maybe(number), error: maybe(text), stack: maybe(number) },
    },
    withdrawn: { id: maybe(text), n: number },
    close: {
      ...{ id: text, at: number, status: maybe(number), aborted: maybe(flag), parent: maybe(text) },
      handed: maybe(flag),
      answeredError: maybe(number),
      error: maybe(text),
      ...{ route: maybe(text), handler: maybe(text), stack: maybe(number), params: maybe(texts) },
    },
    error: {
      ...{
        id: text,
        n: number,
        at: number,
        by: text,
        fatal: maybe(flag),
        mapped: maybe(flag),
        span: maybe(number),
      },
      ...{ ...cause, causes: maybe(listOf((value) => fields(value) && isShaped(value as object, cause))) },
    },
    dropped: { id: maybe(text), spans: number },
    profile: {
      ...{
        id: text,
        kind: kinds,
        functions: maybe(listOf(profileFunction)),
        nodes: maybe(listOf(profileNode)),
      },
      ...{ at: maybe(number), samples: maybe(listOf(tuple(whole, whole, number))) },
      ...{ end: maybe(profileEnd), refused: maybe(text) },
    },
    profiling: { id: text, refused: maybe(text) },
    answer: { n: number, rows: maybe(listOf(Array.isArray)), trouble: maybe(text), message: maybe(text) },
  } satisfies { [T in Exclude<LinkLine['t'], 'hello' | 'next' | 'wake'>]: Shape }).map(([t, shape]) => [
    t,
    Object.entries(shape),
  ]),
);

/**
 * Parses one line of a process's file; throws an Error when it is no JSON object or a field has the
 * wrong type.
 */
export function parseLine(json: string): LinkLine {
  const line = JSON.parse(json) as LinkLine;
  if (!fields(line) || !text(line.t)) throw new Error('not a line of the link');
  for (const [field, check] of SHAPES.get(line.t) ?? []) {
    if (!check((line as unknown as Record<string, unknown>)[field])) throw new Error(`${line.t}: ${field}`);
  }
  return line;
}
