/** Names of functions as their source has them: a minifier renames them, and a stack has the new name. */

import type { OriginalPosition } from './source-map.js';

/** The script of a frame, and the source that its map names there. */
export interface NamedScript {
  /** Text of the generated file; read only for a name that the source may not have. */
  generated(): string | undefined;
  /** Text of the source that the frame is in. */
  source: string;
  /** Name of that source in the map. */
  sourceName: string;
  original(line: number, column: number): OriginalPosition | undefined;
}

/** Names longer than that which the source has as well are its own. */
const MAX_MINIFIED_NAME = 3;
/** Occurrences of a name that are looked at, and characters before the call in which they are. */
const MAX_OCCURRENCES = 2000;
const MAX_DISTANCE = 512 * 1024;

const DECLARED_BEFORE = /(?:\bfunction|\bclass|\bfunction\s*\*)\s*$/;
const ASSIGNED_AFTER = /^\s*=\s*(?:async\b|function\b|class\b|\(|[\w$]+\s*=>)/;
// What a map may name in place of the name itself: the beginning of the declaration.
const DECLARATION_HEAD =
  /^(?:export\s+)?(?:default\s+)?(?:async\s+)?(?:function\b\s*\*?\s*|class\s+|const\s+|let\s+|var\s+)?/;
const NAME = /^[A-Za-z_$][\w$]*/;
/** No names, though a declaration may begin with them. */
const WORDS = new Set(['async', 'function', 'class', 'export', 'default', 'const', 'let', 'var', 'return']);

/** Name of the function of a frame at a generated position (1-based), as the source has it. */
export function sourceNameOf(fn: string, line: number, column: number, script: NamedScript): string {
  const [, prefix = '', path = ''] = /^(new )?(.*)$/s.exec(fn)!;
  const [first = '', ...rest] = path.split('.');
  // Names of properties are left as they are.
  if (!NAME.test(first) || isNameOf(first, script.source)) return fn;
  const text = script.generated();
  const end = text === undefined ? undefined : offsetOf(text, line, column);
  if (text === undefined || end === undefined) return fn;
  for (const at of occurrences(text, first, end)) {
    if (!isDeclaration(text, at, first)) continue;
    const name = nameAt(positionOf(text, at), script);
    return name === undefined ? fn : [prefix + name, ...rest].join('.');
  }
  return fn;
}

function isNameOf(name: string, source: string): boolean {
  if (name.length <= MAX_MINIFIED_NAME) return false;
  return new RegExp(`(?<![\\w$])${name.replaceAll('$', '\\$')}(?![\\w$])`).test(source);
}

function offsetOf(text: string, line: number, column: number): number | undefined {
  let start = 0;
  for (let at = 1; at < line; at++) {
    start = text.indexOf('\n', start) + 1;
    if (start === 0) return undefined;
  }
  return start + column - 1;
}

/** Offsets of a name as a word, the nearest before `end` first. */
function* occurrences(text: string, name: string, end: number): Generator<number> {
  let at = end;
  for (let i = 0; i < MAX_OCCURRENCES && at > 0; i++) {
    at = text.lastIndexOf(name, at - 1);
    if (at < 0 || end - at > MAX_DISTANCE) return;
    const isWord = !/[\w$.]/.test(text[at - 1] ?? '') && !/[\w$]/.test(text[at + name.length] ?? '');
    if (isWord) yield at;
  }
}

/** Whether a function or class gets its name at an offset. */
function isDeclaration(text: string, at: number, name: string): boolean {
  const after = text.slice(at + name.length, at + name.length + 60);
  return DECLARED_BEFORE.test(text.slice(Math.max(0, at - 20), at)) || ASSIGNED_AFTER.test(after);
}

function positionOf(text: string, offset: number): { line: number; column: number } {
  let line = 1;
  let start = 0;
  for (let end = text.indexOf('\n'); end >= 0 && end < offset; end = text.indexOf('\n', start)) {
    line++;
    start = end + 1;
  }
  return { line, column: offset - start + 1 };
}

function nameAt({ line, column }: { line: number; column: number }, script: NamedScript): string | undefined {
  const original = script.original(line, column);
  if (original === undefined || original.source !== script.sourceName) return undefined;
  const code = script.source.split('\n')[original.line - 1]?.slice(original.column - 1) ?? '';
  const [name] = NAME.exec(code.replace(DECLARATION_HEAD, '')) ?? [];
  return name === undefined || WORDS.has(name) ? undefined : name;
}
