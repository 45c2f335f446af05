/** Reducer of the prompt: typing, erasing, history, accepting, cancelling. */

import { completePart, parseFilter } from '../../domain/filter.js';
import { graphemes } from '../../terminal/cells.js';
import type { Action, Prompt, State } from './state.js';

const MAX_HISTORY = 50;

/** Sets the search text of the popup or the focused pane: the output, or the text of the detail. */
function withFind(state: State, find: string): State {
  if (state.popup?.kind === 'text') {
    const { find: _, ...popup } = state.popup;
    return { ...state, popup: find === '' ? popup : { ...popup, find: { text: find } } };
  }
  if (state.focus === 'output' && state.output) {
    const { matchRow: _, ...output } = state.output;
    return { ...state, output: { ...output, find } };
  }
  return { ...state, detail: { ...state.detail, find } };
}

/** Replaces the prompt and applies its text at once: a search, or complete terms of a filter. */
function withPrompt(state: State, prompt: Prompt): State {
  const next = { ...state, prompt };
  if (prompt.kind === 'find') return withFind(next, prompt.text);
  if (prompt.kind !== 'filter') return next;
  const parsed = parseFilter(prompt.text);
  const { trouble: _, ...list } = state.list;
  const filter = 'trouble' in parsed ? (completePart(prompt.text) ?? list.filter) : prompt.text;
  const checked = 'trouble' in parsed ? { ...list, trouble: parsed.trouble } : list;
  if (filter === list.filter) return { ...next, list: checked };
  return { ...next, list: { ...checked, filter, cursor: { at: 0, top: 0 } } };
}

function erase(prompt: Prompt, what: 'char' | 'word' | 'line' | 'next'): Prompt {
  const chars = graphemes(prompt.text);
  if (what === 'next') {
    chars.splice(prompt.caret, 1);
    return { ...prompt, text: chars.join('') };
  }
  let from = what === 'line' ? 0 : prompt.caret - 1;
  if (what === 'word') {
    while (from > 0 && chars[from] === ' ') from--;
    while (from > 0 && chars[from - 1] !== ' ') from--;
  }
  if (from < 0) return prompt;
  chars.splice(from, prompt.caret - from);
  return { ...prompt, text: chars.join(''), caret: from };
}

function recall(state: State, prompt: Prompt, n: 1 | -1): State {
  if (prompt.kind !== 'filter') return state;
  const historyStep = Math.max(0, Math.min(prompt.historyStep + n, state.history.length));
  const text = historyStep === 0 ? prompt.previousText : state.history[historyStep - 1]!;
  return withPrompt(state, { ...prompt, text, historyStep, caret: graphemes(text).length });
}

/** Closes the prompt; its text stays in effect and a filter goes to the history. */
function accept(state: State, prompt: Prompt): State {
  const { prompt: _, ...next } = state;
  const { trouble, ...list } = state.list;
  if (prompt.kind !== 'filter') return next;
  const { filter } = list;
  const others = state.history.filter((text) => text !== filter);
  const history = filter === '' ? state.history : [filter, ...others];
  return { ...next, list, history: history.slice(0, MAX_HISTORY) };
}

function cancel(state: State, prompt: Prompt): State {
  const restored = withPrompt(state, { ...prompt, text: prompt.previousText });
  const { prompt: _, ...next } = restored;
  return next;
}

function currentFind({ focus, output, detail, popup }: State): string {
  if (popup?.kind === 'text') return popup.find?.text ?? '';
  return focus === 'output' ? (output?.find ?? '') : detail.find;
}

/** State after an action on the prompt; undefined for other actions. */
export function reducePrompt(state: State, action: Action): State | undefined {
  if (action.type === 'prompt') {
    const initial = { filter: state.list.filter, find: currentFind(state), save: '', url: '', tell: '' };
    const text = action.text ?? initial[action.kind];
    const caret = graphemes(text).length;
    const prompt = { kind: action.kind, text, caret, previousText: text, historyStep: 0 };
    const { popup, notice: _, ...next } = state;
    const isInPopup = action.kind === 'find' && popup?.kind === 'text';
    return { ...next, ...(isInPopup && { popup }), prompt };
  }
  const { prompt } = state;
  if (!prompt) return undefined;
  switch (action.type) {
    case 'type': {
      const chars = graphemes(prompt.text);
      const added = graphemes(action.text.replace(/\s+/g, ' '));
      chars.splice(prompt.caret, 0, ...added);
      return withPrompt(state, { ...prompt, text: chars.join(''), caret: prompt.caret + added.length });
    }
    case 'erase':
      return withPrompt(state, erase(prompt, action.what));
    case 'caret': {
      const caret = Math.max(0, Math.min(prompt.caret + action.n, graphemes(prompt.text).length));
      return { ...state, prompt: { ...prompt, caret } };
    }
    case 'past':
      return recall(state, prompt, action.n);
    case 'accept':
      return accept(state, prompt);
    case 'back':
    case 'close':
      return cancel(state, prompt);
    default:
      return undefined;
  }
}
