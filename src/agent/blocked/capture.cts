/** Capture of the code that blocks the event loop, from within: its functions, their lines and its request. */

import { isOwnScript } from '../call/own-script.cjs';
import { internStack } from '../call/stack.cjs';
import { sitesAbove } from '../call/stack-formatter.cjs';
import { packageName, packagePath } from '../loader/cjs.cjs';
import { currentRequest } from '../request/context.cjs';
import { now, type TracedRequest } from '../request/traced-request.cjs';

type Site = NodeJS.CallSite;

/** A function of the app that ran, with the number of the stack that begins at it. */
export interface RunningFunction {
  /** Tells it from others. */
  key: string;
  /** The library's or built-in function that it called, else its own name. */
  name: string;
  stack: number;
}

/** What ran at a time of performance.now(). */
export interface Capture {
  at: number;
  request: TracedRequest | undefined;
  /** Innermost first. */
  functions: RunningFunction[];
}

const MAX_FRAMES = 50;
const MAX_FUNCTIONS = 8;
// Deeper, frames of a framework would follow.
const MAX_STACK = 20;

/** What runs below the evaluation that called `cut`; undefined where that is no code of the app. */
export function captureRunning(cut: (...args: never[]) => unknown): Capture | undefined {
  const at = now();
  const functions = functionsOf(sitesBelow(cut));
  return functions.length === 0 ? undefined : { at, request: currentRequest(), functions };
}

/** Frames below the evaluated script, which is the only one without a name. */
function sitesBelow(cut: (...args: never[]) => unknown): Site[] {
  const sites: Site[] = sitesAbove(cut, MAX_FRAMES);
  const evaluated = sites.findIndex((site) => !isNative(site) && !site.getScriptNameOrSourceURL());
  return evaluated < 0 ? [] : sites.slice(evaluated + 1);
}

function functionsOf(sites: Site[]): RunningFunction[] {
  const functions: RunningFunction[] = [];
  let begin = 0;
  for (let at = 0; at < sites.length && functions.length < MAX_FUNCTIONS; at++) {
    const site = sites[at]!;
    if ((site as Site & { isAsync(): boolean }).isAsync()) break;
    const script = site.getScriptNameOrSourceURL() ?? '';
    if (!isOwnScript(script)) continue;
    const own = site.getFunctionName() ?? '';
    const callee = at > begin || at === 0 ? calleeName(sites[at - 1]) : undefined;
    const caller = own === '' ? builtInName(sites[at + 1]) : undefined;
    functions.push({
      key: `${script} ${own || site.getLineNumber()}`,
      name: callee ?? (own || caller || 'anonymous'),
      stack: internStack(sites.slice(begin, begin + MAX_STACK)),
    });
    begin = at + 1;
  }
  return functions;
}

/** `RegExp.test`, `bcryptjs.hashSync`; undefined for a function of Node's, whose names say little. */
function calleeName(site: Site | undefined): string | undefined {
  if (site === undefined) return undefined;
  const path = packagePath(site.getScriptNameOrSourceURL() ?? '');
  if (path === '') return builtInName(site);
  const name = site.getFunctionName()?.split('.').at(-1);
  return name ? `${packageName(path)}.${name}` : packageName(path);
}

function builtInName(site: Site | undefined): string | undefined {
  if (site === undefined || !isNative(site)) return undefined;
  const name = site.getFunctionName() ?? '';
  const type = site.getTypeName();
  return name === '' || type === null || name.includes('.') ? name || undefined : `${type}.${name}`;
}

function isNative(site: Site): boolean {
  return site.isNative() || (!site.getScriptNameOrSourceURL() && site.getLineNumber() === null);
}
