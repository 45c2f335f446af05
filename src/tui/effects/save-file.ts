/** Files that requests are saved to: their names, and every tab as Markdown. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { statusTextOf } from '../../domain/request.js';
import { escapeToOneLine, formatMs, readableUrl } from '../../domain/text.js';
import type { Trace } from '../../domain/trace.js';
import { tabText, tabTitles } from '../panels/as-text.js';

/** Every tab as text, or a format of `scooby export`. */
export type FileFormat = 'tabs' | 'markdown' | 'json' | 'har' | 'otlp' | 'cpuprofile' | 'speedscope';

const ENDINGS: Record<FileFormat, string> = {
  tabs: '.md',
  markdown: '-issue.md',
  json: '.json',
  har: '.har',
  otlp: '-otlp.json',
  cpuprofile: '.cpuprofile',
  speedscope: '-speedscope.json',
};

/** Cells of a row in a file, which has no screen. */
const COLUMNS = 120;
const MAX_FILES = 1000;

/** Name of a file in a format. */
export function fileNameOf(name: string, format: FileFormat): string {
  return name + ENDINGS[format];
}

/** A request as Markdown: each tab as the browser shows it, in a block of its own. */
export function tabsAsMarkdown(trace: Trace, source: (file: string) => string | undefined): string {
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
  const lines = [
    `# ${escapeToOneLine(`${method} ${readableUrl(url)}`)}`,
    '',
    `${statusTextOf(trace)}${took}, ${new Date(start).toISOString()}, id ${trace.id}`,
    '',
    ...tabs,
  ];
  return `${lines.join('\n').trimEnd()}\n`;
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
