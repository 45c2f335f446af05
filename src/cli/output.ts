/** Standard output and standard error of a command: format, printed lines and remarks. */

import { escapeControls } from '../domain/text.js';
import { capabilitiesOf, type LookFlags } from '../terminal/capabilities.js';
import type { OutputFormat } from '../terminal/output-format.js';
import { styleOf } from '../terminal/style.js';
import { asciiOf } from '../tui/view/theme.js';

/** Format of standard output: width, colours, characters and the current time. */
export function outputFormat(flags: LookFlags): OutputFormat {
  const capabilities = capabilitiesOf(process.stdout, process.env, flags);
  const { width, unicode } = capabilities;
  return { width, style: styleOf(capabilities), now: Date.now(), ascii: !unicode };
}

/**
 * Prints lines for a reader; drawn characters (`…`, `│`, `✓`) become ASCII where the format says
 * so.
 */
export function printLines(lines: string[], { ascii }: Pick<OutputFormat, 'ascii'>): void {
  printDocument(ascii ? lines.map(asciiOf) : lines);
}

/** Prints lines that another program reads (JSON, SQL): every character stays. */
export function printDocument(lines: string[]): void {
  process.stdout.write(lines.map((line) => `${line.trimEnd()}\n`).join(''));
}

/** Prints a remark for the user on stderr, so that a pipe carries the output alone. */
export function printRemark(text: string): void {
  process.stderr.write(`${escapeControls(text)}\n`);
}
