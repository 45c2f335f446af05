/** Saves a request to a file in the working folder, as JSON or as Markdown. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { statusTextOf } from '../../domain/request.js';
import { escapeToOneLine, formatMs, readableUrl } from '../../domain/text.js';
import type { Trace } from '../../domain/trace.js';
import { tabText, tabTitles } from '../panels/as-text.js';

export type FileFormat = 'json' | 'markdown';

/** Cells of a row in a file, which has no screen. */
const COLUMNS = 120;
const MAX_FILES = 1000;

/** Name and text of the file for a request. */
export function fileOf(
  trace: Trace,
  format: FileFormat,
  source: (file: string) => string | undefined,
): { name: string; text: string } {
  const name = `scooby-${trace.id.slice(0, 8)}.${format === 'json' ? 'json' : 'md'}`;
  const text = format === 'json' ? JSON.stringify(trace, null, 2) : markdownOf(trace, source);
  return { name, text: `${text}\n` };
}

function markdownOf(trace: Trace, source: (file: string) => string | undefined): string {
  const { method, url, duration, start } = trace;
  const took = duration === undefined ? '' : `, ${formatMs(duration)}`;
  const tabs = tabTitles(trace).flatMap((title) => {
    const options = { columns: COLUMNS, colour: false, grouped: true, libraries: false, source };
    const rows = tabText(trace, title, options) ?? [];
    const text = rows
      .map((row) => row.trimEnd())
      .join('\n')
      .trim();
    return text === '' ? [] : [`## ${title}`, '', ...fenced(text), ''];
  });
  return [
    `# ${escapeToOneLine(`${method} ${readableUrl(url)}`)}`,
    '',
    `${statusTextOf(trace)}${took}, ${new Date(start).toISOString()}, id ${trace.id}`,
    '',
    ...tabs,
  ]
    .join('\n')
    .trimEnd();
}

/** Code block whose fence is longer than each in the text. */
function fenced(text: string): string[] {
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map((ticks) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return [fence, text, fence];
}

/** Writes a new file, with a number where the name is taken; returns its name. */
export function saveNewFile(folder: string, name: string, text: string): string {
  for (let n = 1; n <= MAX_FILES; n++) {
    const free = n === 1 ? name : name.replace(/(?=\.\w+$)/, `-${n}`);
    try {
      // For this user alone, as the database is.
      writeFileSync(join(folder, free), text, { flag: 'wx', mode: 0o600 });
      return free;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
  throw new Error(`${name} and ${MAX_FILES - 1} of its kind exist already`);
}
