/**
 * Lines of the global console, heard where Node formats and writes them, behind its methods: whatever a
 * debugger or an inspector's session has shown of the call by then has no frame of the agent.
 */

import { subscribe } from 'node:diagnostics_channel';
import { attempt } from '../../guard.cjs';

/** Hears of a line before it is written; `cut` is the running function, behind the console's method. */
export type FormatListener = (
  cut: (...args: never[]) => unknown,
  level: string,
  args: ArrayLike<unknown>,
) => void;

/** Levels by Node's channel `console.<method>` (since 22): `info` and `debug` are formatted like `log`. */
const CHANNELS = ['info', 'debug', 'warn', 'error'];

/** Kept, as each line of the console asks it. */
let inspectorUrl: (() => string | undefined) | undefined;
/** Level that a channel has told of the line that is about to be formatted. */
let told: string | undefined;
/** The line that was formatted last, until it is written: `trace` formats its message before its stack. */
let formatted: { level: string; args: unknown[] } | undefined;

/** Whether a debugger listens, or may be attached; false where Node has no inspector. */
export function hasDebugger(): boolean {
  try {
    if (inspectorUrl === undefined) {
      if (!process.features.inspector) return false;
      ({ url: inspectorUrl } = require('node:inspector') as typeof import('node:inspector'));
    }
    return inspectorUrl() !== undefined;
  } catch {
    return false;
  }
}

/** Hears of all lines of the global console from now on. */
export function watchFormatting(listener: FormatListener): void {
  for (const level of CHANNELS)
    subscribe(`console.${level}`, () => {
      told = level;
    });
  const note = (level: string, args: unknown) => {
    if (Array.isArray(args)) formatted = { level: told ?? level, args: [...args] };
    told = undefined;
  };
  replaceHidden('kFormatForStdout', (original) => wrapStep(original, (_, args) => note('info', args[0])));
  replaceHidden('kFormatForStderr', (original) => wrapStep(original, (_, args) => note('error', args[0])));
  replaceHidden('kWriteToConsole', (original) =>
    wrapStep(original, (cut, { 1: text }) => {
      // `dir` and the timers write what they have not formatted.
      const { level, args } = formatted ?? { level: 'info', args: [text] };
      formatted = undefined;
      listener(cut, level, args);
    }),
  );
}

type Heard = (cut: (...args: never[]) => unknown, args: IArguments) => void;

function wrapStep(original: Function, hear: Heard): Function {
  // A method has no prototype property, like the method that it replaces.
  const holder = {
    step(this: unknown) {
      attempt(hear, holder.step, arguments);
      return Reflect.apply(original, this, arguments);
    },
  };
  return holder.step;
}

/** Replaces a method of the global console that Node names by a symbol of its own. */
function replaceHidden(name: string, wrap: (original: Function) => Function): void {
  const symbol = Object.getOwnPropertySymbols(console).find(({ description }) => description === name);
  const property = symbol && Object.getOwnPropertyDescriptor(console, symbol);
  if (typeof property?.value !== 'function') throw new Error(`console’s ${name} not found`);
  Object.defineProperty(console, symbol!, { ...property, value: wrap(property.value) });
}
