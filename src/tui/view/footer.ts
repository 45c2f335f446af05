/** The last row: the keys that do something here, or a line being typed, or what was just done. */

import { cutText, type Line } from '../../terminal/cells.js';
import type { Binding } from '../input/bindings.js';
import { worksIn } from '../input/key-lookup.js';
import type { Action, State } from '../state/state.js';
import { caretLine, fitPieces } from './fit-row.js';

const LABELS: Record<string, string> = {
  enter: '↵',
  up: '↑',
  down: '↓',
  left: '←',
  right: '→',
  space: 'space',
};

/** Answers how a key is called on the screen. */
export function keyLabel(key: string): string {
  return LABELS[key] ?? key.replace('ctrl+', '^');
}

/** Answers the keys of the pane, as many as fit; help and the way out are always among them. */
export function footerLine(
  bindings: Binding[],
  state: State,
  cells: number,
  works: (action: Action) => boolean = () => true,
): Line {
  const shown = bindings.filter(
    (binding) =>
      binding.hint && binding.keys.length > 0 && worksIn(binding, state.focus) && works(binding.action),
  );
  const piece = (binding: Binding): Line => [[keyLabel(binding.keys[0]!), 'key'], ` ${binding.hint}`];
  const last = shown.filter((binding) => ['help', 'quitList', 'pop', 'leaveOutput'].includes(binding.name));
  const first = shown.filter((binding) => !last.includes(binding));
  return fitPieces(cells, first.map(piece), last.map(piece));
}

const PROMPTS = {
  filter: 'filter',
  find: 'find',
  save: 'save this filter as',
  url: 'replay with URL',
  tell: 'to the app',
};

/** Answers what stands in place of the footer while a line is typed there, or until the next key. */
export function messageLine(state: State, matches: number, cells: number): Line | undefined {
  const { prompt, notice } = state;
  if (prompt?.kind === 'filter') {
    if (state.list.trouble) return [' ', [state.list.trouble, 'error']];
    return [
      ' ',
      ['↵', 'key'],
      ' keep  ',
      ['esc', 'key'],
      ' undo  ',
      ['↑', 'key'],
      ' earlier  ',
      ['status>=400  n1  slow  sql:users  time>200ms  !health  a or b', 'dim'],
    ];
  }
  if (prompt) {
    const found = prompt.kind === 'find' && prompt.text !== '' ? `  ${matches} found` : '';
    return [
      ' ',
      [`${PROMPTS[prompt.kind]} `, 'key'],
      ...caretLine(prompt.text, prompt.caret),
      [found, 'dim'],
    ];
  }
  if (notice) return [' ', [cutText(notice.text, cells - 2), notice.role]];
  return undefined;
}
