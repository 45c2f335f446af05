import { test } from 'tap';
import { canvasTop } from '../../../src/tui/view/canvas-top.js';

test('a drawing is scrolled so that the selected row, and one below it, are in sight', (t) => {
  const canvas = { height: 9, rowOf: (at: number) => at, line: () => [], frameAt: () => 0, move: () => 0 };
  t.equal(canvasTop(canvas, 0, 3), 0);
  t.equal(canvasTop(canvas, 1, 3), 0);
  t.equal(canvasTop(canvas, 4, 3), 3);
  t.equal(canvasTop(canvas, 8, 3), 6);
  t.equal(canvasTop(canvas, 8, 20), 0);
  t.end();
});
