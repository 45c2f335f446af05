/** Popup over the screen: a menu, a confirmation, or lines of text. */

import { Box } from 'ink';
import { cellWidth, fitText, type Line, lineWidth } from '../../terminal/cells.js';
import { isNarrowedByTyping, MENU_TITLES, menuItemLine } from '../input/menu.js';
import type { Popup as PopupState } from '../state/state.js';
import { keyLabel } from '../view/footer.js';
import { menuCells, popupCells, popupRect } from '../view/popup-rect.js';
import { paintLine, type Theme } from '../view/theme.js';
import type { ViewModel } from '../view/view-model.js';
import { Rows } from './Rows.js';
import { withMatches } from './TraceView.js';

/** Below it the keys' own lines need the room. */
const MIN_CELLS_FOR_SECTIONS = 70;

interface Content {
  title: string;
  lines: { line: Line; selected: boolean }[];
  foot: string;
  width: number;
}

function menuContent(
  viewModel: ViewModel,
  popup: PopupState & { kind: 'menu' },
  cells: number,
  height: number,
): Content {
  const { items } = viewModel;
  const keys = Math.max(1, ...items.map((item) => cellWidth(item.key)));
  const visibleItems = items.slice(popup.top, popup.top + height);
  const hasSections = popup.menu === 'help' && cells >= MIN_CELLS_FOR_SECTIONS;
  const section = hasSections ? Math.max(0, ...items.map((item) => (item.section ?? '').length)) + 2 : 0;
  const lines = visibleItems.map((item, index) => {
    const selected = popup.top + index === popup.at;
    // The first row that is visible names its section as well.
    const heads = index === 0 || visibleItems[index - 1]!.section !== item.section;
    return { line: menuItemLine(item, selected, heads, cells, { section, key: keys }), selected };
  });
  if (items.length === 0) lines.push({ line: [['  nothing like that', 'dim']], selected: false });
  const typedSuffix = isNarrowedByTyping(popup.menu) ? `: ${popup.input}` : '';
  const foot = `${items.length === 0 ? 0 : popup.at + 1} of ${items.length}  ${isNarrowedByTyping(popup.menu) ? 'type to narrow  ' : ''}${keyLabel('enter', viewModel.state.ascii)} do  esc close`;
  const isDetailHelp = popup.menu === 'help' && viewModel.state.focus !== 'list';
  const title = isDetailHelp ? 'keys' : MENU_TITLES[popup.menu];
  return { title: `${title}${typedSuffix}`, lines, foot, width: cells };
}

function contentOf(viewModel: ViewModel, popup: PopupState, cells: number, height: number): Content {
  if (popup.kind === 'menu')
    return menuContent(viewModel, popup, Math.min(cells, menuCells(popup.menu)), height);
  if (popup.kind === 'ask') {
    const line: Line = [` ${popup.question}`];
    return {
      title: 'sure?',
      lines: [{ line, selected: false }],
      foot: 'y yes  any other key no',
      width: Math.min(cells, lineWidth(line) + 2),
    };
  }
  const { find } = popup;
  const lines = popup.lines.slice(popup.top, popup.top + height).map((line, index) => ({
    line: find ? withMatches(line, find.text) : line,
    selected: find?.line === popup.top + index,
  }));
  const shown = `${Math.min(popup.lines.length, popup.top + height)} of ${popup.lines.length} lines`;
  const foot = find ? `${shown}  n N matches  esc ends it` : `${shown}  / find  esc close`;
  return { title: popup.title, lines, foot, width: cells };
}

function framedRows({ title, lines, foot, width: cells }: Content, theme: Theme): string[] {
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

/** Painted rows of the popup with their position and width in cells. */
function popupRows(
  viewModel: ViewModel,
  popup: PopupState,
  theme: Theme,
): { rows: string[]; x: number; y: number; width: number } {
  const { columns, rows } = viewModel.state;
  const content = contentOf(viewModel, popup, popupCells({ columns }), Math.max(1, rows - 6));
  const boxRows = framedRows(content, theme);
  const { x, y, width } = popupRect({ columns, rows }, content.width, boxRows.length);
  return { rows: boxRows, width, x, y };
}

export function PopupBox({
  viewModel,
  popup,
  theme,
}: {
  viewModel: ViewModel;
  popup: PopupState;
  theme: Theme;
}) {
  const { rows, x, y, width: boxWidth } = popupRows(viewModel, popup, theme);
  return (
    <Box position="absolute" marginLeft={x} marginTop={y}>
      <Rows rows={rows} width={boxWidth} height={rows.length} />
    </Box>
  );
}
