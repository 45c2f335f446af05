/** What the app's source says around a call: receiver, names of properties, and the kind of loop. */

import type { Frame } from '../../domain/trace.js';
import type { ReadLine } from '../calls/wrapper-line.js';

const LINES_BEFORE = 12;
const LINES_AFTER = 6;

/** Source lines around a call. */
export interface SourceHints {
  /** Lines before the call, the nearest last. */
  before: string[];
  /** The call's line and those after it. */
  call: string;
}

/** Source around a call site; empty texts where it cannot be read. */
export function sourceHintsOf(site: Frame | undefined, readLine: ReadLine): SourceHints {
  if (!site) return { before: [], call: '' };
  const lineAt = (line: number) => (line > 0 ? (readLine(site, line) ?? '') : '');
  const before = numbers(site.line - LINES_BEFORE, site.line - 1).map(lineAt);
  const after = numbers(site.line, site.line + LINES_AFTER).map(lineAt);
  return { before, call: after.join('\n') };
}

function numbers(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, n) => from + n);
}

/** Receiver of the first call of one of the methods: `prisma.book` of `prisma.book.findMany(…)`. */
export function receiverOf({ call }: SourceHints, methods: string): string | undefined {
  const found = new RegExp(`([\\w$]+(?:\\s*\\.\\s*[\\w$]+)*)\\s*\\.\\s*(?:${methods})\\s*[(<]`).exec(call);
  return found?.[1]?.replaceAll(/\s+/g, '');
}

/** First argument of such a call, if it is a name or a string: `Book` of `em.find(Book, …)`. */
export function argumentOf({ call }: SourceHints, methods: string): string | undefined {
  return new RegExp(`\\.\\s*(?:${methods})\\s*(?:<[^>()]*>)?\\(\\s*([\\w$.]+|'[^']*'|"[^"]*")\\s*[,)]`).exec(
    call,
  )?.[1];
}

/**
 * Property of a model for a column. From the statement's `"author_id" AS "authorId"`, or the name
 * in the source, in camel case or as it is; undefined if neither has it.
 */
export function propertyOf(
  column: string,
  statement: string,
  { before, call }: SourceHints,
  isColumnFirst = false,
): string | undefined {
  const name = column.replace(/^.*\./, '');
  const alias = new RegExp(`["\`.]?${escaped(name)}["\`]? AS ["\`](\\w+)["\`]`, 'i').exec(statement)?.[1];
  if (alias !== undefined && camelCase(alias) === camelCase(name)) return alias;
  const camel = camelCase(name);
  if (camel === name) return name;
  for (const text of [call, before.join('\n')]) {
    const found = (isColumnFirst ? [name, camel] : [camel, name]).find((word) => hasName(text, word));
    if (found !== undefined) return found;
  }
  return undefined;
}

function hasName(text: string, name: string): boolean {
  return new RegExp(`(?<![\\w$])${escaped(name)}(?![\\w$])`).test(text);
}

function escaped(name: string): string {
  return name.replaceAll('$', '\\$');
}

function camelCase(name: string): string {
  return name.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

const LOOP = /\b(?:for|while)\s*(?:await\s*)?\(|\bdo\s*\{|\.(?:map|forEach|reduce|flatMap)\(/;

/**
 * Whether the nearest loop around a call goes on while there is something left, rather than through
 * a list: each turn needs what the turn before returned.
 */
export function isOpenEnded({ before, call }: SourceHints): boolean {
  const line = [...before, call.split('\n', 1)[0]!].findLast((text) => LOOP.test(text));
  if (line === undefined) return false;
  // Counting up to a number is going through a list.
  return /\bwhile\s*\((?![^)]*[<>])|\bdo\s*\{|\bfor\s*\(\s*;|\bfor\s*\(\s*let [^;]+;[^;<>]*;/.test(line);
}
