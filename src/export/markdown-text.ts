/** Recorded text in Markdown: as code, in a fence, as prose that is no markup, as a row of a table. */

import { escapeToOneLine } from '../domain/text.js';

/** Text as inline code, however many backticks are in it. */
export function code(text: string): string {
  const line = escapeToOneLine(text);
  const longest = Math.max(0, ...Array.from(line.matchAll(/`+/g), ([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const space = longest > 0 || line === '' ? ' ' : '';
  return `${fence}${space}${line}${space}${fence}`;
}

/** Text in a fence that it cannot close. */
export function fenced(text: string, language: string): string[] {
  const longest = Math.max(2, ...Array.from(text.matchAll(/`+/g), ([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return [fence + language, text, fence];
}

/** Text that is no markup: neither HTML nor a link, an image or a mention. What stands in backticks is code. */
export function prose(text: string): string {
  const parts = escapeToOneLine(text).split(/(`[^`]+`)/);
  return parts.map((part, n) => (n % 2 === 1 ? part : escapeMarkup(part))).join('');
}

function escapeMarkup(text: string): string {
  // No escape keeps GitHub from mentioning a name.
  return text.replace(/[\\`*_[\]<>|~]/g, '\\$&').replaceAll('@', '@\u200b');
}

/** Row of a table. GitHub ends a cell at any bar that is not escaped, also inside of code. */
export function tableRow(cells: string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
