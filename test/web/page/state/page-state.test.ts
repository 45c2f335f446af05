/** Reducer of the page. */

import { test } from 'tap';
import { FIRST_LIST } from '../../../../src/web/page/state/address.js';
import { firstPageState, type PageAction, reducePage } from '../../../../src/web/page/state/page-state.js';

const after = (...actions: PageAction[]) => actions.reduce(reducePage, firstPageState());

test('a list that is held follows again at its top, on demand, and as another list', (t) => {
  const held = after({ type: 'hold', until: 5 }, { type: 'hold', until: 9 });
  t.equal(held.until, 5, 'the first instant stays');
  t.equal(reducePage(held, { type: 'top' }).until, undefined);
  t.equal(reducePage(held, { type: 'list', list: { ...FIRST_LIST, filter: 'n1' } }).until, undefined);
  t.equal(reducePage(held, { type: 'list', list: { ...FIRST_LIST } }), held, 'the same list');
  const paused = reducePage(held, { type: 'pause' });
  t.equal(reducePage(paused, { type: 'top' }).isPaused, true);
  const following = reducePage(paused, { type: 'follow' });
  t.same([following.isPaused, following.until, following.follows], [false, undefined, 1]);
  t.end();
});

test('marks come and go; without any the list of marked requests ends', (t) => {
  const marked = after({ type: 'mark', id: 'a' }, { type: 'mark', id: 'b' }, { type: 'onlyMarked' });
  t.same([marked.marks, marked.onlyMarked], [['a', 'b'], true]);
  const none = [{ type: 'mark', id: 'a' } as const, { type: 'mark', id: 'b' } as const].reduce(
    reducePage,
    marked,
  );
  t.same([none.marks, none.onlyMarked], [[], false]);
  t.equal(after({ type: 'onlyMarked' }).onlyMarked, false);
  t.end();
});

test('a message closes a box, and goes by its own number only', (t) => {
  const said = after({ type: 'dialog', dialog: 'copy' }, { type: 'notice', text: 'copied', role: 'ok' });
  t.same([said.dialog, said.notice], [undefined, { text: 'copied', role: 'ok', number: 1 }]);
  t.equal(reducePage(said, { type: 'seen', number: 7 }), said);
  t.equal(reducePage(said, { type: 'seen', number: 1 }).notice, undefined);
  t.equal(reducePage(said, { type: 'dialog', dialog: 'help' }).dialog, 'help');
  t.end();
});

test('switches', (t) => {
  const { isGrouped, hasLibraries, order, theme, selected } = after(
    { type: 'group' },
    { type: 'libraries' },
    { type: 'order' },
    { type: 'theme' },
    { type: 'select', id: 'x' },
  );
  t.same([isGrouped, hasLibraries, order, theme, selected], [false, true, 'start', 'light', 'x']);
  t.equal(after({ type: 'theme' }, { type: 'theme' }, { type: 'theme' }).theme, 'auto');
  t.end();
});
