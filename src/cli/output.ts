/** Where a command writes: how wide it is, whether it is painted, and what time it is there. */

import { escapeControls } from '../domain/text.js';
import { capabilitiesOf, type LookFlags } from '../terminal/capabilities.js';
import type { OutputFormat } from '../terminal/output-format.js';
import { styleOf } from '../terminal/style.js';

/** Answers the screen that standard output is. */
export function outputFormat(flags: LookFlags): OutputFormat {
  const capabilities = capabilitiesOf(process.stdout, process.env, flags);
  return { width: capabilities.width, style: styleOf(capabilities), now: Date.now() };
}

/** Prints lines. */
export function printLines(lines: string[]): void {
  process.stdout.write(lines.map((line) => `${line.trimEnd()}\n`).join(''));
}

/** Prints what is for a person rather than for the next program in a pipe. */
export function printRemark(text: string): void {
  process.stderr.write(`${escapeControls(text)}\n`);
}
