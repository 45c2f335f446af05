/** Reducer of the pane with the app's output: scrolling, following, searching. */

import type { Action, OutputState, State, ViewFacts } from './state.js';

function withOutput(state: State, output: Partial<OutputState>): State {
  return state.output ? { ...state, output: { ...state.output, ...output } } : state;
}

/** Scrolls the output; following resumes when the end is reached. */
function scroll(state: State, by: 'row' | 'half' | 'page' | 'end', n: 1 | -1, facts: ViewFacts): State {
  const { first, count, height } = facts.output;
  const maxTop = Math.max(first, first + count - height);
  const from = state.output?.follow ? maxTop : (state.output?.top ?? maxTop);
  const step =
    by === 'row'
      ? 1
      : by === 'end'
        ? count
        : Math.max(1, by === 'page' ? height - 1 : Math.floor(height / 2));
  const top = Math.max(first, Math.min(from + n * step, maxTop));
  return withOutput(state, { top, follow: top === maxTop });
}

function toggleFollow(state: State, { output: { first, count, height } }: ViewFacts): State {
  const top = Math.max(first, first + count - height);
  return withOutput(state, { follow: state.output?.follow !== true, top });
}

/** Shows and focuses the output, or hides it when it has the focus. */
function toggleOutput(state: State): State {
  if (!state.output) return state;
  if (state.focus === 'output') return withOutput({ ...state, focus: 'list', zoom: false }, { shown: false });
  return withOutput({ ...state, focus: 'output' }, { shown: true });
}

/** Scrolls the next match, or the first after the last, to the middle of the pane. */
function goToMatch(state: State, n: 1 | -1, { output }: ViewFacts): State {
  const { matches, first, count, height } = output;
  const maxTop = Math.max(first, first + count - height);
  const top = state.output?.follow ? maxTop : (state.output?.top ?? maxTop);
  const current = state.output?.matchRow ?? (n > 0 ? top - 1 : top + height);
  const next = n > 0 ? matches.find((row) => row > current) : matches.findLast((row) => row < current);
  const target = next ?? (n > 0 ? matches[0] : matches.at(-1));
  if (target === undefined) return state;
  return withOutput(state, {
    top: Math.max(first, Math.min(target - Math.floor(height / 2), maxTop)),
    follow: false,
    matchRow: target,
  });
}

/** State after an action on the output; undefined for other actions. */
export function reduceOutput(state: State, action: Action, facts: ViewFacts): State | undefined {
  if (action.type === 'output') return toggleOutput(state);
  if (state.focus !== 'output') return undefined;
  switch (action.type) {
    case 'move':
      return scroll(state, action.by, action.n, facts);
    case 'match':
      return goToMatch(state, action.n, facts);
    case 'follow':
      return toggleFollow(state, facts);
    case 'back':
      return state.output?.find ? withOutput(state, { find: '' }) : undefined;
    default:
      return undefined;
  }
}
