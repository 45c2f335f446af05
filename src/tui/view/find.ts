/** Search in a tab: matches in the rows of its table, its head and the text of the selected row. */

import { type Line, lineText } from '../../terminal/cells.js';
import type { PanelPage } from '../panels/panel.js';

/** Cells of a row that are searched: more than a screen shows, so that a cut label is found. */
const SEARCHED_CELLS = 400;

/** Lower-case texts of a page's rows, made once a page. */
const rowTexts = new WeakMap<PanelPage, string[]>();

function rowTextsOf(page: PanelPage): string[] {
  let texts = rowTexts.get(page);
  if (!texts) {
    texts = page.entries.map((entry) => lineText(entry.line(SEARCHED_CELLS)).toLowerCase());
    rowTexts.set(page, texts);
  }
  return texts;
}

/** Indexes of the lines that contain `find`, case-insensitively; none for an empty search. */
export function matchingLines(lines: readonly Line[], find: string): number[] {
  const lower = find.toLowerCase();
  if (lower === '') return [];
  return lines.flatMap((line, index) => (lineText(line).toLowerCase().includes(lower) ? [index] : []));
}

/** Indexes of the table's rows that contain `find`, also where the screen cuts them. */
export function matchingRows(page: PanelPage, find: string): number[] {
  const lower = find.toLowerCase();
  if (lower === '') return [];
  return rowTextsOf(page).flatMap((text, index) => (text.includes(lower) ? [index] : []));
}
