/** `scooby import`: requests of a file that somebody else exported, into this project's store. */

import { readFileSync, statSync } from 'node:fs';
import type { Command } from 'commander';
import { UserError } from '../../domain/errors.js';
import { formatCount } from '../../domain/text.js';
import { type ImportedFile, MAX_FILE_BYTES, readRequestFile, tooLarge } from '../../export/read-file.js';
import { withoutPlanners } from '../../insight/libraries.js';
import { projectFolder } from '../../store/location.js';
import { openStore } from '../../store/open.js';
import { cleanText } from '../../terminal/cells.js';
import { fileErrorReason } from '../file-error.js';
import { printRemark } from '../output.js';
import { newRun } from '../run-metrics.js';

/** Adds the command to the program. */
export function registerImport(program: Command): void {
  program
    .command('import')
    .description('read requests from a file: of scooby export, a HAR file, or OpenTelemetry spans')
    .argument('<file>', 'JSON of scooby export or show --json, HAR, or OTLP JSON; - is standard input')
    .option('--db <file>', "database to write to (default: SCOOBY_DB, else this project's)")
    .addHelpText(
      'after',
      `
Requests keep their ids: a file that is imported again replaces what it brought. They are a run of their own in
scooby list --by run, and count in no figure of scooby top.

Examples:
  scooby import slow-page.json     then: scooby show last
  scooby import chrome.har         requests that a browser saved
  scooby import traces.jsonl       spans in OTLP's JSON form

Exit codes: 0; 1 when the file cannot be read; 2 wrong usage.`,
    )
    .action(importFile);
}

async function importFile(path: string, { db }: { db?: string }): Promise<void> {
  const cwd = process.cwd();
  const file = readFile(path, projectFolder(cwd));
  const run = newRun(['scooby', 'import', path]);
  const store = await openStore({ db, cwd, run }, printRemark);
  try {
    for (const trace of file.traces) {
      trace.libraries = withoutPlanners(trace);
      const texts = Object.entries(file.sources.get(trace.id) ?? {});
      if (texts.length === 0) continue;
      trace.sources = Object.fromEntries(
        texts.map(([name, text]) => [name, store.saveSource({ file: name, text })]),
      );
    }
    store.saveAll(file.traces);
    await store.flushed();
  } finally {
    store.close();
  }
  const count = formatCount(file.traces.length, 'request');
  console.log(`${count} imported (${file.format}). Look at them:  scooby list, scooby ui`);
}

function readFile(path: string, project: string): ImportedFile {
  try {
    // Descriptor 0 is standard input.
    if (path !== '-' && statSync(path).size > MAX_FILE_BYTES) throw tooLarge();
    return readRequestFile(readFileSync(path === '-' ? 0 : path, 'utf8'), project);
  } catch (error) {
    const reason = cleanText(fileErrorReason(error));
    throw new UserError(`${cleanText(path)} cannot be imported: ${reason}.`, 1);
  }
}
