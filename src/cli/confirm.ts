/** The question of a command before it changes something: on a terminal, and never in a pipe. */

import { createInterface } from 'node:readline/promises';
import { printRemark } from './output.js';

/** Whether the user agrees to `question`, which ends with a question mark; without a terminal it is no. */
export async function confirm(question: string): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    printRemark(`${question.replace(/\?$/, '')}: only with --yes`);
    return false;
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(?:es)?$/i.test((await terminal.question(`${question} y/N `)).trim());
  } finally {
    terminal.close();
  }
}
