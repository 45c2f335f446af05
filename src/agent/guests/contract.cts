/** The contract that an instrument by others keeps: each of its replacements is tried on made-up functions. */

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { createRequire } from 'node:module';
import { TracedCall } from '../call/call.cjs';
import type { Instrument } from '../instruments/instrument.cjs';
import { packageName } from '../loader/cjs.cjs';
import { applyInRequest, currentRequest } from '../request/context.cjs';
import { TracedRequest } from '../request/traced-request.cjs';
import { state } from '../run-config.cjs';
import { loadGuest } from './guests.cjs';
import { type GuestWrap, replaceGuarded, replacementListener } from './replace.cjs';

/** One thing that was tried; a note is worth a look, and breaks no promise. */
export interface ContractResult {
  grade: 'good' | 'note' | 'bad';
  text: string;
}

interface Replacement {
  method: string;
  wrap: GuestWrap;
}

type Report = (grade: ContractResult['grade'], text: string) => void;

/** Results for the instruments of a file, by what it says of itself and by what it does. */
export async function tryInstrument(file: string): Promise<ContractResult[]> {
  const results: ContractResult[] = [];
  const report: Report = (grade, text) => void results.push({ grade, text });
  let instruments: Instrument[];
  try {
    instruments = loadGuest(file, file);
  } catch (error) {
    return [{ grade: 'bad', text: messageOf(error) }];
  }
  if (instruments.length === 0) report('note', 'exports no instrument here');
  for (const instrument of instruments) await tryOne(file, instrument, report);
  return results;
}

async function tryOne(file: string, instrument: Instrument, report: Report): Promise<void> {
  const { library, versions, kind } = instrument;
  report('good', `${library} ${versions}: recorded as ${kind}`);
  const replacements: Replacement[] = [];
  replacementListener.replaced = (_, method, wrap) => void replacements.push({ method, wrap });
  for (const [path, patch] of Object.entries(instrument.files)) applyPatch(file, path, patch, report);
  replacementListener.replaced = undefined;
  if (replacements.length === 0 && instrument.channels === undefined)
    report('bad', 'replaces nothing by record() or replace(): nothing would be recorded');
  for (const replacement of replacements) await tryReplacement(instrument, replacement, report);
}

/** Applies a patch to the package's file, where that is installed, else to exports that have anything. */
function applyPatch(file: string, path: string, patch: (exports: never) => void, report: Report): void {
  const require = createRequire(file);
  let exports: unknown;
  try {
    exports = require(fileOf(require, path));
  } catch {
    report('note', `${path} is not installed here: tried on made-up exports`);
    exports = madeUp();
  }
  try {
    patch(exports as never);
    report('good', `${path} is patched`);
  } catch (error) {
    report('bad', `${path}: ${messageOf(error)}`);
  }
}

/** A file of a package, which the package need not export. */
function fileOf(require: NodeJS.Require, path: string): string {
  const name = packageName(path);
  for (const folder of require.resolve.paths(name) ?? []) {
    const file = `${folder}/${path}`;
    try {
      return require.resolve(file);
    } catch {
      // In a folder above.
    }
  }
  throw new Error(`${path} is not installed`);
}

/** A function with any property, which is another such. */
function madeUp(): object {
  const made = new Map<PropertyKey, unknown>();
  const target = function madeUpFunction(): void {};
  return new Proxy(target, {
    get(fn, key) {
      if (key in fn && key !== 'prototype') return Reflect.get(fn, key);
      if (!made.has(key)) made.set(key, madeUp());
      return made.get(key);
    },
    defineProperty(_, key, { value }) {
      made.set(key, value);
      return true;
    },
  });
}

/** One way in which an original may behave. */
interface Behaviour {
  name: string;
  original: Function;
  args: unknown[];
  /** What the app is to see of the call. */
  expected: unknown[];
}

const RESULT = { made: 'up' };
/** What made-up functions throw and reject with. */
export const MADE_UP_FAILURE = new Error('made up');

const PATIENCE_MS = 1000;

function behavioursOf(seen: unknown[]): Behaviour[] {
  const last = (args: IArguments) => args[args.length - 1] as Function;
  const later = (run: () => void) => void setImmediate(run);
  return [
    { name: 'a result', args: ['text', 2], expected: ['returned', RESULT], original: () => RESULT },
    { name: 'none', args: [], expected: ['returned', undefined], original: () => undefined },
    {
      name: 'an error that is thrown',
      ...{ args: [null], expected: ['thrown', MADE_UP_FAILURE] },
      original() {
        throw MADE_UP_FAILURE;
      },
    },
    {
      name: 'a promise',
      ...{ args: [{ id: 1 }], expected: ['resolved', RESULT] },
      original: () => new Promise((resolve) => setImmediate(resolve, RESULT)),
    },
    {
      name: 'a promise that fails',
      ...{ args: ['text', { id: 1 }], expected: ['rejected', MADE_UP_FAILURE] },
      original: () => Promise.reject(MADE_UP_FAILURE),
    },
    {
      name: 'a callback',
      ...{ args: ['text', undefined], expected: ['called', null, RESULT] },
      original() {
        const [done, args] = [last(arguments), [null, RESULT]];
        later(() => Reflect.apply(done, seen, args));
      },
    },
    {
      name: 'a callback with an error',
      ...{ args: [undefined], expected: ['called', MADE_UP_FAILURE] },
      original() {
        const done = last(arguments);
        later(() => Reflect.apply(done, seen, [MADE_UP_FAILURE]));
      },
    },
  ];
}

async function tryReplacement(instrument: Instrument, made: Replacement, report: Report): Promise<void> {
  const { method, wrap } = made;
  const seen: unknown[] = [];
  let untold = 0;
  for (const behaviour of behavioursOf(seen)) {
    const outcome = await tryBehaviour(instrument, method, wrap, behaviour);
    for (const trouble of outcome.troubles) report('bad', `${method}, with ${behaviour.name}: ${trouble}`);
    if (outcome.troubles.length === 0)
      report('good', `${method}, with ${behaviour.name}: the app sees the same`);
    if (outcome.calls === 0) untold++;
    else if (!outcome.isEnded)
      report('bad', `${method}, with ${behaviour.name}: its call never ends: callback: true, or end(call)`);
    if (outcome.description !== undefined)
      report('note', `${method}, with ${behaviour.name}: describe failed: ${outcome.description}`);
  }
  if (!(await isLeftUnhandled(instrument, method, wrap)))
    report('bad', `${method}, with a promise that fails: an error that the app does not handle is hidden`);
  if (untold > 0) report('note', `${method}: ${untold} of 7 calls were not recorded`);
}

/** Whether the process still hears of a rejection that the app does not handle, once. */
async function isLeftUnhandled(instrument: Instrument, method: string, wrap: GuestWrap): Promise<boolean> {
  const owner: Record<string, Function> = { [method]: () => Promise.reject(MADE_UP_FAILURE) };
  replaceGuarded(instrument, owner, method, wrap);
  let heard = 0;
  const listener = (reason: unknown) => {
    if (reason === MADE_UP_FAILURE) heard++;
  };
  process.on('unhandledRejection', listener);
  state.recording = 'all';
  owner[method]!();
  state.recording = 'off';
  await new Promise((resolve) => setTimeout(resolve, 20));
  process.off('unhandledRejection', listener);
  return heard === 1;
}

interface Tried {
  troubles: string[];
  calls: number;
  isEnded: boolean;
  description: string | undefined;
}

async function tryBehaviour(
  instrument: Instrument,
  method: string,
  wrap: GuestWrap,
  { original, args, expected }: Behaviour,
): Promise<Tried> {
  const troubles: string[] = [];
  const self = { made: 'up' };
  let received: { self: unknown; args: unknown[]; times: number } | undefined;
  const noting = function (this: unknown, ...given: unknown[]) {
    received = { self: this, args: given, times: (received?.times ?? 0) + 1 };
    return Reflect.apply(original, this, given);
  };
  Object.defineProperty(noting, 'name', { value: method });
  const owner: Record<string, Function> = { [method]: noting };
  replaceGuarded(instrument, owner, method, wrap);
  if (owner[method]!.name !== noting.name || owner[method]!.length !== noting.length)
    troubles.push('another name or length');
  const calls = new Set<TracedCall>();
  let description: string | undefined;
  const hear = (message: unknown) => {
    if (!(message instanceof TracedCall)) return;
    calls.add(message);
    if (message.ended !== 0) return;
    try {
      message.info = instrument.describe(message);
    } catch (error) {
      description = messageOf(error);
    }
  };
  subscribe(instrument.channel, hear);
  state.recording = 'all';
  const request = new TracedRequest({ id: 'made-up', method: 'GET', url: '/' });
  const isCallback = expected[0] === 'called';
  const outcome = await new Promise<unknown[]>((resolve) => {
    const callback = function (this: unknown, ...results: unknown[]) {
      const isWrapped = received?.args.at(-1) !== callback;
      if (isWrapped && currentRequest() !== request)
        troubles.push('its callback runs outside of the request');
      resolve(['called', ...results]);
    };
    const given = isCallback ? [...args.slice(0, -1), callback] : args;
    setTimeout(resolve, PATIENCE_MS, ['nothing']).unref();
    // What ends later is to be in this request, wherever the library calls back.
    applyInRequest(request, () => observe(owner, method, self, given, isCallback, resolve), undefined, []);
    if (received === undefined) troubles.push('the original is not called');
    else {
      if (received.times > 1) troubles.push(`the original is called ${received.times} times`);
      if (received.self !== self) troubles.push('the original has another this');
      const before = isCallback ? given.slice(0, -1) : given;
      if (received.args.length !== given.length || before.some((arg, i) => received!.args[i] !== arg))
        troubles.push('the original has other arguments');
    }
  });
  await new Promise((resolve) => setImmediate(resolve));
  state.recording = 'off';
  unsubscribe(instrument.channel, hear);
  if (outcome.length !== expected.length || outcome.some((part, i) => part !== expected[i]))
    troubles.push(`it is ${wordsOf(outcome)}, not ${wordsOf(expected)}`);
  const isEnded = [...calls].every(({ ended, discarded }) => ended !== 0 || discarded);
  return { troubles, calls: calls.size, isEnded, description };
}

function observe(
  owner: Record<string, Function>,
  method: string,
  self: object,
  args: unknown[],
  isCallback: boolean,
  resolve: (outcome: unknown[]) => void,
): void {
  let result: unknown;
  try {
    result = Reflect.apply(owner[method]!, self, args);
  } catch (error) {
    return resolve(['thrown', error]);
  }
  if (result instanceof Promise)
    result.then(
      (value) => resolve(['resolved', value]),
      (error) => resolve(['rejected', error]),
    );
  else if (!isCallback) resolve(['returned', result]);
}

function wordsOf([what, ...values]: unknown[]): string {
  return [what, ...values.map((value) => (value instanceof Error ? 'an error' : typeof value))].join(' ');
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n', 1)[0]!;
}
