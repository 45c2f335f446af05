/** How lines are written: those that come by the thousand by hand, since stringifying an object costs twice as much. */

import type { LinkLine } from '../../domain/link.js';
import type { TracedCall } from '../call/call.cjs';

const MOST_NAMES = 1000;
const MOST_NAME = 64 * 1024;

const names = new Map<string, string>();

/** Answers a line of the link. */
export function encodeLine(line: LinkLine): string {
  return `${JSON.stringify(line)}\n`;
}

/** Answers ms as a whole number of µs: digits cost, and a fraction's cost most. */
export function wholeMicros(ms: number): number {
  return Math.max(0, Math.round(ms * 1000));
}

/** Answers the line of a call as far as it has come. */
export function encodeSpan(call: TracedCall): string {
  const { instrument, info } = call;
  let line = `{"t":"span","n":${call.n},"kind":"${instrument.kind}","library":"${instrument.library}","name":${cachedJson(info!.name)},"at":${wholeMicros(call.began)}`;
  if (call.request !== undefined) line += `,"id":"${call.request.id}"`;
  if (call.ended !== 0) line += `,"duration":${wholeMicros(call.ended - call.began - call.wait)}`;
  if (call.wait >= 0.1) line += `,"wait":${wholeMicros(call.wait)}`;
  if (Number.isFinite(call.rows)) line += `,"rows":${call.rows}`;
  if (call.stack !== 0) line += `,"stack":${call.stack}`;
  if (call.error !== undefined) line += `,"error":${JSON.stringify(call.error)}`;
  const detail = info!.detail;
  if (detail !== undefined) line += `,"detail":${JSON.stringify(detail)}`;
  return `${line}}\n`;
}

/** Answers the JSON of a text of which an app has few: a statement, a route, a handler's name; cut where it is too long. */
export function cachedJson(name: string): string {
  const known = names.get(name);
  if (known !== undefined) return known;
  if (names.size >= MOST_NAMES) names.clear();
  const kept = name.length <= MOST_NAME ? name : `${name.slice(0, MOST_NAME)}… (${name.length} characters)`;
  const json = JSON.stringify(kept);
  names.set(name, json);
  return json;
}
