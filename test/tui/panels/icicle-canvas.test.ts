import { test } from 'tap';
import { lineText, lineWidth } from '../../../src/terminal/cells.js';
import { iciclePage } from '../../../src/tui/panels/icicle-canvas.js';
import type { PanelContext } from '../../../src/tui/panels/panel.js';
import { aTrace } from '../../factory.js';
import { aProfile, ORDERS_PROFILE } from '../../profile.js';

function pageOf(more: Partial<PanelContext> = {}, profile = ORDERS_PROFILE) {
  return iciclePage(profile, {
    ...{ trace: aTrace(), source: () => undefined, grouped: true, sorted: 'total' },
    ...{ libraries: false, columns: 50 },
    ...more,
  });
}

function drawn(page: ReturnType<typeof pageOf>, columns: number, at = 0): string[] {
  return Array.from({ length: page.canvas!.height }, (_, row) =>
    lineText(page.canvas!.line(row, columns, at)).trimEnd(),
  );
}

test('a row per depth, frames as wide as their weights, filled by where they are from', (t) => {
  t.same(drawn(pageOf(), 50), [
    `▏all 50ms ${'▓'.repeat(40)}`,
    `▏… 3 × express 45ms ${'─'.repeat(25)}▏▒▒▏▓`,
    `▏list 45ms ${'▓'.repeat(34)}`,
    `▏hydrate 35ms ${'▓'.repeat(21)}▏… 2 × …`,
    '▏par…',
  ]);
  t.same(drawn(pageOf({ libraries: true }), 50).length, 7);
  for (const columns of [1, 7, 20, 200])
    for (let row = 0; row < 5; row++)
      t.ok(lineWidth(pageOf().canvas!.line(row, columns, 0)) <= columns, `${columns} cells`);
  t.end();
});

test('frames below a cell are merged, but for the selected one', (t) => {
  const many = Array.from({ length: 40 }, (_, n) => ({ stack: [`own f${n} a.js:${n + 1}`], weight: 1 }));
  const page = pageOf({}, aProfile([{ stack: ['own big b.js:1'], weight: 60 }, ...many]));
  t.same(drawn(page, 10), ['▏all 100ms', '▏big ▓····']);
  t.match(drawn(page, 10, 5)[1], /▏/);
  t.end();
});

test('the cursor moves by frame: into, out of, beside', (t) => {
  const { canvas, entries } = pageOf();
  const walk = (at: number, ...moves: ('up' | 'down' | 'left' | 'right')[]) =>
    moves.reduce((from, direction) => canvas!.move(from, direction), at);
  t.equal(walk(0, 'down'), 1);
  t.equal(lineText(entries[walk(0, 'down', 'down', 'down')]!.line(40)), 'hydrate');
  t.equal(lineText(entries[walk(0, 'down', 'right')]!.line(40)), 'GC');
  t.equal(walk(0, 'down', 'right', 'right', 'right', 'left', 'left', 'left'), 1);
  t.equal(walk(0, 'up'), 0);
  t.equal(walk(0, 'down', 'down', 'up'), 1);
  t.equal(canvas!.frameAt(1, 46, 50), walk(0, 'down', 'right'));
  t.equal(canvas!.frameAt(4, 40, 50), undefined);
  t.end();
});

test('zoomed, a frame fills the width, and what is outside of it is not drawn', (t) => {
  const page = pageOf({ zoomed: 3 });
  t.same(drawn(page, 36), [`▏hydrate 35ms ${'▓'.repeat(22)}`, '▏par…']);
  t.equal(lineText(page.headLines(50)[0]!), ' ICICLE of hydrate 35ms 70%  esc: back');
  t.equal(page.canvas!.rowOf(0), 0);
  t.equal(page.canvas!.move(3, 'up'), 3);
  t.equal(drawn(pageOf({ zoomed: 999 }), 50).length, 5);
  t.end();
});

test('the text of a frame: itself, its function, or what a run calls', (t) => {
  const text = (row: number) => pageOf().text!(row).map(({ line }) => lineText(line).trimEnd());
  t.same(text(3).slice(0, 4), [
    ...[' hydrate  35ms 70%  here', '', ' hydrate  src/orders.js:12'],
    ' self 30ms 60%   with all that it called 35ms 70%',
  ]);
  t.same(text(1), [' … 3 × express  45ms 90%  here', ' calls', '    45ms  list']);
  t.end();
});
