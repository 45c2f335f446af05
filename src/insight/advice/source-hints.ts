/** What the app's source says around a call: receiver, names of properties, and the kind of loop. */

import type { Frame } from '../../domain/trace.js';
import type { ReadLine } from '../calls/loop-line.js';
import { conditionKeys } from './condition-keys.js';
import { expressionAt } from './expression.js';

const LINES_BEFORE = 12;
const LINES_AFTER = 10;

/** Source around a call. */
export interface SourceHints {
  /** Lines before the call, the nearest last, which ends at the call. */
  before: string[];
  /** Expression of the call: its receiver, methods and arguments. */
  call: string;
}

/** What was read last around a frame: the same in each request, and checked, as the reader is another. */
const known = new WeakMap<Frame, { lines: string[]; hints: SourceHints }>();

/** Source around a call site; empty texts where it cannot be read. */
export function sourceHintsOf(site: Frame | undefined, readLine: ReadLine): SourceHints {
  if (!site) return { before: [], call: '' };
  const lines: string[] = [];
  for (let line = site.line - LINES_BEFORE; line <= site.line + LINES_AFTER; line++)
    lines.push(line > 0 ? (readLine(site, line) ?? '') : '');
  const last = known.get(site);
  if (last?.lines.every((line, at) => line === lines[at])) return last.hints;
  const before = lines.slice(0, LINES_BEFORE);
  const after = lines.slice(LINES_BEFORE);
  const hints = {
    before: [...before, after[0]!.slice(0, site.column - 1)],
    call: expressionAt(before, after, site.column - 1),
  };
  known.set(site, { lines, hints });
  return hints;
}

/** Receiver of a call of one of the methods: `prisma.book` of `prisma.book.findMany(…)`. */
export function receiverOf({ call }: SourceHints, methods: string): string | undefined {
  const found = new RegExp(`^([\\w$]+(?:\\s*\\.\\s*[\\w$]+)*)\\s*\\.\\s*(?:${methods})\\s*[(<]`).exec(call);
  return found?.[1]?.replaceAll(/\s+/g, '');
}

/** First argument of such a call, if it is a name or a string: `Book` of `em.find(Book, …)`. */
export function argumentOf({ call }: SourceHints, methods: string): string | undefined {
  return new RegExp(`\\.\\s*(?:${methods})\\s*(?:<[^>()]*>)?\\(\\s*([\\w$.]+|'[^']*'|"[^"]*")\\s*[,)]`).exec(
    call,
  )?.[1];
}

/** Variable that has a property in the call's arguments: `books` of `eq(books.authorId, id)`. */
export function ownerOf({ call }: SourceHints, property: string): string | undefined {
  return new RegExp(`(?<![\\w$.])([\\w$]+)\\.${escaped(property)}(?![\\w$(])`).exec(call)?.[1];
}

/**
 * Property of a model for a column, as a path: `authorId`, or `author.id` of a relation. From the statement's
 * `"author_id" AS "authorId"`, or the name that the source has as a key, a string or a property; `isOnly`: no other
 * column varies in a read, so that the only key is its. Undefined where none of them tells.
 */
export function propertyOf(
  name: string,
  statement: string,
  { before, call }: SourceHints,
  isOnly = false,
): string | undefined {
  const alias = new RegExp(`["\`.]?${escaped(name)}["\`]? AS ["\`](\\w+)["\`]`, 'i').exec(statement)?.[1];
  if (alias !== undefined && camelCase(alias) === camelCase(name)) return alias;
  const camel = camelCase(name);
  const names = camel === name ? [name] : [camel, name];
  const keys = BUILDER.test(call) ? [] : conditionKeys(call);
  const relation = keys.find((key) => isRelationOf(key, camel));
  const found = keys.find((key) => names.includes(key)) ?? relation;
  if (found !== undefined) return found;
  if (keys.length > 0) {
    if (isOnly) return keys.length === 1 ? keys[0] : undefined;
    // `book.update({ title })` finds its row by itself.
    return name === 'id' && !keys.some((key) => /\.id$/.test(key)) ? name : undefined;
  }
  const inCall = nameIn(call, names);
  if (inCall !== undefined || camel === name) return inCall ?? name;
  return nameIn(before.slice(-LINES_BEFORE).join('\n'), names);
}

// The names in their objects are those of parameters and of columns of the result.
const BUILDER = /\.(?:where|andWhere|orWhere|from|select|query|execute|createQueryBuilder)\s*\(|\bsql`/;

// `author.id` and `author` have the column author_id.
function isRelationOf(key: string, camel: string): boolean {
  const [first, last] = [key.split('.')[0]!, key.split('.').at(-1)!];
  const suffix = key.includes('.') ? last : 'id';
  return `${first}${suffix[0]!.toUpperCase()}${suffix.slice(1)}` === camel;
}

// `authorId: id` before `{ authorId }`, `'authorId'` and `book.authorId`: a value may have that name.
const PLACES = [
  (name: string) => `(?<![\\w$.])${name}['"]?\\s*:`,
  (name: string) => `[{,]\\s*${name}\\s*[,}]`,
  (name: string) => `['".]${name}(?![\\w$(])`,
];

function nameIn(text: string, names: string[]): string | undefined {
  for (const place of PLACES) {
    const found = names.find((name) => new RegExp(place(escaped(name))).test(text));
    if (found !== undefined) return found;
  }
  return undefined;
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
export function isOpenEnded({ before }: SourceHints): boolean {
  const line = enclosingLines(before).find((text) => LOOP.test(text));
  if (line === undefined) return false;
  // Counting up to a number is going through a list.
  return /\bwhile\s*\((?![^)]*[<>])|\bdo\s*\{|\bfor\s*\(\s*;|\bfor\s*\(\s*let [^;]+;[^;<>]*;/.test(line);
}

// Lines around the call by their indentation, the innermost first: others belong to other blocks.
function enclosingLines(before: string[]): string[] {
  const lines: string[] = [];
  let limit = Number.POSITIVE_INFINITY;
  for (const line of [...before].reverse()) {
    const indentation = line.search(/\S/);
    const isCallLine = limit === Number.POSITIVE_INFINITY;
    if (!isCallLine && (indentation < 0 || indentation >= limit)) continue;
    lines.push(line);
    limit = isCallLine && indentation < 0 ? line.length : indentation;
  }
  return lines;
}
