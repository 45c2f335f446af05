/**
 * Encodes lines of the link; span lines by hand, as JSON.stringify of an object costs twice as
 * much.
 */

import type { LinkLine } from '../../domain/link.js';
import type { TracedCall } from '../call/call.cjs';
import { readStatement } from './sql-params.cjs';
import { detachText, MAX_CACHED_TEXT, TextCache } from './text-cache.cjs';
import { toJson } from './to-json.cjs';

const MAX_TEXT = 64 * 1024;
/** Characters of the lines of a request; then names and errors are cut short. */
const MAX_REQUEST = 16 * 1024 * 1024;
const MAX_SHORT_TEXT = 1000;

/** JSON by text. */
const cache = new TextCache<string>();

/** A line of the link. */
export function encodeLine(line: LinkLine): string {
  return `${toJson(line)}\n`;
}

/** Converts ms to whole µs: each digit of a line costs time, and fractions have the most. */
export function wholeMicros(ms: number): number {
  return Math.max(0, Math.round(ms * 1000));
}

/** The `span` line of a call, with no duration while it runs. */
export function encodeSpan(call: TracedCall): string {
  const { instrument, info, request } = call;
  const isShort = request !== undefined && request.recorded > MAX_REQUEST;
  let line = `{"t":"span","n":${call.n},"kind":"${kindOfCall(call)}","library":"${instrument.library}","name":${nameJson(call, isShort)},"at":${wholeMicros(call.began)}`;
  if (request !== undefined && !call.isOutside) {
    line += `,"id":"${request.id}"`;
    if (request.isRemote) line += ',"remote":true';
  }
  if (call.ended !== 0) line += `,"duration":${wholeMicros(call.ended - call.began - call.wait)}`;
  if (call.wait >= 0.1) line += `,"wait":${wholeMicros(call.wait)}`;
  if (Number.isFinite(call.rows)) line += `,"rows":${call.rows}`;
  if (call.stack !== 0) line += `,"stack":${call.stack}`;
  if (call.error !== undefined) line += `,"error":${toJson(isShort ? shortText(call.error) : call.error)}`;
  const detail = info!.detail;
  if (detail !== undefined) line += `,"detail":${toJson(detail)}`;
  if (request !== undefined) request.recorded += line.length;
  return `${line}}\n`;
}

/** Kind of a call: its own, where it is not the instrument's. */
export function kindOfCall({ instrument, info }: TracedCall): string {
  return info?.kind ?? instrument.kind;
}

/** The one place where statements leave the app: literals are as secret as params. */
function nameJson(call: TracedCall, isShort: boolean): string {
  const { instrument, info } = call;
  const { name } = info!;
  if (kindOfCall(call) !== 'sql') return isShort ? toJson(shortText(name)) : cachedJson(name);
  const statement = readStatement(name, instrument.dialect);
  if (isShort) return toJson(shortText(statement.text));
  return (statement.json ??= toJson(cutText(statement.text, name.length)));
}

function shortText(text: string): string {
  return text.length <= MAX_SHORT_TEXT
    ? text
    : `${text.slice(0, MAX_SHORT_TEXT)}… (${text.length} characters)`;
}

/**
 * JSON of a text that recurs (statement, route, handler's name), cached; texts over 64 Ki
 * characters are cut.
 */
export function cachedJson(text: string): string {
  const known = cache.get(text);
  if (known !== undefined) return known;
  const json = toJson(cutText(text));
  if (text.length <= MAX_CACHED_TEXT) cache.set(detachText(text), json, json.length);
  return json;
}

/** A text that is not too long, or its beginning; `length` is that of the whole. */
function cutText(text: string, length = text.length): string {
  return text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT)}… (${length} characters)`;
}
