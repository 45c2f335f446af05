/** Evaluated code, which is in no file as it runs: by eval, new Function, vm, and runners of modules. */

import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import vm from 'node:vm';
import { replaceMethod } from '../call/wrap.cjs';
import { attempt } from '../guard.cjs';
import { dataOf } from '../record/app-values.cjs';
import { packagePath } from './cjs.cjs';
import { filePath, fileText } from './file-text.cjs';
import { hasKnownMap, keepMapOfSource, mapInComment, mapOf, wasMapRead } from './source-maps.cjs';

/** Names of scripts that were evaluated; the same name may be that of a file. */
const evaluated = new Set<string>();
/** Names, and their characters. */
const MAX_EVALUATED = 10_000;
const MAX_NAMES_LENGTH = 2 * 1024 * 1024;
let namesLength = 0;
// V8 is asked for all scripts at once, some 0.1 ms each: 200 ms once in an app of a thousand files.
const MAX_QUESTIONS = 30;
let questions = 0;

// What only a compiler makes run; Node strips the types of .ts files without moving anything.
const COMPILED = /\.(?:[cm]?tsx?|jsx|vue|svelte|astro|mdx|civet|coffee)(?:\?|$)/;

// A path, or a name that a bundler gives: webpack-internal:///./src/db.ts
const NAMED = /^(?:[\\/]|[A-Za-z]:[\\/]|(?!node:)[\w-]+:)/;

/** Whether a script was evaluated, which a frame of eval or new Function shows. */
export function isEvaluated(name: string, isEval: boolean): boolean {
  if (isEval) noteEvaluated(name);
  return evaluated.has(name);
}

function noteEvaluated(name: string): void {
  // Without a name of its own code is at the line that evaluates it: eval at load (/app/a.js:3:9)
  if (!NAMED.test(name) || packagePath(name) !== '') return;
  if (evaluated.size >= MAX_EVALUATED || namesLength + name.length > MAX_NAMES_LENGTH || evaluated.has(name))
    return;
  namesLength += name.length;
  evaluated.add(name);
}

/**
 * Source maps (JSON) by the names of scripts that stacks have the first frames of; empty for
 * evaluated code without a map, whose lines are in no file.
 */
export function mapsOf(names: string[]): Map<string, string> {
  const maps = new Map<string, string>();
  const unknown = new Set<string>();
  for (const name of names) {
    const map = mapOf(name);
    if (map !== undefined) maps.set(name, map);
    else if ((evaluated.has(name) && !wasMapRead(name)) || isCompiled(name)) unknown.add(name);
  }
  if (unknown.size === 0) return maps;
  const urls = attempt(mapUrlsOf, unknown) ?? new Map<string, string>();
  for (const name of unknown) {
    const url = urls.get(name);
    const map = url === undefined || url === '' ? undefined : readMap(name, url);
    if (map !== undefined || evaluated.has(name)) maps.set(name, map ?? '');
  }
  return maps;
}

function isCompiled(name: string): boolean {
  if (!COMPILED.test(name) || packagePath(name) !== '' || hasKnownMap(name)) return false;
  const stripsTypes = (process as { features?: { typescript?: unknown } }).features?.typescript === 'strip';
  const hasLoader = /--(?:import|loader|experimental-loader)\b/.test(
    `${process.execArgv.join(' ')} ${process.env.NODE_OPTIONS ?? ''}`,
  );
  return !stripsTypes || hasLoader || !/\.[cm]?ts(?:\?|$)/.test(name);
}

interface ScriptParsed {
  params: { scriptId: string; url: string; sourceMapURL?: string };
}

/**
 * URLs of the source maps that V8 has read of scripts. The debugger is enabled and disabled in one
 * tick, in which none of the app's code runs.
 */
function mapUrlsOf(names: Set<string>): Map<string, string> {
  const urls = new Map<string, string>();
  if (questions++ >= MAX_QUESTIONS) return urls;
  const { Session } = require('node:inspector') as typeof import('node:inspector');
  const session = new Session();
  const newest = new Map<string, number>();
  session.connect();
  try {
    session.on('Debugger.scriptParsed', ({ params: { scriptId, url, sourceMapURL = '' } }: ScriptParsed) => {
      // Of a path Node tells the URL.
      const name = names.has(url) ? url : pathOf(url);
      // The same name is evaluated anew after an edit.
      if (!names.has(name) || Number(scriptId) < (newest.get(name) ?? 0)) return;
      newest.set(name, Number(scriptId));
      urls.set(name, sourceMapURL);
    });
    session.post('Debugger.enable');
    session.post('Debugger.disable');
  } finally {
    session.disconnect();
  }
  return urls;
}

function pathOf(url: string): string {
  try {
    return url.startsWith('file:') ? fileURLToPath(url) : '';
  } catch {
    return '';
  }
}

/** Source map of a data URL, or of a file beside the script; undefined where there is none. */
function readMap(name: string, url: string): string | undefined {
  try {
    if (url.startsWith('data:')) return mapInComment(url);
    if (/^[a-z][a-z0-9+.-]+:/i.test(url)) return undefined;
    return fileText(resolve(dirname(filePath(name)), decodeURIComponent(url)));
  } catch {
    // The comment is any text.
    return undefined;
  }
}

/** Watches what is evaluated by `node:vm`: vite-node, Vitest and jiti run modules by it. */
export function watchEvaluation(): void {
  const functions = vm as unknown as Record<string, Function>;
  // By the position of their options.
  const methods = { runInThisContext: 1, runInContext: 2, runInNewContext: 2, compileFunction: 2 };
  for (const [method, at] of Object.entries(methods)) {
    replaceMethod(
      functions,
      method,
      (original) =>
        function (this: unknown, code: unknown) {
          attempt(noteCode, code, arguments[at]);
          return Reflect.apply(original, this, arguments);
        },
    );
  }
  const construct = (original: Function, args: unknown[], target: Function) => {
    attempt(noteCode, args[0], args[1]);
    return Reflect.construct(original, args, target);
  };
  for (const name of ['Script', 'SourceTextModule'])
    if (functions[name] !== undefined) functions[name] = new Proxy(functions[name], { construct });
}

function noteCode(code: unknown, options: unknown): void {
  const name =
    typeof options === 'string' ? options : (dataOf(options, 'filename') ?? dataOf(options, 'identifier'));
  if (typeof code !== 'string' || typeof name !== 'string' || packagePath(name) !== '') return;
  const hasMap = keepMapOfSource(name, code);
  if (hasMap || (!hasKnownMap(name) && !isTextOfFile(name, code))) noteEvaluated(name);
}

/** Whether code is that of the file it is named after, perhaps inside a function on its first line. */
function isTextOfFile(name: string, code: string): boolean {
  const text = fileText(name);
  if (text === undefined) return false;
  const at = code.indexOf(text.replace(/^#!.*/, '').trim());
  return (
    at >= 0 && code.slice(0, at).split('\n').length === text.slice(0, text.search(/\S/)).split('\n').length
  );
}
