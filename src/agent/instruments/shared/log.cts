/** Log lines as spans: what was said inside a request, in text, without running any code of the app's. */

import { format } from 'node:util';
import { redactUrl } from '../../../domain/redact.cjs';
import { beginCallFrom, endCall, type TracedCall } from '../../call/call.cjs';
import { captureCallSite } from '../../call/call-site.cjs';
import { serialize } from '../../record/serialize.cjs';
import { currentRequest } from '../../request/context.cjs';
import type { CallInfo, Instrument } from '../instrument.cjs';

const MOST_TEXT = 4000;
// The whole of a thing is beside the text.
const MOST_OF_A_THING = 400;
// Loggers log by way of themselves.
const LIBRARY_FRAMES = 10;

/** Tells a line that the app logs by calling `cut` inside a request; of what it says outside any, nothing. */
export function recordLogLine(
  instrument: Instrument,
  cut: (...args: never[]) => unknown,
  level: string,
  args: ArrayLike<unknown>,
): void {
  if (currentRequest() === undefined) return;
  const site = captureCallSite(cut, LIBRARY_FRAMES);
  if (site !== undefined) endCall(beginCallFrom(instrument, site, level, args));
}

/** Answers a logged line's text, its level, and what was given beside the text. */
export function describeLogLine({ self: level, args }: TracedCall): CallInfo {
  const values = Array.from(args);
  const things = values.filter((value) => typeof value === 'object' && value !== null);
  const detail: Record<string, unknown> = { level };
  if (things.length > 0) detail.values = things.map((value) => serialize(value));
  return { name: textOf(values), detail };
}

function textOf(values: unknown[]): string {
  // Things may carry code that writes them, so that only what is none is formatted.
  const said = values.map((value) => {
    if (typeof value === 'object' && value !== null) return wordsOf(serialize(value));
    return typeof value === 'function' || typeof value === 'symbol' ? wordsOf(serialize(value)) : value;
  });
  const text = redactUrl(format(...said));
  return text.length <= MOST_TEXT ? text : `${text.slice(0, MOST_TEXT)}… (${text.length} characters)`;
}

function wordsOf(told: unknown): string {
  if (typeof told === 'string') return told;
  const words = JSON.stringify(told);
  return words.length <= MOST_OF_A_THING ? words : `${words.slice(0, MOST_OF_A_THING)}…`;
}
