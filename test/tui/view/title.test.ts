import { test } from 'tap';
import { lineText, lineWidth } from '../../../src/terminal/cells.js';
import { panelsOf } from '../../../src/tui/panels/index.js';
import { tabsLine, titleLine } from '../../../src/tui/view/title.js';
import { aSpan, aTrace } from '../../factory.js';

const NOW = 1_700_000_000_000;
const TRACE = aTrace({
  id: 'abcdef0123456789',
  url: `/orders?${'x'.repeat(60)}`,
  start: NOW - 5000,
  spans: [aSpan(), aSpan()],
});

test('a wide title has all figures; a narrow title cuts the path first, then omits figures', (t) => {
  const title = (cells: number) => lineText(titleLine(TRACE, NOW, cells));
  t.equal(title(120), ` GET ${TRACE.url}  200  13ms  2 queries 2.0ms  5s  abcdef01`);
  t.equal(title(60).includes('2 queries 2.0ms'), false);
  t.match(title(60), /^ GET \/orders\?x+…x+ {2}200 {2}13ms/);
  for (const cells of [40, 60, 80, 100, 120])
    t.ok(lineWidth(titleLine(TRACE, NOW, cells)) <= cells, `${cells}`);
  t.end();
});

test('a request without a response says so', (t) => {
  const { status: _, duration: __, ...rest } = TRACE;
  t.match(lineText(titleLine({ ...rest, state: 'open' }, NOW, 100)), / {2}… {2}2 queries/);
  t.match(lineText(titleLine({ ...rest, state: 'died' }, NOW, 100)), / {2}no answer {2}/);
  t.end();
});

test('the active tab is visible at any width', (t) => {
  const panels = panelsOf(TRACE);
  for (const { title } of panels) {
    for (const cells of [20, 40, 80, 160]) {
      const line = tabsLine(panels, TRACE, title, cells);
      const before = lineText(line.slice(0, line.findIndex((segment) => segment[1] === 'focus') + 1));
      t.ok(
        line.some((segment) => segment[1] === 'focus') && lineWidth([before]) <= cells,
        `${title} at ${cells}`,
      );
    }
  }
  t.match(
    lineText(tabsLine(panels, TRACE, panels[0]!.title, 200)),
    new RegExp(`^\\[${panels[0]!.key} ${panels[0]!.title}`),
  );
  t.end();
});
