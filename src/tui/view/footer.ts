/** Last row of the screen: the keys of the focused pane, the prompt, or a message. */

import { cutText, type Line } from '../../terminal/cells.js';
import type { Binding } from '../input/bindings.js';
import { isBoundIn } from '../input/key-lookup.js';
import type { Action, State } from '../state/state.js';
import { caretLine, fitPieces, pieceAt } from './fit-row.js';

const KEY_LABELS: Record<string, string> = {
  enter: '↵',
  up: '↑',
  down: '↓',
  left: '←',
  right: '→',
  space: 'space',
};

const ASCII_KEY_LABELS: Record<string, string> = {
  enter: 'Enter',
  up: 'Up',
  down: 'Down',
  left: 'Left',
  right: 'Right',
};

/** Label of a key on the screen: `^d` for `ctrl+d`. */
export function keyLabel(key: string, ascii = false): string {
  return (ascii ? ASCII_KEY_LABELS : KEY_LABELS)[key] ?? key.replace('ctrl+', '^');
}

/** Bindings of the footer: those that are dropped where there is no room, and help and quit. */
function footerBindings(
  bindings: Binding[],
  state: State,
  isAvailable: (action: Action) => boolean,
): { first: Binding[]; last: Binding[] } {
  const hints = bindings.filter(
    (binding) =>
      binding.hint &&
      binding.keys.length > 0 &&
      isBoundIn(binding, state.focus) &&
      isAvailable(binding.action),
  );
  const last = hints.filter((binding) => ['help', 'quitList', 'pop', 'leaveOutput'].includes(binding.name));
  return { first: hints.filter((binding) => !last.includes(binding)), last };
}

function hintPiece({ keys, hint }: Binding, ascii: boolean | undefined): Line {
  return [[keyLabel(keys[0]!, ascii), 'key'], ` ${hint}`];
}

/** Keys of the focused pane, as many as fit beside help and quit; `isAvailable` omits keys. */
export function footerLine(
  bindings: Binding[],
  state: State,
  cells: number,
  isAvailable: (action: Action) => boolean = () => true,
): Line {
  const { first, last } = footerBindings(bindings, state, isAvailable);
  const pieces = (some: Binding[]) => some.map((binding) => hintPiece(binding, state.ascii));
  return fitPieces(cells, pieces(first), pieces(last));
}

/** Action of the footer's key at a cell. */
export function footerActionAt(
  bindings: Binding[],
  state: State,
  cells: number,
  isAvailable: (action: Action) => boolean,
  at: number,
): Action | undefined {
  const { first, last } = footerBindings(bindings, state, isAvailable);
  const pieces = (some: Binding[]) => some.map((binding) => hintPiece(binding, state.ascii));
  const index = pieceAt(cells, pieces(first), pieces(last), at);
  return index === undefined ? undefined : [...first, ...last][index]?.action;
}

const PROMPT_LABELS = {
  filter: 'filter',
  find: 'find',
  save: 'save this filter as',
  url: 'replay with URL',
  tell: 'to the app',
};

/** Prompt or message instead of the keys, if any; `matches` is the number of search matches. */
export function messageLine(state: State, matches: number, cells: number): Line | undefined {
  const { prompt, notice } = state;
  if (prompt?.kind === 'filter') {
    if (state.list.trouble) return [' ', [state.list.trouble, 'error']];
    return [
      ' ',
      [keyLabel('enter', state.ascii), 'key'],
      ' keep  ',
      ['esc', 'key'],
      ' undo  ',
      [keyLabel('up', state.ascii), 'key'],
      ' earlier  ',
      ['status>=400  n1  slow  sql:users  time>200ms  !health  a or b', 'dim'],
    ];
  }
  if (prompt) {
    const found = prompt.kind === 'find' && prompt.text !== '' ? `  ${matches} found` : '';
    return [
      ' ',
      [`${PROMPT_LABELS[prompt.kind]} `, 'key'],
      ...caretLine(prompt.text, prompt.caret),
      [found, 'dim'],
    ];
  }
  if (notice) return [' ', [cutText(notice.text, cells - 2), notice.role]];
  return undefined;
}
