import { join } from 'node:path';
import xterm from '@xterm/headless';
import { test } from 'tap';
import { Output } from '../../src/tui/ink/painter.js';

type Op =
  | [x: number, y: number, text: string]
  | { x1?: number; x2?: number; y1?: number; y2?: number }
  | 'unclip';

const ROOT = join(import.meta.dirname, '../../..');
const { default: Stock } = await import(join(ROOT, 'node_modules/ink/build/output.js'));

/** Cells of a terminal that shows a frame: character, width and style. */
async function cells(frame: string, columns: number, rows: number): Promise<string[]> {
  const terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
  await new Promise<void>((done) => terminal.write(frame.replaceAll('\n', '\r\n'), done));
  const out: string[] = [];
  for (let y = 0; y < rows; y++) {
    const line = terminal.buffer.active.getLine(y)!;
    let row = '';
    for (let x = 0; x < columns; x++) {
      const cell = line.getCell(x)!;
      if (cell.getWidth() === 0) continue;
      const chars = cell.getChars() || ' ';
      row += `${chars}:${cell.getWidth()}:${cell.isBold() ? 'b' : ''}${cell.isDim() ? 'd' : ''}${cell.isInverse() ? 'i' : ''}${cell.getFgColor()} `;
    }
    out.push(row);
  }
  terminal.dispose();
  return out;
}

const red = (text: string) => `\x1b[31m${text}\x1b[39m`;
const inverse = (text: string) => `\x1b[7m${text}\x1b[27m`;

const STORIES: Record<string, Op[]> = {
  'rows beside each other': [
    [0, 0, 'left'],
    [10, 0, red('right')],
    [0, 1, inverse('all of it '.repeat(3))],
  ],
  'a box over rows': [
    [0, 0, 'abcdefghijklmnop'],
    [0, 1, red('abcdefghijklmnop')],
    [4, 0, '┌──┐\n└──┘'],
  ],
  'a box over a part that was coloured': [
    [0, 0, red('0123456789')],
    [3, 0, inverse('xx')],
    [7, 0, 'y'],
  ],
  'wide characters beside each other': [
    [0, 0, '日本語'],
    [8, 0, 'end'],
  ],
  'a box over half a wide character, at its start': [
    [0, 0, '日本語日本語'],
    [3, 0, '###'],
  ],
  'a box over half a wide character, at its end': [
    [0, 0, '日本語日本語'],
    [2, 0, '###'],
  ],
  'combining characters': [
    [0, 0, 'e\u0301a\u0300'],
    [5, 0, 'x'],
  ],
  'texts of several lines': [
    [2, 0, 'one\ntwo\nthree'],
    [0, 1, '>'],
  ],
  'cut off at both sides': [
    { x1: 2, x2: 8, y1: 0, y2: 2 },
    [0, 0, 'abcdefghijkl'],
    [4, 1, red('abcdefghijkl')],
    [0, 2, 'below'],
    'unclip',
    [0, 3, 'after'],
  ],
  'to the left of the frame': [
    [-2, 0, 'abcdef'],
    [-3, 1, red('xyz')],
    [0, 1, '>'],
  ],
  'nothing at all': [[0, 0, '']],
  'outside of the frame': [
    [0, 9, 'below'],
    [25, 0, 'over the edge'],
  ],
};

function frameOf(
  output: {
    write(x: number, y: number, text: string, options: { transformers: [] }): void;
    clip(clip: object): void;
    unclip(): void;
    get(): { output: string };
  },
  ops: Op[],
): string {
  for (const op of ops) {
    if (op === 'unclip') output.unclip();
    else if (Array.isArray(op)) output.write(op[0], op[1], op[2], { transformers: [] });
    else output.clip({ x1: undefined, x2: undefined, y1: undefined, y2: undefined, ...op });
  }
  return output.get().output;
}

for (const [name, ops] of Object.entries(STORIES)) {
  test(`painted as Ink paints: ${name}`, async (t) => {
    const size = { width: 30, height: 5 };
    const wanted = await cells(frameOf(new Stock(size), ops), 40, 5);
    t.same(await cells(frameOf(new Output(size), ops), 40, 5), wanted);
  });
}

test('a wide character cut in half leaves an empty cell, where Ink shifts the rest of the row', (t) => {
  const output = new Output({ width: 20, height: 1 });
  output.clip({ x1: 1, x2: 7, y1: undefined, y2: undefined });
  output.write(0, 0, '日本語日本語', { transformers: [] });
  t.equal(output.get().output, '  本語');
  t.end();
});

test('a text that begins above the frame keeps its visible rows, where Ink loses them', (t) => {
  const output = new Output({ width: 20, height: 2 });
  output.write(0, -1, 'one\ntwo\nthree', { transformers: [] });
  t.equal(output.get().output, 'two\nthree');
  t.end();
});

test('text after characters of uncertain width is moved to its column', (t) => {
  const output = new Output({ width: 20, height: 1 });
  output.write(0, 0, '日本', { transformers: [] });
  output.write(6, 0, '│', { transformers: [] });
  t.equal(output.get().output, '日本  \x1b[7G│');
  t.end();
});
