/** What the keys do to a line being typed. */

import { completePart, parseFilter } from '../../domain/filter.js';
import { graphemes } from '../../terminal/cells.js';
import type { Action, Prompt, State } from './state.js';

const REMEMBERED = 50;

/** Searches where the keys go: in the output, or in the text of the detail. */
function findingIn(state: State, find: string): State {
  if (state.focus === 'output' && state.output) {
    const { at: _, ...output } = state.output;
    return { ...state, output: { ...output, find } };
  }
  return { ...state, detail: { ...state.detail, find } };
}

/** Puts text into the prompt and shows its effect: a filter applies at once, a half-typed one as far as it is finished. */
function typed(state: State, prompt: Prompt): State {
  const next = { ...state, prompt };
  if (prompt.kind === 'find') return findingIn(next, prompt.text);
  if (prompt.kind !== 'filter') return next;
  const parsed = parseFilter(prompt.text);
  const { trouble: _, ...list } = state.list;
  const filter = 'trouble' in parsed ? (completePart(prompt.text) ?? list.filter) : prompt.text;
  const told = 'trouble' in parsed ? { ...list, trouble: parsed.trouble } : list;
  if (filter === list.filter) return { ...next, list: told };
  return { ...next, list: { ...told, filter, cursor: { at: 0, top: 0 } } };
}

function erased(prompt: Prompt, what: 'char' | 'word' | 'line' | 'next'): Prompt {
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

function recalled(state: State, prompt: Prompt, n: 1 | -1): State {
  if (prompt.kind !== 'filter') return state;
  const past = Math.max(0, Math.min(prompt.past + n, state.history.length));
  const text = past === 0 ? prompt.before : state.history[past - 1]!;
  return typed(state, { ...prompt, text, past, caret: graphemes(text).length });
}

/** Answers the state without its prompt, keeping what was typed. */
function accepted(state: State, prompt: Prompt): State {
  const { prompt: _, ...next } = state;
  const { trouble, ...list } = state.list;
  if (prompt.kind !== 'filter') return next;
  const good = list.filter;
  const history = good === '' ? state.history : [good, ...state.history.filter((text) => text !== good)];
  return { ...next, list, history: history.slice(0, REMEMBERED) };
}

function cancelled(state: State, prompt: Prompt): State {
  const restored = typed(state, { ...prompt, text: prompt.before });
  const { prompt: _, ...next } = restored;
  return next;
}

function foundIn({ focus, output, detail }: State): string {
  return focus === 'output' ? (output?.find ?? '') : detail.find;
}

/** Answers the state after an action on the prompt; undefined when it is about something else. */
export function reducePrompt(state: State, action: Action): State | undefined {
  if (action.type === 'prompt') {
    const before =
      action.text ??
      { filter: state.list.filter, find: foundIn(state), save: '', url: '', tell: '' }[action.kind];
    const prompt = { kind: action.kind, text: before, caret: graphemes(before).length, before, past: 0 };
    const { popup: _, notice: __, ...next } = state;
    return { ...next, prompt };
  }
  const { prompt } = state;
  if (!prompt) return undefined;
  switch (action.type) {
    case 'type': {
      const chars = graphemes(prompt.text);
      const added = graphemes(action.text.replace(/\s+/g, ' '));
      chars.splice(prompt.caret, 0, ...added);
      return typed(state, { ...prompt, text: chars.join(''), caret: prompt.caret + added.length });
    }
    case 'erase':
      return typed(state, erased(prompt, action.what));
    case 'caret': {
      const caret = Math.max(0, Math.min(prompt.caret + action.n, graphemes(prompt.text).length));
      return { ...state, prompt: { ...prompt, caret } };
    }
    case 'past':
      return recalled(state, prompt, action.n);
    case 'accept':
      return accepted(state, prompt);
    case 'back':
    case 'close':
      return cancelled(state, prompt);
    default:
      return undefined;
  }
}
