/** Character classes of SQL, by UTF-16 code. */

import { KEYWORDS } from './words.js';

// Classes of characters below 128; all characters above are parts of names.
export const SPACE = 1;
export const LETTER = 2;
export const DIGIT = 3;
export const SYMBOL = 4;
export const CLASS = new Uint8Array(128);
for (let code = 0; code <= 32; code++) CLASS[code] = SPACE;
CLASS[127] = SPACE;
for (const char of 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_')
  CLASS[char.charCodeAt(0)] = LETTER;
for (const char of '0123456789') CLASS[char.charCodeAt(0)] = DIGIT;
for (const char of '+-*/<>=~!@#%^&|?') CLASS[char.charCodeAt(0)] = SYMBOL;

/** 1 for characters that are neither spaces nor the possible start of a comment. */
export const IS_PLAIN = new Uint8Array(128).map((_, char) =>
  CLASS[char] === SPACE || '-#/*'.includes(String.fromCharCode(char)) ? 0 : 1,
);

const code = (char: string) => char.charCodeAt(0);
export const QUOTE = code("'");
export const DOUBLE = code('"');
export const BACKTICK = code('`');
export const BACKSLASH = code('\\');
export const DOLLAR = code('$');
export const MINUS = code('-');
export const SLASH = code('/');
export const STAR = code('*');
export const HASH = code('#');
export const QUESTION = code('?');
export const COLON = code(':');
export const EQUALS = code('=');
export const AT = code('@');
export const POINT = code('.');
export const COMMA_CHAR = code(',');
export const BANG = code('!');
export const AMPERSAND = code('&');
export const PAREN = code('(');
export const BRACKET = code('[');
export const ZERO = code('0');
export const PLUS = code('+');
export const UNDERSCORE = code('_');
export const CAPITAL_M = code('M');
export const NEWLINE = 10;
export const NO_BREAK = 0xa0;
export const BOM = 0xfeff;

/** Lower case of each character below 128. */
export const LOWER_CASE = Array.from({ length: 128 }, (_, i) => String.fromCharCode(i).toLowerCase());

/** True for characters allowed inside a name. */
export function isNamePart(char: number): boolean {
  return char > 127
    ? char !== NO_BREAK && char !== BOM
    : CLASS[char] === LETTER || CLASS[char] === DIGIT || char === DOLLAR;
}

export function isDigit(char: number): boolean {
  return CLASS[char] === DIGIT;
}

/** Character in lower case; U+FFFF, which SQL does not use, from 128 on. */
export function lowerCase(char: number): string {
  return LOWER_CASE[char] ?? '\uffff';
}

/** True for a name that means the same with and without quotes. */
export function isPlainName(name: string): boolean {
  if (name === '' || isDigit(name.charCodeAt(0)) || name.charCodeAt(0) === DOLLAR || KEYWORDS.has(name))
    return false;
  for (let i = 0; i < name.length; i++) {
    const char = name.charCodeAt(i);
    if (char > 127 || !isNamePart(char)) return false;
  }
  return name === name.toLowerCase();
}
