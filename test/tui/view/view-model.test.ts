import { test } from 'tap';
import type { Trace } from '../../../src/domain/trace.js';
import { selectedPosition, type ViewModel } from '../../../src/tui/view/view-model.js';
import { aSpan, aTrace } from '../../factory.js';

/** The place that the editor opens from the list, where nothing of the detail is selected. */
const opened = (trace: Partial<Trace>) =>
  selectedPosition({
    page: { head: () => [], entries: [] },
    text: [],
    trace: aTrace(trace),
    state: { focus: 'list', detail: { table: { at: 0 } } },
  } as unknown as ViewModel);

test('the editor opens a file whose name has a colon and a number', (t) => {
  t.same(opened({ spans: [aSpan({ site: 'src/v:2/orders.js:47' })] }), {
    file: 'src/v:2/orders.js',
    line: 47,
  });
  t.end();
});

test('the editor opens a handler in a folder with a space', (t) => {
  const sources = { 'my app/orders.js': 'f00' };
  const spans = [aSpan({ site: 'a.js:1' })];
  t.same(opened({ handler: 'bound list my app/orders.js:10', sources, spans }), {
    file: 'my app/orders.js',
    line: 10,
  });
  t.same(opened({ handler: 'bound list src/orders.js:10', spans }), { file: 'src/orders.js', line: 10 });
  t.same(opened({ handler: 'list', spans }), { file: 'a.js', line: 1 }, 'no line of the handler is known');
  t.same(opened({ spans: [] }), undefined);
  t.end();
});
