/** Records log lines as spans: text, level and logged objects, without running any app code. */

import { format } from 'node:util';
import { redactText } from '../../../domain/redact.cjs';
import { beginCallFrom, endCall, type TracedCall } from '../../call/call.cjs';
import { captureCallSite } from '../../call/call-site.cjs';
import { attempt } from '../../guard.cjs';
import { serialize } from '../../record/serialize.cjs';
import { currentRequest } from '../../request/context.cjs';
import { notePrintedPorts, printedPorts } from '../../request/printed-ports.cjs';
import type { CallInfo, Instrument } from '../instrument.cjs';

const MAX_TEXT_LENGTH = 4000;
const MAX_VALUES = 1000;
// detail.values has the whole object.
const MAX_INLINE_OBJECT = 400;
// Loggers call their own methods before the patched one.
const LIBRARY_FRAMES = 10;

/** Records a line that the app logs by calling `cut` inside a request; others are not recorded. */
export function recordLogLine(
  instrument: Instrument,
  cut: (...args: never[]) => unknown,
  level: string,
  args: ArrayLike<unknown>,
): void {
  if (printedPorts.isWatching) attempt(notePrintedPorts, args);
  if (currentRequest() === undefined) return;
  const site = captureCallSite(cut, LIBRARY_FRAMES);
  if (site !== undefined) endCall(beginCallFrom(instrument, site, level, args));
}

/** Text of a log line as the span's name; level and logged objects as its detail. */
export function describeLogLine({ self: level, args }: TracedCall): CallInfo {
  const values = Array.from(args).slice(0, MAX_VALUES);
  const objects = values.filter((value) => typeof value === 'object' && value !== null);
  const detail: Record<string, unknown> = { level };
  if (objects.length > 0) detail.values = objects.map((value) => serialize(value));
  return { name: textOf(values), detail };
}

function textOf(values: unknown[]): string {
  // util.format would run code of objects (toString, inspect.custom), so they are serialized first.
  const printable = values.map((value) => {
    if (typeof value === 'object' && value !== null) return inlineText(serialize(value));
    if (typeof value === 'function' || typeof value === 'symbol') return inlineText(serialize(value));
    return typeof value === 'string' && value.length > MAX_TEXT_LENGTH ? cutText(value) : value;
  });
  return redactText(cutText(format(...printable)));
}

function cutText(text: string): string {
  return text.length <= MAX_TEXT_LENGTH
    ? text
    : `${text.slice(0, MAX_TEXT_LENGTH)}… (${text.length} characters)`;
}

function inlineText(serialized: unknown): string {
  if (typeof serialized === 'string') return serialized;
  const json = JSON.stringify(serialized);
  return json.length <= MAX_INLINE_OBJECT ? json : `${json.slice(0, MAX_INLINE_OBJECT)}…`;
}
