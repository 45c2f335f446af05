/** Texts of any characters through what writes to a terminal. */

import { join } from 'node:path';
import { DIST } from './scooby-run.mjs';

const { escapeControls, escapeToOneLine, terminalSafeJson } = await import(join(DIST, 'src/domain/text.js'));
const { cleanText } = await import(join(DIST, 'src/terminal/cells.js'));

const SEQUENCES = [
  ...[
    '\x1b]52;c;cHduZWQ=\x07',
    '\x1b]0;title\x07',
    '\x9d8;;http://a\x9c',
    '\x1b[2J',
    '\x1b[?1049h',
    '\x1bP+q\x1b\\',
  ],
  ...[
    '\x07',
    '\b',
    '\r',
    '\x7f',
    '\x85',
    '\u2028',
    '\u202e',
    '\u2066',
    '\u200b',
    '\u{e0001}',
    '\ud83d',
    '\udc00',
  ],
];
// Controls (C0, DEL, C1) but tab and line break, line separators, bidi overrides and isolates.
const FORBIDDEN = /[^\P{Cc}\t\n]|[\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;
const FORBIDDEN_IN_LINE = /\p{Cc}|[\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;
const WRITERS = {
  escapeControls: [escapeControls, FORBIDDEN],
  escapeToOneLine: [escapeToOneLine, FORBIDDEN_IN_LINE],
  cleanText: [cleanText, FORBIDDEN_IN_LINE],
  terminalSafeJson: [(text) => terminalSafeJson({ text }), FORBIDDEN_IN_LINE],
};

export async function strings({ count, random: { below, one } }) {
  const failures = [];
  for (let n = 0; n < count; n++) {
    let text = '';
    for (let length = below(12); length >= 0; length--) {
      text += one([
        () => one(SEQUENCES),
        () => String.fromCharCode(below(0xa0)),
        () => String.fromCharCode(below(0x10000)),
        () => String.fromCodePoint(below(0x110000)),
        () => 'word ',
      ])();
    }
    for (const [name, [write, forbidden]] of Object.entries(WRITERS)) {
      const bad = forbidden.exec(write(text))?.[0];
      if (bad !== undefined && failures.length < 100)
        failures.push(`${name}(${JSON.stringify(text)}) has U+${bad.codePointAt(0).toString(16)}`);
    }
  }
  return {
    found: `${count.toLocaleString('en-US')} strings by ${Object.keys(WRITERS).length} writers, clean`,
    failures,
  };
}
