/** What an instrument by others is handed, so that it imports nothing of scooby. */

import { beginCall, endCall, runCall, type TracedCall, wrapCallback } from '../call/call.cjs';
import { endWhenSettled } from '../call/settle.cjs';
import { attempt, Hook } from '../guard.cjs';
import type { CallArguments, Instrument } from '../instruments/instrument.cjs';
import { byteLengthOf } from '../instruments/shared/cache.cjs';
import { dataOf, isList, listOf, plainText } from '../record/app-values.cjs';
import { serialize } from '../record/serialize.cjs';
import { maskParams, maskStatement } from '../record/sql-params.cjs';
import { type GuestWrap, guestCut, replaceGuarded } from './replace.cjs';

/** The version of this interface: what an instrument says that it is written for. */
export const API_VERSION = 1;

/** What is told of a call when it is done, by what it returned. */
export interface CallOptions {
  /** True where the last argument, a function, is called when it is done, with its error first. */
  callback?: boolean;
  rows?(result: unknown, call: CallArguments): number | undefined;
  /** Values that are added to its details; secrets in them are masked. */
  facts?(result: unknown, call: CallArguments): Record<string, unknown> | undefined;
}

/** Helpers of an instrument. The first argument of `record` and `call` is the instrument itself. */
export interface Helpers {
  apiVersion: typeof API_VERSION;
  /** Records each call of a method. */
  record(instrument: object, owner: object, method: string, options?: CallOptions): void;
  /** Replaces a method by `wrap(original)`, with its name, length and properties. */
  replace(owner: object, method: string, wrap: GuestWrap): void;
  /** Calls `original` as a call that is recorded, and returns what it returns. */
  call(
    instrument: object,
    original: Function,
    self: unknown,
    args: ArrayLike<unknown>,
    options?: CallOptions,
  ): unknown;
  /** Begins a call that an event or a message ends; undefined where it is not recorded. */
  begin(instrument: object, self: unknown, args: ArrayLike<unknown>): TracedCall | undefined;
  /** Ends such a call, with its error, or with what it returned. */
  end(call: TracedCall | undefined, error?: unknown, result?: unknown, options?: CallOptions): void;
  /** Values of the app, read without running any of its code. */
  values: {
    text: typeof plainText;
    data: typeof dataOf;
    list: typeof listOf;
    copy(value: unknown): unknown;
    bytes(value: unknown): number;
  };
  /** Statements and their values without secrets. */
  mask: { sql: typeof maskStatement; params: typeof maskParams };
}

/** Instruments by the objects that guests have made. */
const known = new WeakMap<object, Instrument>();
const hooks = new WeakMap<Instrument, Hook>();
/** Name of the call that begins, for instruments that describe none. */
let methodName = '';

/** Ties a guest's object to the instrument that is made of it. */
export function rememberGuest(guest: object, instrument: Instrument): void {
  known.set(guest, instrument);
}

/** Name of the method whose call begins. */
export function nameOfMethod(): string {
  return methodName;
}

/** Helpers of a guest; `library` names it where it fails. */
export function helpersFor(library: string): Helpers {
  const own = { library };
  return {
    apiVersion: API_VERSION,
    record: (guest, owner, method, options) =>
      replaceGuarded(own, owner, method, (original) => {
        const recorded: (...args: never[]) => unknown = function (this: unknown) {
          methodName = method;
          return recordCall(instrumentOf(guest), guestCut() ?? recorded, original, this, arguments, options);
        };
        return recorded;
      }),
    replace: (owner, method, wrap) => replaceGuarded(own, owner, method, wrap),
    call: function call(guest, original, self, args, options) {
      methodName = original.name;
      return recordCall(instrumentOf(guest), guestCut() ?? call, original, self, args, options);
    },
    begin: function begin(guest, self, args) {
      methodName = instrumentOf(guest).library;
      return beginCall(instrumentOf(guest), guestCut() ?? begin, self, args);
    },
    end: (call, error, result, options = {}) => {
      if (call !== undefined) finish(call, error, result, options);
    },
    values: {
      text: plainText,
      data: dataOf,
      list: listOf,
      copy: (value) => serialize(value),
      bytes: (value) => byteLengthOf(value),
    },
    mask: { sql: maskStatement, params: maskParams },
  };
}

function instrumentOf(guest: object): Instrument {
  const instrument = known.get(guest);
  if (instrument === undefined) throw new Error('the first argument is not the instrument');
  return instrument;
}

/** Calls `original` as a call of `instrument`, whose stack begins above `cut`. */
export function recordCall(
  instrument: Instrument,
  cut: (...args: never[]) => unknown,
  original: Function,
  self: unknown,
  args: ArrayLike<unknown>,
  options: CallOptions = {},
): unknown {
  const call = beginCall(instrument, cut, self, args);
  if (call === undefined) return Reflect.apply(original, self, args);
  const end = (ended: TracedCall, error: unknown, value: unknown) => finish(ended, error, value, options);
  const last = args[args.length - 1];
  if (options.callback && typeof last === 'function') {
    const list = Array.from(args);
    list[args.length - 1] = wrapCallback(call, last, (ended, { 0: error, 1: value }) =>
      end(ended, error, value),
    );
    return runCall(call, original, self, list);
  }
  return endWhenSettled(call, runCall(call, original, self, args), end);
}

/** Ends a call, with what its guest says of the result; where that fails, without it. */
function finish(call: TracedCall, error: unknown, value: unknown, { rows, facts }: CallOptions): void {
  if (error !== undefined && error !== null) return endCall(call, error);
  const counted = rows === undefined ? (isList(value) ? value.length : undefined) : ask(call, rows, value);
  const told = facts === undefined ? undefined : ask(call, facts, value);
  endCall(call, undefined, counted, told === undefined ? undefined : (serialize(told) as typeof told));
}

function ask<T>(call: TracedCall, read: (value: unknown, call: CallArguments) => T, value: unknown) {
  const hook = hookOf(call.instrument);
  if (hook.isOff) return undefined;
  try {
    return read(value, call);
  } catch (error) {
    attempt(noteFailure, hook, error);
    return undefined;
  }
}

function hookOf(instrument: Instrument): Hook {
  let hook = hooks.get(instrument);
  if (hook === undefined) hooks.set(instrument, (hook = new Hook(instrument.library, 'reading its results')));
  return hook;
}

function noteFailure(hook: Hook, error: unknown): void {
  hook.failed(error);
}
