/** Records log lines as spans: text, level and logged objects, without running any app code. */

import { format, types } from 'node:util';
import { redactText } from '../../../domain/redact.cjs';
import { isSecretBehind } from '../../../domain/secret-names.cjs';
import { REDACTED } from '../../../domain/secret-shapes.cjs';
import { beginCallFrom, endCall, type TracedCall } from '../../call/call.cjs';
import { captureCallSite } from '../../call/call-site.cjs';
import { callerScript } from '../../call/stack.cjs';
import { attempt } from '../../guard.cjs';
import { ownData } from '../../record/app-values.cjs';
import { serialize } from '../../record/serialize.cjs';
import { toJson } from '../../record/to-json.cjs';
import { currentRequest } from '../../request/context.cjs';
import { notePrintedPorts, printedPorts } from '../../request/printed-ports.cjs';
import type { CallInfo, Instrument } from '../instrument.cjs';

const MAX_TEXT_LENGTH = 4000;
const MAX_VALUES = 1000;
const MAX_FIELDS = 500;
// detail.values has the whole object.
const MAX_INLINE_OBJECT = 400;
// Loggers call their own methods before the patched one.
const LIBRARY_FRAMES = 10;
/** Levels that loggers have besides or instead of trace, debug, info, warn, error and fatal. */
const WORDS: Record<string, string> = {
  __proto__: null as never,
  ...{ all: 'trace', silly: 'trace', finest: 'trace', finer: 'trace', fine: 'debug', verbose: 'debug' },
  ...{ log: 'info', notice: 'info', http: 'info', mark: 'info', success: 'info', warning: 'warn' },
  ...{ err: 'error', severe: 'error', crit: 'fatal', critical: 'fatal', alert: 'fatal', emerg: 'fatal' },
};
/** Levels as numbers, from tens on: those of pino, bunyan and roarr. */
const NUMBERED = ['trace', 'trace', 'debug', 'info', 'warn', 'error', 'fatal'];
/** Files of loggers that write by the console. */
const LOGGER_FILE =
  /node_modules[\\/](?:(?:winston[\w-]*[\\/].*transport|log4js[\w-]*[\\/].*appender)|(?:debug|bunyan|roarr|pino)[\w-]*[\\/])/;

/** Message of the line that a logger is writing; undefined while none is. */
let written: string | undefined;
/** True once a logger has recorded a line: until then the console's lines are the app's. */
let isLoggerUsed = false;

/** Records a line that the app logs by calling `cut` inside a request; others are not recorded. */
export function recordLogLine(
  instrument: Instrument,
  cut: (...args: never[]) => unknown,
  level: unknown,
  args: ArrayLike<unknown>,
): void {
  if (printedPorts.isWatching) attempt(notePrintedPorts, args);
  if (currentRequest() === undefined) return;
  const site = captureCallSite(cut, LIBRARY_FRAMES);
  if (site !== undefined) endCall(beginCallFrom(instrument, site, level, args));
}

/**
 * Runs what writes a logger's line. What it sends to the console meanwhile, or from a file of its
 * own later, is that line, and not recorded again.
 */
export function writeLine(message: unknown, original: Function, self: unknown, args: IArguments): unknown {
  const outer = written;
  written = typeof message === 'string' ? message : '';
  isLoggerUsed = true;
  try {
    return Reflect.apply(original, self, args);
  } finally {
    written = outer;
  }
}

/** Notes that a logger is in use, which writes from files of its own. */
export function noteLogger(): void {
  isLoggerUsed = true;
}

/** Copy of the data in a line besides some fields; undefined without any. */
export function fieldsBesides(
  line: unknown,
  names: ReadonlySet<string>,
): Record<string, unknown> | undefined {
  if (typeof line !== 'object' || line === null || types.isProxy(line)) return undefined;
  const keys = Object.keys(line).filter((key) => !names.has(key));
  if (keys.length === 0) return undefined;
  return Object.fromEntries(keys.slice(0, MAX_FIELDS).map((key) => [key, ownData(line, key)]));
}

/** Whether a line on the console is one that a logger writes, and that has been recorded. */
export function isLineOfLogger(
  cut: (...args: never[]) => unknown,
  args: ArrayLike<unknown>,
  behind = 0,
): boolean {
  if (!isLoggerUsed || currentRequest() === undefined) return false;
  if (written !== undefined && Array.from(args).some(holdsWritten)) return true;
  return LOGGER_FILE.test(callerScript(cut, behind));
}

function holdsWritten(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  return value.includes(written!) || value.includes(JSON.stringify(written).slice(1, -1));
}

/** Level in the words that all logs are shown with; a level of the app's own stays. */
export function levelWord(level: unknown): string {
  if (typeof level === 'number') return NUMBERED[Math.floor(level / 10)] ?? String(level);
  const word = typeof level === 'string' ? level.toLowerCase() : '';
  return WORDS[word] ?? word;
}

/** Text of a log line as the span's name; level and logged objects as its detail. */
export function describeLogLine({ self: level, args }: TracedCall): CallInfo {
  const values = Array.from(args).slice(0, MAX_VALUES);
  const objects = values.filter((value) => typeof value === 'object' && value !== null);
  const word = levelWord(level);
  const detail: Record<string, unknown> = { level: word };
  // `http` of winston's, where that says more.
  if (typeof level === 'string' && level.toLowerCase() !== word) detail.label = level;
  if (objects.length > 0) detail.values = objects.map((value) => serialize(value));
  return { name: textOf(values), detail };
}

// Bound at load: the app may count or replace it.
const ownFormat = format;

function textOf(values: unknown[]): string {
  // util.format would run code of objects (toString, inspect.custom), so they are serialized first.
  const printable = values.map((value, i) => {
    if (isSecretBehind(values[i - 1], value)) return REDACTED;
    if (typeof value === 'object' && value !== null) return inlineText(serialize(value));
    if (typeof value === 'function' || typeof value === 'symbol') return inlineText(serialize(value));
    return typeof value === 'string' && value.length > MAX_TEXT_LENGTH ? cutText(value) : value;
  });
  return redactText(cutText(ownFormat(...printable)));
}

function cutText(text: string): string {
  return text.length <= MAX_TEXT_LENGTH
    ? text
    : `${text.slice(0, MAX_TEXT_LENGTH)}… (${text.length} characters)`;
}

function inlineText(serialized: unknown): string {
  if (typeof serialized === 'string') return serialized;
  const json = toJson(serialized);
  return json.length <= MAX_INLINE_OBJECT ? json : `${json.slice(0, MAX_INLINE_OBJECT)}…`;
}
