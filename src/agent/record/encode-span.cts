/**
 * Encodes lines of the link; span lines by hand, as JSON.stringify of an object costs twice as
 * much.
 */

import type { LinkLine } from '../../domain/link.js';
import type { TracedCall } from '../call/call.cjs';
import { maskStatement } from './sql-params.cjs';

const MAX_CACHED = 1000;
const MAX_TEXT = 64 * 1024;

/** JSON by text. */
const cache = new Map<string, string>();

/** A line of the link. */
export function encodeLine(line: LinkLine): string {
  return `${JSON.stringify(line)}\n`;
}

/** Converts ms to whole µs: each digit of a line costs time, and fractions have the most. */
export function wholeMicros(ms: number): number {
  return Math.max(0, Math.round(ms * 1000));
}

/** The `span` line of a call, with no duration while it runs. */
export function encodeSpan(call: TracedCall): string {
  const { instrument, info } = call;
  let line = `{"t":"span","n":${call.n},"kind":"${instrument.kind}","library":"${instrument.library}","name":${nameJson(call)},"at":${wholeMicros(call.began)}`;
  if (call.request !== undefined && !call.isOutside) line += `,"id":"${call.request.id}"`;
  if (call.ended !== 0) line += `,"duration":${wholeMicros(call.ended - call.began - call.wait)}`;
  if (call.wait >= 0.1) line += `,"wait":${wholeMicros(call.wait)}`;
  if (Number.isFinite(call.rows)) line += `,"rows":${call.rows}`;
  if (call.stack !== 0) line += `,"stack":${call.stack}`;
  if (call.error !== undefined) line += `,"error":${JSON.stringify(call.error)}`;
  const detail = info!.detail;
  if (detail !== undefined) line += `,"detail":${JSON.stringify(detail)}`;
  return `${line}}\n`;
}

/** The one place where statements leave the app: literals are as secret as params. */
function nameJson({ instrument, info }: TracedCall): string {
  const { name } = info!;
  return instrument.kind === 'sql'
    ? cachedJson(maskStatement(name, instrument.dialect), name.length)
    : cachedJson(name);
}

/**
 * JSON of a text that recurs (statement, route, handler's name), cached; texts over 64 Ki
 * characters are cut.
 */
export function cachedJson(text: string, length = text.length): string {
  const known = cache.get(text);
  if (known !== undefined) return known;
  if (cache.size >= MAX_CACHED) cache.clear();
  const cut = text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT)}… (${length} characters)`;
  const json = JSON.stringify(cut);
  cache.set(text, json);
  return json;
}
