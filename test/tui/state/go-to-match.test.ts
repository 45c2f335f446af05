import { test } from 'tap';
import { goToMatch } from '../../../src/tui/state/go-to-match.js';
import { initialState, type State, type ViewFacts } from '../../../src/tui/state/state.js';

/** Matches in the rows 1 and 3 of a table, and in the lines of the text of each row. */
function facts(state: State, lines: number[] = [2, 5]): ViewFacts {
  const matches = [1, 3].includes(state.detail.table.at) ? lines : [];
  return {
    table: { count: 5, height: 5, matches: [1, 3] },
    text: { count: 9, height: 9, matches },
  } as unknown as ViewFacts;
}

const at = ({ focus, detail }: State) =>
  focus === 'text' ? `${detail.table.at}:${detail.text.at}` : `${detail.table.at}`;

function steps(n: 1 | -1, count: number, lines?: number[]): string[] {
  let state: State = { ...initialState(120, 40), focus: 'table' };
  return Array.from({ length: count }, () => {
    state = goToMatch(state, n, facts(state, lines));
    return at(state);
  });
}

test('forwards: each row, then its text, and the first after the last', (t) => {
  t.same(steps(1, 7), ['1', '1:2', '1:5', '3', '3:2', '3:5', '1']);
  t.same(steps(1, 3, [0]), ['1', '1:0', '3'], 'also the first line');
  t.end();
});

test('backwards: from row to row, and the last before the first', (t) => {
  t.same(steps(-1, 3), ['3', '1', '3']);
  t.end();
});

test('backwards out of a text: its earlier matches, its row, the row before', (t) => {
  const start: State = { ...initialState(120, 40), focus: 'text' };
  let state = { ...start, detail: { ...start.detail, table: { at: 3, top: 0 }, text: { at: 5, top: 0 } } };
  const seen = [1, 2, 3].map(() => {
    state = goToMatch(state, -1, facts(state));
    return at(state);
  });
  t.same(seen, ['3:2', '3', '1']);
  t.end();
});

test('without a match in rows the text starts over; without any nothing moves', (t) => {
  const start: State = { ...initialState(120, 40), focus: 'text' };
  const state = { ...start, detail: { ...start.detail, text: { at: 6, top: 0 } } };
  const some = (matches: number[]) =>
    ({ table: { count: 5, height: 5, matches: [] }, text: { count: 9, height: 9, matches } }) as never;
  t.equal(at(goToMatch(state, 1, some([2, 5]))), '0:2');
  t.equal(at(goToMatch(state, -1, some([7]))), '0:7');
  t.equal(goToMatch(state, 1, some([])), state);
  t.end();
});
