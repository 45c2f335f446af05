/** What the clients of Elasticsearch and OpenSearch have in common: a transport that all commands pass. */

import { beginCall, endCall, runCall, type TracedCall, wrapCallback } from '../../call/call.cjs';
import { runUnseen, type UnseenSite } from '../../call/call-site.cjs';
import { bindDeferred, wrapCall } from '../../call/deferred.cjs';
import { endWhenSettled } from '../../call/settle.cjs';
import { replaceMethod } from '../../call/wrap.cjs';
import { attempt } from '../../guard.cjs';
import { bytesIn, dataOf, isList, methodOf, plainText } from '../../record/app-values.cjs';
import { serialize } from '../../record/serialize.cjs';
import type { CallInfo, Instrument } from '../instrument.cjs';
import { searchTarget } from './search-name.cjs';

type Class = { prototype: object };

/** A command that runs: its call, and the site that hides the HTTP requests that carry it. */
interface Running {
  call: TracedCall;
  site: UnseenSite;
  /** True once it is sent: from then on the transport tells each outcome in an event. */
  isSent: boolean;
  /** True once an event has told its result. */
  isHeard: boolean;
  /** Of before 8. */
  transport?: object;
}

const MAX_NAME = 200;
// A body that the app has written as text is read up to here.
const MAX_BODY = 64 * 1024;
const HELPERS = ['search', 'scrollSearch', 'scrollDocuments', 'msearch', 'bulk', 'esql'];

/** Running commands by their result, which is what the transport says of them in its events. */
const running = new WeakMap<object, Running>();
/** Commands of before 8 without a result so far, by their parameters, which the app may give to several. */
const waiting = new WeakMap<object, Running[]>();
/** The command that begins in this tick. */
let beginning: Running | undefined;

/** Patches a class of transports, whose events are those of `emitter`, or of the transport itself. */
export function patchTransport(instrument: Instrument, Transport: Class): void {
  replaceMethod(Transport.prototype, 'request', (original) => wrapRequest(instrument, original));
}

/** Patches a class of emitters of a transport. */
export function patchDiagnostic({ prototype }: Class): void {
  replaceMethod(prototype, 'emit', wrapEmit);
}

/** Patches helpers that make many calls, some of them in a later turn. */
export function patchHelpers({ prototype }: Class): void {
  for (const method of HELPERS)
    if (Object.hasOwn(prototype, method)) replaceMethod(prototype, method, wrapCall);
}

/** `products.search`, with what was asked for. */
export function describeSearch({ args: { 0: params, 1: options } }: TracedCall): CallInfo {
  const target = searchTarget(
    plainText(dataOf(params, 'method')) ?? 'GET',
    plainText(dataOf(params, 'path')) ?? '/',
  );
  const { index, id } = target;
  // Newer clients say it themselves.
  const command = plainText(dataOf(dataOf(params, 'meta'), 'name')) ?? target.command;
  const name = index === undefined ? command : `${index}.${command}`;
  const asked: Record<string, unknown> = { ...(id !== undefined && { id }) };
  for (const source of [dataOf(params, 'querystring'), dataOf(options, 'querystring')]) {
    const query = source === undefined ? {} : serialize(source);
    if (Object.keys(query as object).length > 0) asked.querystring = query;
  }
  const [body, bulk] = ['body', 'bulkBody'].map((key) => dataOf(params, key));
  if (bulk !== undefined && bulk !== null) asked.body = sizeOf(bulk, 'lines');
  else if (body !== undefined && body !== null && body !== '') asked.body = bodyOf(body);
  const detail = { command, ...(index !== undefined && { index }), arguments: serialize(asked) };
  return { name: name.slice(0, MAX_NAME), detail };
}

/** A body is data, or JSON as text. */
function bodyOf(body: unknown): unknown {
  if (typeof body !== 'string')
    return methodOf(body, 'pipe') !== undefined ? 'a stream' : bytesIn(body) ? sizeOf(body, '') : body;
  if (body.length > MAX_BODY) return sizeOf(body, '');
  try {
    return JSON.parse(body);
  } catch {
    return sizeOf(body, '');
  }
}

function sizeOf(value: unknown, noun: string): string {
  if (isList(value)) return `${value.length} ${noun}`;
  const bytes = typeof value === 'string' ? Buffer.byteLength(value) : bytesIn(value)?.length;
  return bytes === undefined ? 'a stream' : `${bytes} bytes`;
}

function wrapRequest(instrument: Instrument, original: Function): Function {
  return function request(this: object, ...args: unknown[]) {
    const call = beginCall(instrument, request, this, [...args]);
    // One of the transport's own inside of a call is part of that.
    if (call === undefined || call.silent) return runBeginning(undefined, original, this, args);
    const site: UnseenSite = { request: call.request, stack: call.stack, began: call.began, silent: true };
    const own: Running = { call, site, isSent: false, isHeard: false };
    const at = args.findIndex((arg, i) => i > 0 && typeof arg === 'function');
    if (at > 0)
      args[at] = bindDeferred(
        wrapCallback(call, args[at] as Function, (_call, { 0: error, 1: result }) => end(own, error, result)),
      );
    attempt(hearTransport, this, args[0], own);
    const result = runBeginning(own, runUnseen, undefined, [
      site,
      runCall,
      undefined,
      [call, original, this, args],
    ]);
    // A handler on a promise would hide that the app has none; another promise would settle later.
    if (at > 0 || (own.isSent && result instanceof Promise)) return result;
    return endWhenSettled(call, result, (_call, error, value) => end(own, error, value));
  };
}

/** Runs a function during which the transport's first event is that of a command. */
function runBeginning(own: Running | undefined, fn: Function, self: unknown, args: unknown[]): unknown {
  const outer = beginning;
  beginning = own;
  try {
    return Reflect.apply(fn, self, args);
  } finally {
    beginning = outer;
  }
}

/** Before 8 a transport has a function of its own for its events, and keeps the app's parameters. */
function hearTransport(transport: object, params: unknown, own: Running): void {
  if (!Object.hasOwn(transport, 'emit') || typeof params !== 'object' || params === null) return;
  replaceMethod(transport, 'emit', wrapEmit);
  own.transport = transport;
  waiting.set(params, [...(waiting.get(params) ?? []).filter(isWaiting), own]);
}

function isWaiting({ isHeard, call }: Running): boolean {
  return !isHeard && call.ended === 0;
}

/** Wraps the emitter of a transport's events: `(event, error, result)`. */
function wrapEmit(original: Function): Function {
  return function emit(this: unknown, event: unknown, error: unknown, result: unknown) {
    attempt(hear, this, event, error, result);
    return Reflect.apply(original, this, arguments);
  };
}

function hear(emitter: unknown, event: unknown, error: unknown, result: unknown): void {
  if (typeof result !== 'object' || result === null) return;
  const known = running.get(result) ?? hearFirst(emitter, event, result);
  if (known === undefined) return;
  if (event === 'request') known.isSent = true;
  if (event === 'response' || (event === 'request' && error)) end(known, error, result);
}

/**
 * The command whose result is told for the first time: the one that begins, or, where the transport has asked the
 * server first who it is, the oldest with these parameters, as they go on in order.
 */
function hearFirst(emitter: unknown, event: unknown, result: object): Running | undefined {
  if (event !== 'serialization' && event !== 'request') return undefined;
  const params = dataOf(dataOf(dataOf(result, 'meta'), 'request'), 'params');
  const known =
    beginning?.isHeard === false
      ? beginning
      : waiting
          .get((params ?? result) as object)
          ?.find((each) => isWaiting(each) && each.transport === emitter);
  if (known === undefined) return undefined;
  known.isHeard = true;
  running.set(result, known);
  return known;
}

function end({ call, site }: Running, error: unknown, result: unknown): void {
  site.silent = false;
  if (call.ended !== 0) return;
  // Of newer clients a promise has the body alone, but then an event has come before.
  const failed = error ? (dataOf(error, 'meta') ?? result) : result;
  const [status, headers] = ['statusCode', 'headers'].map((key) => dataOf(failed, key));
  const attempts = dataOf(dataOf(failed, 'meta'), 'attempts');
  const bytes = Number(plainText(dataOf(headers, 'content-length')) ?? Number.NaN);
  endCall(call, error, error ? undefined : rowsOf(dataOf(result, 'body')), {
    ...(typeof status === 'number' && status > 0 && { status }),
    ...(bytes > 0 && { bytes }),
    ...(typeof attempts === 'number' && attempts > 0 && { attempts: attempts + 1 }),
    ...(error ? { failure: typeof status === 'number' && status > 0 ? 'application' : 'transport' } : {}),
  });
}

/** Hits of a search, items of a bulk, documents of several, answers of several searches. */
function rowsOf(body: unknown): number | undefined {
  const lists = [
    dataOf(dataOf(body, 'hits'), 'hits'),
    dataOf(body, 'items'),
    dataOf(body, 'docs'),
    dataOf(body, 'values'),
  ];
  const list = lists.find(isList) ?? (isList(body) ? body : undefined);
  if (list !== undefined) return list.length;
  const responses = dataOf(body, 'responses');
  if (isList(responses)) return responses.reduce<number>((sum, each) => sum + (rowsOf(each) ?? 0), 0);
  const found = dataOf(body, 'found');
  return typeof found === 'boolean' ? Number(found) : undefined;
}
