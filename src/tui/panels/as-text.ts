/** Text of a tab for `scooby show`, made by the same panels as the browser's tabs. */

import type { Trace } from '../../domain/trace.js';
import { drawingWidth } from '../../terminal/capabilities.js';
import { cutLine, type Line, lineText, wrapLine } from '../../terminal/cells.js';
import { paintLine, themeOf } from '../view/theme.js';
import { panelsOf } from './index.js';

/** Options of a tab's text. */
export interface TabTextOptions {
  /** Cells per row; Infinity for no limit. */
  columns: number;
  colour: boolean;
  grouped: boolean;
  libraries: boolean;
  source(file: string): string | undefined;
}

/** Titles of a request's tabs. */
export function tabTitles(trace: Trace): string[] {
  return panelsOf(trace).map((panel) => panel.title);
}

/** Rows of a tab: its table, then the text of each table row; undefined for an unknown title. */
export function tabText(trace: Trace, title: string, options: TabTextOptions): string[] | undefined {
  const { colour, grouped, libraries, source } = options;
  const columns = drawingWidth(options.columns);
  const panel = panelsOf(trace).find((candidate) => candidate.title.toLowerCase() === title.toLowerCase());
  if (!panel) return undefined;
  const theme = themeOf({ colour, ascii: false });
  const paintOrPlain = (line: Line) =>
    colour ? paintLine(line, columns, theme) : lineText(cutLine(line, columns));
  const page = panel.page({ trace, source, grouped, sorted: 'total', libraries, columns });
  const table = [...page.headLines(columns), ...page.entries.map((entry) => entry.line(columns))];
  const rows = table.map(paintOrPlain);
  for (const [index] of page.entries.entries()) {
    const text = page.text?.(index) ?? [];
    if (text.length > 0)
      rows.push(
        '',
        ...text.flatMap(({ line, prose }) => wrapLine(line, columns, prose ? 1 : 4).map(paintOrPlain)),
      );
  }
  return rows;
}
