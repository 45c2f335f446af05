/** Items of the menus: help, command palette, copy, sort, saved filters, recording. */

import { BADGE_HELP, COPY_ITEMS, FILTER_EXAMPLES } from '../../screens/menu-texts.js';
import { cellWidth, cutText, fitText, type Line } from '../../terminal/cells.js';
import type { FileFormat } from '../effects/save-file.js';
import type { Action, MenuName, Popup, State } from '../state/state.js';
import { keyLabel } from '../view/footer.js';
import type { Binding } from './bindings.js';
import { isBoundIn } from './key-lookup.js';
import { bySection, sectionOf } from './sections.js';

export interface MenuItem {
  /** Key that chooses the item; in help and palette, the keys of the action outside the menu. */
  key: string;
  label: string;
  hint?: string;
  /** Section of the help that it is in. */
  section?: string;
  action: Action;
}

export const MENU_TITLES: Record<MenuName, string> = {
  help: 'keys, filters, badges',
  palette: 'commands',
  copy: 'copy',
  save: 'save to a file',
  sort: 'sort by',
  filters: 'filters',
  record: 'record',
  clear: 'clear',
};

const SORT_ITEMS: [key: string, by: State['list']['sort']['by'], label: string][] = [
  ['t', 'time', 'time, newest first'],
  ['d', 'duration', 'duration, slowest first'],
  ['q', 'queries', 'number of queries'],
  ['w', 'qtime', 'time in queries'],
  ['f', 'win', 'win, what mending it saves: fix first'],
  ['s', 'status', 'status'],
  ['p', 'path', 'path'],
];

function bindingItem(binding: Binding, ascii: boolean | undefined): MenuItem {
  return {
    key: binding.keys.map((key) => keyLabel(key, ascii)).join(' '),
    label: binding.help,
    hint: binding.name,
    section: sectionOf(binding),
    action: binding.action,
  };
}

/** What can be typed and what is shown; choosing an item filters by it. */
function languageItems(): MenuItem[] {
  const item = (key: string, label: string, hint: string, text: string): MenuItem => ({
    ...{ key, label, hint, section: `${key}s` },
    action: { type: 'filter', text },
  });
  return [
    ...FILTER_EXAMPLES.map(([filter, finds]) => item('filter', filter, finds, filter)),
    ...BADGE_HELP.map(([badge, filter, says]) => item('badge', badge, says, filter)),
  ];
}

function copyItems(): MenuItem[] {
  return COPY_ITEMS.map(([key, what, label]) => ({ key, label, action: { type: 'copy', what } }));
}

const ROUTE_SORT_ITEMS: typeof SORT_ITEMS = [
  ['t', 'time', 'time of all its requests'],
  ['d', 'duration', 'p95, slowest first'],
  ['q', 'queries', 'queries per request'],
  ['w', 'qtime', 'time in queries'],
  ['f', 'win', 'win, what mending it saves in all its requests: fix first'],
  ['s', 'status', 'errors'],
  ['p', 'path', 'route'],
];

function sortItems({ list }: Pick<State, 'list'>): MenuItem[] {
  return (list.view === 'routes' ? ROUTE_SORT_ITEMS : SORT_ITEMS).map(([key, by, label]) => ({
    key,
    label,
    action: { type: 'sort', by },
  }));
}

const SAVE_ITEMS: [key: string, format: FileFormat, label: string][] = [
  ['m', 'tabs', 'Markdown, every tab as text'],
  ['i', 'markdown', 'Markdown for an issue: what is wrong, with its code'],
  ['j', 'json', 'JSON with the code, for a colleague: scooby import reads it'],
  ['h', 'har', "HAR, for a browser's network panel"],
  ['o', 'otlp', 'OpenTelemetry, as JSON'],
  ['c', 'cpuprofile', 'its CPU profile, for DevTools'],
  ['s', 'speedscope', 'its CPU profile, for speedscope.app'],
];

function saveItems(): MenuItem[] {
  return [
    ...SAVE_ITEMS.map(([key, format, label]) => ({
      key,
      label,
      action: { type: 'saveFile' as const, format },
    })),
    {
      key: 'l',
      label: 'JSON of all requests of the list, 100 at most',
      action: { type: 'saveList' },
    },
  ];
}

function recordingItems(): MenuItem[] {
  return [
    { key: 'a', label: 'every request', action: { type: 'record', recording: 'all' } },
    {
      key: 'm',
      label: 'only marked ones (X-Scooby-Record: 1, cookie scooby=1, ?__scooby=1)',
      action: { type: 'record', recording: 'marked' },
    },
    { key: 'o', label: 'nothing', action: { type: 'record', recording: 'off' } },
    { key: 't', label: 'the next of these', action: { type: 'record', recording: 'next' } },
  ];
}

function clearItems(): MenuItem[] {
  return [
    {
      key: 'v',
      label: 'this list: only what comes from now on; esc undoes it',
      action: { type: 'clearView' },
    },
    {
      key: 's',
      label: 'the store: remove every request, for all who read it',
      action: { type: 'clearStore' },
    },
  ];
}

function filterItems(state: State): MenuItem[] {
  const saved = state.saved.map(({ name, filter }) => ({ label: name, hint: filter, filter }));
  const typed = state.history.map((filter) => ({ label: filter, hint: '', filter }));
  return [...saved, ...typed].map(({ label, hint, filter }, index) => ({
    key: index < 9 ? String(index + 1) : '',
    label,
    hint,
    action: { type: 'filter', text: filter },
  }));
}

/** Items of the palette that are in another menu and have no key of their own. */
function submenuItems(state: State): MenuItem[] {
  return [
    ...copyItems().map((item) => ({ ...item, label: `copy ${item.label}`, key: `y ${item.key}` })),
    ...saveItems().map((item) => ({ ...item, label: `save as ${item.label}`, key: `Y ${item.key}` })),
    ...sortItems(state).map((item) => ({ ...item, label: `sort by ${item.label}`, key: `s ${item.key}` })),
    ...recordingItems().map((item) => ({ ...item, label: `record ${item.label}`, key: `t ${item.key}` })),
    ...clearItems().map((item) => ({ ...item, label: `clear ${item.label}`, key: `C ${item.key}` })),
    ...filterItems(state).map((item) => ({ ...item, label: `filter ${item.label}`, key: '' })),
  ];
}

/** Distance of a text with the letters of a pattern in order: less is better, undefined if not. */
export function fuzzyScore(pattern: string, text: string): number | undefined {
  const letters = pattern.toLowerCase().replace(/\s+/g, '');
  const lower = text.toLowerCase();
  const substring = lower.indexOf(pattern.toLowerCase());
  if (substring >= 0) return substring / 100;
  let at = -1;
  let score = 10;
  for (const char of letters) {
    const next = lower.indexOf(char, at + 1);
    if (next < 0) return undefined;
    score += next - at - 1 - (next === 0 || lower[next - 1] === ' ' ? 1 : 0);
    at = next;
  }
  // Letters this far apart match by chance.
  return score > 10 + 2 * letters.length ? undefined : score;
}

function rankItems(items: MenuItem[], input: string): MenuItem[] {
  if (input === '') return items;
  const scored = items.flatMap((item) => {
    const score = fuzzyScore(input, `${item.hint ?? ''} ${item.label}`);
    return score === undefined ? [] : [{ item, score }];
  });
  return scored.sort((a, b) => a.score - b.score).map(({ item }) => item);
}

/** True for menus that typed letters filter; in the others a letter chooses its item. */
export function isNarrowedByTyping(menu: MenuName): boolean {
  return menu === 'help' || menu === 'palette';
}

/** Items of a menu that match the typed text. */
export function menuItems(popup: Popup & { kind: 'menu' }, state: State, bindings: Binding[]): MenuItem[] {
  const paneBindings = bindings.filter((binding) => isBoundIn(binding, state.focus));
  switch (popup.menu) {
    case 'help': {
      const typed = popup.input.toLowerCase();
      const language = state.focus === 'list' ? languageItems() : [];
      const keys = bySection(paneBindings).map((binding) => bindingItem(binding, state.ascii));
      return [...keys, ...language].filter((item) =>
        `${item.section} ${item.key} ${item.label} ${item.hint}`.toLowerCase().includes(typed),
      );
    }
    case 'palette':
      return rankItems(
        [...paneBindings.map((binding) => bindingItem(binding, state.ascii)), ...submenuItems(state)],
        popup.input,
      );
    case 'copy':
      return copyItems();
    case 'save':
      return saveItems();
    case 'sort':
      return sortItems(state);
    case 'record':
      return recordingItems();
    case 'clear':
      return clearItems();
    case 'filters':
      return filterItems(state);
  }
}

/** Widths of a menu's first columns; 0 without sections. */
export interface MenuColumns {
  section: number;
  key: number;
}

/** Row of a menu, `cells` wide; `heads` a section with its name. */
export function menuItemLine(
  item: MenuItem,
  selected: boolean,
  heads: boolean,
  cells: number,
  { section, key: keys }: MenuColumns,
): Line {
  const gutter = selected ? '▌' : ' ';
  const hint = item.hint ?? '';
  const room = cells - section - keys - 4 - (hint === '' ? 0 : cellWidth(hint) + 1);
  return [
    gutter,
    [section > 0 ? fitText(heads ? (item.section ?? '') : '', section) : '', 'title'],
    [fitText(item.key, keys), 'key'],
    '  ',
    fitText(cutText(item.label, room), Math.max(0, room)),
    hint === '' ? '' : [` ${hint}`, 'dim'],
  ];
}
