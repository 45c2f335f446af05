/** Order of two calls as the source has it: whether the later one needs what the earlier one returned, or is in another function. */

import type { Frame } from '../../domain/trace.js';
import { sourceHintsOf } from '../advice/source-hints.js';
import type { ReadLine } from '../calls/loop-line.js';

/** Lines between two calls up to which the source is read. */
const MAX_LINES = 60;
/** Characters of them: a line of a bundle can be the whole bundle. */
const MAX_CHARACTERS = 8000;

const NO_CODE = /\/\*[\s\S]*?(?:\*\/|$)|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"/g;
// const [user] = await …, rows = (await …: the last one before the call.
const TARGET =
  /(\{[^{}]*\}|\[[^[\]]*\]|[\w$]+)\s*(?::[^=;(){}\n]+)?=(?![=>])\s*(?:\(\s*)*(?:await\b(?:(?!\n\s*(?:const|let|var|await|return|if)\b)[^;])*|)$/;
const ASSIGNMENT =
  /(?:^|[;{\n])\s*(?:const|let|var)?\s*(\{[^{}]*\}|\[[^[\]]*\]|[\w$]+)\s*(?::[^=;(){}\n]+)?=(?![=>])([^;]*)/g;
const CONDITION = /\b(?:if|switch|while)\s*\(((?:[^()]|\([^()]*\))*)\)/g;
const ASSERTION = /\b(?:assert|invariant|ensure|expect|check|must|throwIf|require)\w*(?:\.\w+)?\(([^;]*)/g;
const CONTROL = /\b(?:if|for|while|switch|catch|with)\s*(?:await\s*)?$/;
const RETURN_TYPE = /\)\s*:\s*[^(){};=]+$/;
const STATEMENT = /^\s*(?:const|let|var|await|return|if|for|throw|function|class|export)\b/;

/** Whether a call of the same file needs what an earlier call returned: as a value, or to be made at all. */
export function usesResult(first: Frame, second: Frame, readLine: ReadLine): boolean {
  const between = textBetween(first, second, readLine);
  if (between === undefined) return false;
  const before = sourceHintsOf(first, readLine).before.join('\n').slice(-MAX_CHARACTERS);
  const target = TARGET.exec(before)?.[1];
  const names = new Set(namesIn(target ?? ''));
  if (names.size === 0) return false;
  for (const [, name, value] of between.matchAll(ASSIGNMENT))
    if (hasName(value!, names)) for (const next of namesIn(name!)) names.add(next);
  const call = sourceHintsOf(second, readLine).call.replace(NO_CODE, '""');
  return [CONDITION, ASSERTION]
    .flatMap((pattern) => [...between.matchAll(pattern)].map(([, text]) => text!))
    .concat(call)
    .some((text) => hasName(text, names));
}

/** Whether a call of the same file is in a function that begins after an earlier call, or ends before it. */
export function isInOtherFunction(first: Frame, second: Frame, readLine: ReadLine): boolean {
  const between = textBetween(first, second, readLine);
  if (between === undefined) return second.line < first.line;
  return endsInFunction(between.replaceAll(/`(?:\\[\s\S]|[^`\\])*(?:`|$)/g, '""'));
}

// Undefined where the source is not known.
function textBetween(first: Frame, second: Frame, readLine: ReadLine): string | undefined {
  if (second.line < first.line || second.line - first.line > MAX_LINES) return undefined;
  const lines: string[] = [];
  for (let line = first.line; line <= second.line; line++) {
    const text = readLine(first, line);
    if (text === undefined) return undefined;
    const begin = line === first.line ? first.column - 1 : 0;
    lines.push(text.slice(begin, line === second.line ? second.column - 1 : undefined));
  }
  const text = lines.join('\n');
  return text.length > MAX_CHARACTERS ? undefined : text.replace(NO_CODE, '""');
}

function namesIn(target: string): string[] {
  return target.match(/[A-Za-z_$][\w$]*/g) ?? [];
}

function hasName(text: string, names: Set<string>): boolean {
  return [...text.matchAll(/(?<![\w$.])[A-Za-z_$][\w$]*/g)].some(([name]) => names.has(name));
}

/** A bracket that is open: that of a function's body, or one in which an arrow has begun a function. */
interface Bracket {
  at: number;
  isBody: boolean;
  hasArrow: boolean;
}

/** Whether the end of a text is in a function that the text opens. */
function endsInFunction(text: string): boolean {
  // What the text does not open is one bracket: the first call's function, or what is around it.
  const outside = (at: number): Bracket => ({ at, isBody: false, hasArrow: false });
  const open = [outside(0)];
  let parameters = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text[at]!;
    const top = open.at(-1)!;
    if (char === '(' || char === '[' || char === '{') {
      const isBody = char === '{' && isFunctionHead(text.slice(0, at), parameters);
      open.push({ at, isBody, hasArrow: false });
    } else if (char === ')' || char === ']' || char === '}') {
      const { at: opened } = open.pop()!;
      if (char === ')') parameters = opened;
      if (open.length === 0) open.push(outside(at));
    } else if (char === '=' && text[at + 1] === '>') top.hasArrow = true;
    else if (char === ',' || char === ';' || (char === '\n' && STATEMENT.test(text.slice(at, at + 40))))
      top.hasArrow = false;
  }
  return open.some(({ isBody, hasArrow }) => isBody || hasArrow);
}

// `function load(id) {` and `async load(id): Promise<Item> {`, whose parameters were opened at an index.
function isFunctionHead(before: string, parameters: number): boolean {
  const head = before.trimEnd().replace(RETURN_TYPE, ')');
  return head.endsWith(')') && !CONTROL.test(before.slice(0, parameters));
}
