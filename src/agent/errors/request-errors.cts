/**
 * Errors of requests: what is handed to a framework's error handling, and what ends the process,
 * read as data only: no getter, proxy or `toString` of the app runs.
 */

import { types } from 'node:util';
import type { ErrorCause, ErrorFrame, LinkLine } from '../../domain/link.js';
import { redactText } from '../../domain/redact.cjs';
import { failedCallOf } from '../call/call.cjs';
import { attempt } from '../guard.cjs';
import { dataOf, errorField, listOf, ownData, plainText } from '../record/app-values.cjs';
import { wholeMicros } from '../record/encode-span.cjs';
import { serialize } from '../record/serialize.cjs';
import { toJson } from '../record/to-json.cjs';
import { currentRequest } from '../request/context.cjs';
import { tagOfMessage } from '../request/private-field.cjs';
import { now, TracedRequest } from '../request/traced-request.cjs';
import { state } from '../run-config.cjs';
import { framesOf, mapsStacks } from './error-stack.cjs';

type ErrorLine = Extract<LinkLine, { t: 'error' }>;
type ErrorListener = (request: TracedRequest, line: ErrorLine) => void;

/** Per request; further errors are not kept. */
const MAX_ERRORS = 10;
const MAX_CAUSES = 5;
const MAX_MESSAGE = 8 * 1024;
const MAX_NAME = 200;
/** Fields under which ORMs and drivers have the error that theirs stands for. */
const INNER = ['cause', 'driverError', 'original', 'parent', 'nativeError', 'originalError'];

let listener: ErrorListener = () => {};
/** Errors that have been noted, by request. */
const noted = new WeakMap<TracedRequest, unknown[]>();

/** Sets what sends an error's line. */
export function onRequestError(errorListener: ErrorListener): void {
  listener = errorListener;
}

/**
 * Notes an error of the request that `message` belongs to, by default of the current one. `by` is
 * who has it now: a framework, or `process`. An error is noted once, where it was first seen.
 */
export function noteError(error: unknown, by: string, message?: object): void {
  if (state.recording === 'off') return;
  const owner = message === undefined ? undefined : tagOfMessage(message);
  const request = owner instanceof TracedRequest ? owner : currentRequest();
  if (request !== undefined) attempt(noteErrorOf, request, error, by, false);
}

/** Notes an error of a request; a fatal one also where it has been noted before. */
export function noteErrorOf(request: TracedRequest, error: unknown, by: string, isFatal: boolean): void {
  const known = noted.get(request) ?? [];
  const number = known.indexOf(error);
  if (number >= 0 && !isFatal) return;
  if (number < 0 && known.length >= MAX_ERRORS) return;
  const n = number >= 0 ? number : known.push(error) - 1;
  noted.set(request, known);
  const call = failedCall(error);
  const line: ErrorLine = {
    t: 'error',
    ...{ id: request.id, n, at: wholeMicros(now()), by },
    ...describeError(error),
  };
  if (isFatal) line.fatal = true;
  if (mapsStacks()) line.mapped = true;
  if (call !== undefined && call.request === request) line.span = call.n;
  const causes = causesOf(error);
  if (causes.length > 0) line.causes = causes;
  listener(request, line);
}

/** The recorded call that failed with an error, or with one that it stands for. */
function failedCall(error: unknown): ReturnType<typeof failedCallOf> {
  let inner = error;
  for (let depth = 0; depth < MAX_CAUSES && inner !== undefined; depth++) {
    const call = failedCallOf(inner);
    if (call !== undefined) return call;
    inner = INNER.map((field) => ownData(inner, field)).find((value) => typeof value === 'object');
  }
  return undefined;
}

/** Name, message, code, status and stack of an error, or of whatever else was thrown. */
function describeError(error: unknown): ErrorCause {
  if (!isErrorLike(error)) return { name: '', message: valueText(error) };
  const text = errorField(error, 'message') ?? '';
  const described: ErrorCause = { name: nameOf(error), message: shortened(text) };
  const code = plainText(dataOf(error, 'code'));
  if (code !== undefined && code !== '') described.code = code.slice(0, MAX_NAME);
  const status = dataOf(error, 'status') ?? dataOf(error, 'statusCode');
  if (typeof status === 'number' && Number.isInteger(status)) described.status = status;
  const frames: ErrorFrame[] = attempt(framesOf, error) ?? [];
  if (frames.length > 0) described.frames = frames;
  return described;
}

function isErrorLike(error: unknown): error is object {
  if (typeof error !== 'object' || error === null || types.isProxy(error)) return false;
  return types.isNativeError(error) || typeof errorField(error, 'message') === 'string';
}

/** A class of the app's that does not name itself is called by its constructor's name. */
function nameOf(error: object): string {
  const name = errorField(error, 'name') ?? '';
  const given = name === 'Error' || name === '' ? ownData(dataOf(error, 'constructor'), 'name') : name;
  return typeof given === 'string' && given !== '' ? given.slice(0, MAX_NAME) : name || 'Error';
}

function valueText(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  const text = plainText(value);
  return shortened(text ?? toJson(serialize(value)));
}

function shortened(text: string): string {
  const short =
    text.length <= MAX_MESSAGE ? text : `${text.slice(0, MAX_MESSAGE)}… (${text.length} characters)`;
  return redactText(short);
}

/** What an error was caused by, innermost last, and what an AggregateError is made of. */
function causesOf(error: unknown): ErrorCause[] {
  const seen = new Set<unknown>([error]);
  const causes: ErrorCause[] = [];
  let outer = error;
  while (causes.length < MAX_CAUSES) {
    const parts = listOf(ownData(outer, 'errors'), MAX_CAUSES);
    const cause = ownData(outer, 'cause');
    const next = (cause === undefined || cause === null ? parts : [cause]).filter((part) => !seen.has(part));
    if (next.length === 0) break;
    for (const part of next) {
      seen.add(part);
      if (causes.length < MAX_CAUSES) causes.push(describeError(part));
    }
    outer = next[0];
  }
  return causes;
}
