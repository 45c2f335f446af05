/** The items of the boxes that one chooses from: keys, commands, what to copy, how to sort. */

import { cellWidth, cutText, fitText, type Line } from '../../terminal/cells.js';
import type { Action, MenuName, Popup, State } from '../state/state.js';
import { keyLabel } from '../view/footer.js';
import type { Binding } from './bindings.js';
import { worksIn } from './key-lookup.js';

export interface MenuItem {
  /** The key that chooses it at once; in help and palette the keys that do it without the box. */
  key: string;
  label: string;
  hint?: string;
  action: Action;
}

export const MENU_TITLES: Record<MenuName, string> = {
  help: 'keys',
  palette: 'commands',
  copy: 'copy',
  sort: 'sort by',
  filters: 'filters',
  record: 'record',
};

const COPY: [key: string, what: string, label: string][] = [
  ['c', 'curl', 'as cURL'],
  ['u', 'url', 'URL'],
  ['s', 'sql', 'SQL with its values'],
  ['q', 'raw', 'SQL as it was sent'],
  ['i', 'id', 'id'],
  ['l', 'stack', 'stack'],
  ['j', 'json', 'the whole trace as JSON'],
];

const SORTS: [key: string, by: State['list']['sort']['by'], label: string][] = [
  ['t', 'time', 'time, newest first'],
  ['d', 'duration', 'duration, slowest first'],
  ['q', 'queries', 'number of queries'],
  ['w', 'qtime', 'time in queries'],
  ['s', 'status', 'status'],
  ['p', 'path', 'path'],
];

function bound(binding: Binding): MenuItem {
  return {
    key: binding.keys.map(keyLabel).join(' '),
    label: binding.help,
    hint: binding.name,
    action: binding.action,
  };
}

function copies(): MenuItem[] {
  return COPY.map(([key, what, label]) => ({ key, label, action: { type: 'copy', what } }));
}

function sorts(): MenuItem[] {
  return SORTS.map(([key, by, label]) => ({ key, label, action: { type: 'sort', by } }));
}

function recordings(): MenuItem[] {
  return [
    { key: 'a', label: 'every request', action: { type: 'record', recording: 'all' } },
    {
      key: 'm',
      label: 'only those with X-Scooby-Record: 1',
      action: { type: 'record', recording: 'marked' },
    },
    { key: 'o', label: 'nothing', action: { type: 'record', recording: 'off' } },
  ];
}

function filters(state: State): MenuItem[] {
  const saved = state.saved.map(({ name, filter }) => ({ label: name, hint: filter, filter }));
  const typed = state.history.map((filter) => ({ label: filter, hint: '', filter }));
  return [...saved, ...typed].map(({ label, hint, filter }, index) => ({
    key: index < 9 ? String(index + 1) : '',
    label,
    hint,
    action: { type: 'filter', text: filter },
  }));
}

/** Commands of the palette that have no key of their own. */
function unbound(state: State): MenuItem[] {
  return [
    ...copies().map((item) => ({ ...item, label: `copy ${item.label}`, key: `y ${item.key}` })),
    ...sorts().map((item) => ({ ...item, label: `sort by ${item.label}`, key: `s ${item.key}` })),
    ...recordings().map((item) => ({ ...item, label: `record ${item.label}`, key: `t ${item.key}` })),
    ...filters(state).map((item) => ({ ...item, label: `filter ${item.label}`, key: '' })),
  ];
}

/** Answers how well a text has the letters of a pattern in their order: less is better, undefined when it has not. */
export function fuzzyScore(pattern: string, text: string): number | undefined {
  const wanted = pattern.toLowerCase().replace(/\s+/g, '');
  const held = text.toLowerCase();
  const whole = held.indexOf(pattern.toLowerCase());
  if (whole >= 0) return whole / 100;
  let at = -1;
  let score = 10;
  for (const char of wanted) {
    const next = held.indexOf(char, at + 1);
    if (next < 0) return undefined;
    score += next - at - 1 - (next === 0 || held[next - 1] === ' ' ? 1 : 0);
    at = next;
  }
  // Letters that far apart are no longer meant.
  return score > 10 + 2 * wanted.length ? undefined : score;
}

function ranked(items: MenuItem[], input: string): MenuItem[] {
  if (input === '') return items;
  const scored = items.flatMap((item) => {
    const score = fuzzyScore(input, `${item.hint ?? ''} ${item.label}`);
    return score === undefined ? [] : [{ item, score }];
  });
  return scored.sort((a, b) => a.score - b.score).map(({ item }) => item);
}

/** Answers whether letters narrow a menu down; in the others each chooses its item. */
export function isNarrowedByTyping(menu: MenuName): boolean {
  return menu === 'help' || menu === 'palette';
}

/** Answers the items of a menu, narrowed down to what was typed. */
export function menuItems(popup: Popup & { kind: 'menu' }, state: State, bindings: Binding[]): MenuItem[] {
  const here = bindings.filter((binding) => worksIn(binding, state.focus));
  switch (popup.menu) {
    case 'help': {
      const typed = popup.input.toLowerCase();
      return here
        .map(bound)
        .filter((item) => `${item.key} ${item.label} ${item.hint}`.toLowerCase().includes(typed));
    }
    case 'palette':
      return ranked([...here.map(bound), ...unbound(state)], popup.input);
    case 'copy':
      return copies();
    case 'sort':
      return sorts();
    case 'record':
      return recordings();
    case 'filters':
      return filters(state);
  }
}

/** Answers one row of a menu. */
export function menuItemLine(item: MenuItem, selected: boolean, cells: number, keys: number): Line {
  const gutter = selected ? '▌' : ' ';
  const hint = item.hint ?? '';
  const room = cells - keys - 4 - (hint === '' ? 0 : cellWidth(hint) + 1);
  return [
    gutter,
    [fitText(item.key, keys), 'key'],
    '  ',
    fitText(cutText(item.label, room), Math.max(0, room)),
    hint === '' ? '' : [` ${hint}`, 'dim'],
  ];
}
