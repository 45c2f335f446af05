/** A box over the screen: a menu, a question, or lines to read. */

import { Box } from 'ink';
import { cellWidth, fitText, type Line, lineWidth } from '../../terminal/cells.js';
import { isNarrowedByTyping, MENU_TITLES, menuItemLine } from '../input/menu.js';
import type { Popup as PopupState } from '../state/state.js';
import { paintLine, type Theme } from '../view/theme.js';
import type { ViewModel } from '../view/view-model.js';
import { Rows } from './Rows.js';

interface Content {
  title: string;
  lines: { line: Line; selected: boolean }[];
  foot: string;
  width: number;
}

function menu(
  picture: ViewModel,
  popup: PopupState & { kind: 'menu' },
  cells: number,
  height: number,
): Content {
  const { items } = picture;
  const keys = Math.max(1, ...items.map((item) => cellWidth(item.key)));
  const shown = items.slice(popup.top, popup.top + height);
  const lines = shown.map((item, index) => {
    const selected = popup.top + index === popup.at;
    return { line: menuItemLine(item, selected, cells, keys), selected };
  });
  if (items.length === 0) lines.push({ line: [['  nothing like that', 'dim']], selected: false });
  const typed = isNarrowedByTyping(popup.menu) ? `: ${popup.input}` : '';
  const foot = `${items.length === 0 ? 0 : popup.at + 1} of ${items.length}  ${isNarrowedByTyping(popup.menu) ? 'type to narrow  ' : ''}↵ do  esc close`;
  return { title: `${MENU_TITLES[popup.menu]}${typed}`, lines, foot, width: cells };
}

function contentOf(picture: ViewModel, popup: PopupState, cells: number, height: number): Content {
  if (popup.kind === 'menu') return menu(picture, popup, Math.min(cells, 76), height);
  if (popup.kind === 'ask') {
    const line: Line = [` ${popup.question}`];
    return {
      title: 'sure?',
      lines: [{ line, selected: false }],
      foot: 'y yes  any other key no',
      width: Math.min(cells, lineWidth(line) + 2),
    };
  }
  const lines = popup.lines.slice(popup.top, popup.top + height).map((line) => ({ line, selected: false }));
  const foot = `${Math.min(popup.lines.length, popup.top + height)} of ${popup.lines.length} lines  esc close`;
  return { title: popup.title, lines, foot, width: cells };
}

function framed({ title, lines, foot, width: cells }: Content, theme: Theme): string[] {
  const edge = (left: string, text: string, right: string): Line => [
    [`${left}─ `, 'focus'],
    [fitText(text, Math.min(cells - 4, cellWidth(text))), 'title'],
    [` ${'─'.repeat(Math.max(0, cells - 4 - cellWidth(text)))}─${right}`, 'focus'],
  ];
  const rows = lines.map(({ line, selected }) => {
    const body = paintLine(line, cells, theme, selected ? 'selected' : '');
    const gap = selected ? '' : ' '.repeat(Math.max(0, cells - Math.min(cells, lineWidth(line))));
    const side = paintLine([['│', 'focus']], 1, theme);
    return `${side}${body}${gap}${side}`;
  });
  return [
    paintLine(edge('╭', title, '╮'), cells + 2, theme),
    ...rows,
    paintLine(edge('╰', foot, '╯'), cells + 2, theme),
  ];
}

/** Answers the painted rows of the popup and where they go. */
function popupRows(
  picture: ViewModel,
  popup: PopupState,
  theme: Theme,
): { rows: string[]; x: number; y: number; width: number } {
  const { columns, rows } = picture.state;
  const height = Math.max(1, rows - 6);
  const content = contentOf(picture, popup, columns - 6, height);
  const boxed = framed(content, theme);
  const size = content.width + 2;
  return {
    rows: boxed,
    width: size,
    x: Math.floor((columns - size) / 2),
    y: Math.max(1, Math.floor((rows - boxed.length) / 3)),
  };
}

export function PopupBox({ picture, popup, theme }: { picture: ViewModel; popup: PopupState; theme: Theme }) {
  const { rows, x, y, width: size } = popupRows(picture, popup, theme);
  return (
    <Box position="absolute" marginLeft={x} marginTop={y}>
      <Rows rows={rows} width={size} height={rows.length} />
    </Box>
  );
}
