/** What the keys do to the pane with the app's output. */

import type { Action, OutputState, State, ViewFacts } from './state.js';

function inOutput(state: State, output: Partial<OutputState>): State {
  return state.output ? { ...state, output: { ...state.output, ...output } } : state;
}

/** Scrolls what the app prints; at its end it follows again. */
function scrolled(state: State, by: 'row' | 'half' | 'page' | 'end', n: 1 | -1, facts: ViewFacts): State {
  const { first, count, height } = facts.output;
  const least = first;
  const most = Math.max(first, first + count - height);
  const from = state.output?.follow ? most : (state.output?.top ?? most);
  const step =
    by === 'row'
      ? 1
      : by === 'end'
        ? count
        : Math.max(1, by === 'page' ? height - 1 : Math.floor(height / 2));
  const top = Math.max(least, Math.min(from + n * step, most));
  return inOutput(state, { top, follow: top === most });
}

function followed(state: State, { output: { first, count, height } }: ViewFacts): State {
  const top = Math.max(first, first + count - height);
  return inOutput(state, { follow: state.output?.follow !== true, top });
}

/** Shows the output and goes there; from there it is hidden. */
function toggled(state: State): State {
  if (!state.output) return state;
  if (state.focus === 'output') return inOutput({ ...state, focus: 'list', zoom: false }, { shown: false });
  return inOutput({ ...state, focus: 'output' }, { shown: true });
}

/** Brings the next match in the output to the middle of its pane. */
function toMatch(state: State, n: 1 | -1, { output }: ViewFacts): State {
  const { matches, first, count, height } = output;
  const most = Math.max(first, first + count - height);
  const top = state.output?.follow ? most : (state.output?.top ?? most);
  const at = state.output?.at ?? (n > 0 ? top - 1 : top + height);
  const next = n > 0 ? matches.find((row) => row > at) : matches.findLast((row) => row < at);
  const to = next ?? (n > 0 ? matches[0] : matches.at(-1));
  if (to === undefined) return state;
  return inOutput(state, {
    top: Math.max(first, Math.min(to - Math.floor(height / 2), most)),
    follow: false,
    at: to,
  });
}

/** Answers the state after an action on the output; undefined when it is about something else. */
export function reduceOutput(state: State, action: Action, facts: ViewFacts): State | undefined {
  if (action.type === 'output') return toggled(state);
  if (state.focus !== 'output') return undefined;
  switch (action.type) {
    case 'move':
      return scrolled(state, action.by, action.n, facts);
    case 'match':
      return toMatch(state, action.n, facts);
    case 'follow':
      return followed(state, facts);
    case 'back':
      return state.output?.find ? inOutput(state, { find: '' }) : undefined;
    default:
      return undefined;
  }
}
