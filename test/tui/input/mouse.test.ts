import { test } from 'tap';
import { mouseAction } from '../../../src/tui/input/mouse.js';
import type { ViewModel } from '../../../src/tui/view/view-model.js';

/** A list of 10 requests, scrolled by 3, with a row of heads; beside it a text of two lines. */
const picture = (more: object = {}) =>
  ({
    layout: {
      compact: false,
      list: { x: 0, y: 1, width: 40, height: 6 },
      text: { x: 41, y: 1, width: 20, height: 6 },
    },
    state: { list: { cursor: { top: 3 } }, detail: { text: { top: 0 }, table: { top: 0 } }, ...more },
    list: { count: 10 },
    page: { entries: [] },
    text: [['one'], ['two']],
  }) as unknown as ViewModel;
const at = (column: number, row: number, button = 0, press = true) => ({ column, row, button, press });

test('a click selects the row under it', (t) => {
  t.same(mouseAction(picture(), at(5, 2)), { type: 'at', pane: 'list', index: 3 });
  t.same(mouseAction(picture(), at(39, 6)), { type: 'at', pane: 'list', index: 7 });
  t.same(mouseAction(picture(), at(41, 2)), { type: 'at', pane: 'text', index: 1 });
  t.end();
});

test('a click on heads, borders and empty rows is none', (t) => {
  const far = picture();
  far.state.list.cursor.top = 8;
  t.equal(mouseAction(far, at(5, 6)), undefined, 'below the last row');
  t.equal(mouseAction(picture(), at(40, 3)), undefined, 'between the panes');
  t.equal(mouseAction(picture(), at(45, 5)), undefined, 'below the text');
  t.equal(mouseAction(picture(), at(5, 7)), undefined, 'below the list');
  t.end();
});

test('the wheel moves by rows; releases, other buttons and open popups ask for nothing', (t) => {
  t.same(mouseAction(picture(), at(5, 2, 64)), { type: 'move', by: 'row', n: -1 });
  t.same(mouseAction(picture(), at(5, 2, 65)), { type: 'move', by: 'row', n: 1 });
  t.equal(mouseAction(picture(), at(5, 2, 0, false)), undefined);
  t.equal(mouseAction(picture(), at(5, 2, 2)), undefined);
  t.equal(mouseAction(picture({ popup: {} }), at(5, 2)), undefined);
  t.equal(mouseAction(picture({ prompt: {} }), at(5, 2)), undefined);
  t.end();
});
