/** Formats and colours SQL for display; accepts any text. */

import type { Dialect } from '../domain/library.js';
import { COMMENT, type Piece, piecesOf, VERSION_MARK, WHITESPACE } from '../insight/sql/pieces.js';
import { NAME, VALUE, WORD } from '../insight/sql/token-kinds.js';
import type { Line, Segment } from '../terminal/cells.js';
import { cleanLines } from '../terminal/cells.js';

type TokenKind = 'space' | 'comment' | 'string' | 'number' | 'word' | 'name' | 'parameter' | 'mark';

interface Token {
  kind: TokenKind;
  text: string;
}

const KEYWORDS = new Set(
  (
    'select from where and or not in is null as on join left right inner outer full cross lateral using group by having order ' +
    'limit offset fetch insert into values update set delete returning with recursive union all distinct case when then else ' +
    'end exists between like ilike begin commit rollback savepoint release for asc desc nulls first last create table index ' +
    'drop alter add any true false conflict do nothing over partition explain analyze'
  ).split(' '),
);

/** Words that start a new line. */
const CLAUSES = new Set(
  'from where group having order limit offset fetch values set returning union left right inner full cross join on'.split(
    ' ',
  ),
);
const JOINS = new Set(['left', 'right', 'inner', 'full', 'cross', 'outer', 'lateral']);
/** Words that start a new line indented under their clause. */
const INDENTED = new Set(['and', 'or', 'on']);

/** Characters; longer statements keep their lines, and only this beginning is coloured. */
const MAX_LAID_OUT = 20_000;
/** Characters of a statement on one line that are parsed: more than a terminal is wide. */
export const MAX_LABEL = 1000;

/** Tokens of a statement; their joined texts are the statement. */
export function highlightTokens(sql: string, dialect: Dialect): Token[] {
  return Array.from(piecesOf(sql, dialect), (piece) => ({ kind: tokenKindOf(piece), text: piece.written }));
}

function tokenKindOf({ kind, written, quoted }: Piece): TokenKind {
  switch (kind) {
    case WHITESPACE:
      return 'space';
    case COMMENT:
    case VERSION_MARK:
      return 'comment';
    case VALUE:
      if (quoted) return 'string';
      return /^[\d.]/.test(written) ? 'number' : 'parameter';
    case WORD:
      return 'word';
    case NAME:
      if (written === '??') return 'parameter';
      return /^["`[]|^u&"/i.test(written) ? 'name' : 'word';
    default:
      return 'mark';
  }
}

function segment(token: Token): Segment {
  if (token.kind === 'word' && KEYWORDS.has(token.text.toLowerCase())) return [token.text, 'keyword'];
  if (token.kind === 'string' || token.kind === 'number' || token.kind === 'comment')
    return [token.text, token.kind];
  if (token.kind === 'parameter') return [token.text, 'number'];
  return token.text;
}

/** Statement on one coloured line, cut at MAX_LABEL characters. */
export function colourSql(sql: string, dialect: Dialect): Line {
  return highlightTokens(sql.slice(0, MAX_LABEL), dialect).map(segment);
}

/** True when a word starts a line; `brackets` has, per open bracket, whether it is a subquery. */
function startsLine(word: string, previous: string, brackets: boolean[]): boolean {
  if (brackets.length > 0 && !brackets.at(-1)) return false;
  if (word === 'join') return !JOINS.has(previous);
  if (word === 'set' || word === 'from') return previous !== 'distinct' && previous !== 'update';
  if (word === 'on' && previous === 'distinct') return false;
  if (word === 'and' && previous === '#between') return false;
  return CLAUSES.has(word) || INDENTED.has(word);
}

/** Statement in coloured lines, one per clause. */
export function layOutSql(sql: string, dialect: Dialect): Line[] {
  if (sql.length > MAX_LAID_OUT) return keepLines(sql, dialect);
  const lines: Segment[][] = [[]];
  const brackets: boolean[] = [];
  let previous = '';
  let between = false;
  const list = highlightTokens(sql.trim(), dialect);
  const newLine = (extra: number) => {
    const indent = '  '.repeat(brackets.filter(Boolean).length + extra);
    lines.push(indent === '' ? [] : [indent]);
  };
  for (const [index, token] of list.entries()) {
    const word = token.kind === 'word' ? token.text.toLowerCase() : '';
    if (token.kind === 'space') {
      const line = lines.at(-1)!;
      if (line.length > 0 && list[index - 1]?.kind !== 'comment') line.push(' ');
      continue;
    }
    if (word === 'between') between = true;
    const isRangeAnd = word === 'and' && between;
    if (isRangeAnd) between = false;
    if (word && !isRangeAnd && index > 0 && startsLine(word, previous, brackets))
      newLine(INDENTED.has(word) ? 1 : 0);
    if (token.text === ')' && brackets.pop()) newLine(0);
    lines.at(-1)!.push(segment(token));
    if (token.text === '(') {
      const next = list.slice(index + 1).find((candidate) => candidate.kind !== 'space');
      const isSubquery = next?.kind === 'word' && /^(?:select|with|values)$/i.test(next.text);
      brackets.push(isSubquery);
      if (isSubquery) newLine(0);
    }
    if (token.kind === 'comment' && token.text.startsWith('--')) newLine(0);
    if (word || token.text === '(') previous = word;
  }
  return lines
    .map(trimSpaces)
    .filter((line) => line.length > 0)
    .flatMap(splitLines);
}

/** Coloured statement with its own line breaks. */
function keepLines(sql: string, dialect: Dialect): Line[] {
  const coloured = highlightTokens(sql.slice(0, MAX_LAID_OUT), dialect).map(segment);
  return splitLines([...coloured, sql.slice(MAX_LAID_OUT)]);
}

/** Removes spaces at a line's end and a second space after its indent. */
function trimSpaces(line: Segment[]): Segment[] {
  const out = [...line];
  while (out.at(-1) === ' ' || (typeof out.at(-1) === 'string' && String(out.at(-1)).trim() === ''))
    out.pop();
  while (typeof out[0] === 'string' && out[0].trim() === '' && out[1] === ' ') out.splice(1, 1);
  return out;
}

/** Splits multi-line strings and comments into lines, and removes control characters. */
function splitLines(line: Segment[]): Line[] {
  const out: Segment[][] = [[]];
  for (const part of line) {
    const [text, ...roles] = typeof part === 'string' ? [part] : part;
    for (const [index, piece] of cleanLines(text).entries()) {
      if (index > 0) out.push([]);
      if (piece !== '') out.at(-1)!.push(roles.length > 0 ? [piece, ...roles] : piece);
    }
  }
  return out;
}
