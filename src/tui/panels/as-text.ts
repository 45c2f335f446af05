/** A tab of the detail as plain rows, for `scooby show`: the same panels, the same lines. */

import type { Trace } from '../../domain/trace.js';
import { drawingWidth } from '../../terminal/capabilities.js';
import { cutLine, type Line, lineText, wrapLine } from '../../terminal/cells.js';
import { paintLine, themeOf } from '../view/theme.js';
import { panelsOf } from './index.js';

export interface TabTextOptions {
  /** Cells in a row; Infinity where nobody counts them. */
  columns: number;
  colour: boolean;
  grouped: boolean;
  libraries: boolean;
  source(file: string): string | undefined;
}

/** Answers the titles of the tabs that a request has. */
export function tabTitles(trace: Trace): string[] {
  return panelsOf(trace).map((panel) => panel.title);
}

/** Answers a tab as painted rows: its table, then the text of each row; undefined when there is no such tab. */
export function tabText(trace: Trace, title: string, options: TabTextOptions): string[] | undefined {
  const { colour, grouped, libraries, source } = options;
  const columns = drawingWidth(options.columns);
  const panel = panelsOf(trace).find((one) => one.title.toLowerCase() === title.toLowerCase());
  if (!panel) return undefined;
  const theme = themeOf({ colour, ascii: false });
  const shown = (line: Line) => (colour ? paintLine(line, columns, theme) : lineText(cutLine(line, columns)));
  const page = panel.page({ trace, source, grouped, sorted: 'total', libraries, columns });
  const table = [...page.head(columns), ...page.entries.map((entry) => entry.line(columns))];
  const out = table.map(shown);
  for (const [index] of page.entries.entries()) {
    const text = page.text?.(index) ?? [];
    if (text.length > 0)
      out.push('', ...text.flatMap(({ line, prose }) => wrapLine(line, columns, prose ? 1 : 4).map(shown)));
  }
  return out;
}
