/** Our painter beside Ink's own: whatever is laid out, both draw the same. */

import { deepStrictEqual } from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import fc from 'fast-check';
import stringWidth from 'string-width';
import { test } from 'tap';
import { holds } from '../property.js';

const ROOT = join(import.meta.dirname, '../../..');

type Node = { text: string | Node[]; props: object } | { box: Node[]; props: object };
/** Lays a tree out in that many columns, and paints it. */
type Draw = (
  tree: Node,
  columns: number,
) => { text: string /** Something is above the frame, or over half a character. */; isOdd: boolean };

const ENTRY = String.raw`
import { Box, renderToString, Text } from 'ink';
import { createElement } from 'react';
import { Output } from './ink/painter.js';
const { write } = Output.prototype;
let isOdd = false;
/** Per row the columns in which the second half of a character is. */
let halves = new Map();
const note = (x, y, line) => {
  if (!halves.has(y)) halves.set(y, new Set());
  const row = halves.get(y);
  let at = x;
  const marks = [];
  for (const char of graphemes(line)) {
    for (let n = 1; n < cellWidth(char); n++) marks.push(at + n);
    at += cellWidth(char);
  }
  if (row.has(x) || row.has(at) || marks.includes(0)) isOdd = true;
  for (let n = x; n < at; n++) row.delete(n);
  for (const mark of marks) row.add(mark);
};
Output.prototype.write = function (x, y, text, options) {
  if (y < 0) isOdd = true;
  for (const [n, line] of text.replace(/\x1b\[[\d;]*m/g, '').split('\n').entries()) note(x, y + n, line);
  return write.call(this, x, y, text, options);
};
const element = (node, key) =>
  'box' in node
    ? createElement(Box, { ...node.props, key }, node.box.map(element))
    : createElement(Text, { ...node.props, key }, typeof node.text === 'string' ? node.text : node.text.map(element));
export const draw = (tree, columns) => {
  isOdd = false;
  halves = new Map();
  const text = renderToString(element(tree, 'root'), { columns });
  return { text, isOdd };
};
`;

/** Answers Ink in a bundle of its own, as the screen is built, or with its own painter. */
async function inkIn(folder: string, stock: boolean): Promise<Draw> {
  const { inkPainter } = await import(join(ROOT, 'ink-painter.mjs'));
  const outfile = join(folder, stock ? 'stock.mjs' : 'ours.mjs');
  const before = { ...process.env };
  if (stock) process.env.SCOOBY_STOCK_INK = '1';
  else delete process.env.SCOOBY_STOCK_INK;
  // Read when it is loaded.
  Object.assign(process.env, { FORCE_COLOR: '3' });
  try {
    await build({
      ...{ absWorkingDir: ROOT, outfile, bundle: true, format: 'esm', platform: 'node', target: 'node20' },
      stdin: { contents: ENTRY, resolveDir: join(ROOT, 'src/tui'), loader: 'js' },
      define: { 'process.env.NODE_ENV': '"production"' },
      plugins: [inkPainter],
      banner: {
        js: "import { createRequire as scoobyRequire } from 'node:module'; const require = scoobyRequire(import.meta.url);",
      },
    });
    const { draw } = await import(outfile);
    return draw;
  } finally {
    process.env = before;
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours, and where the cursor goes
const PARTS = /\x1b\[([\d;]*)m|\x1b\[(\d+)G|([^\x1b]+)/g;
const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
const GROUPS: [RegExp, string][] = [
  [/^(?:3[0-8]|9[0-7])/, 'front'],
  [/^(?:4[0-8]|10[0-7])/, 'back'],
];
const ENDS: Record<string, string[]> = {
  39: ['front'],
  49: ['back'],
  22: ['1', '2'],
  23: ['3'],
  24: ['4'],
  27: ['7'],
  29: ['9'],
};

/** Answers the cells of a row as a terminal shows them: the character and its looks. */
function cellsOf(row: string, columns: number): string[] {
  const looks = new Map<string, string>();
  const cells: string[] = [];
  let at = 0;
  for (const [, code, column, text] of row.matchAll(PARTS)) {
    if (column !== undefined) at = Number(column) - 1;
    else if (text === undefined) apply(looks, code!);
    else {
      for (const { segment } of segmenter.segment(text)) {
        const width = stringWidth(segment);
        cells[at] = [segment, ...[...looks.values()].sort()].join(' ');
        for (let i = 1; i < width; i++) cells[at + i] = '';
        at += width;
      }
    }
  }
  // What is beyond the frame is not seen, and Ink closes gaps there.
  const whole = Array.from(cells.slice(0, columns), (cell) => cell ?? ' ');
  while (whole.at(-1) === ' ') whole.pop();
  return whole;
}

function apply(looks: Map<string, string>, code: string): void {
  if (code === '' || code === '0') looks.clear();
  else if (ENDS[code]) for (const end of ENDS[code]) looks.delete(end);
  else looks.set(GROUPS.find(([pattern]) => pattern.test(code))?.[1] ?? code, code);
}

const narrow = fc.constantFrom(...'abcXYZ019.,:-_/()─│●…·×↑', 'e\u0301', 'é', ' ', ' ');
const wide = fc.constantFrom('日', '本', '語', '가', '👍', '👨‍👩‍👧', '🇩🇪', 'ａ', '✅');
const word = (chars: fc.Arbitrary<string>) =>
  fc.array(chars, { minLength: 1, maxLength: 14, size: 'max' }).map((parts) => parts.join(''));
const textOf = (chars: fc.Arbitrary<string>) =>
  fc
    .array(word(chars), { minLength: 1, maxLength: 5 })
    .chain((words) => fc.constantFrom(' ', '\n', '  ').map((between) => words.join(between)));

const colour = fc.constantFrom('red', 'green', '#ff8800', 'gray', 'blueBright');
// Bold and dim end alike, and what slice-ansi cuts keeps the one of them: nothing is painted both.
const weight = fc.constantFrom({}, { bold: true }, { dimColor: true });
const paint = fc.record(
  { color: colour, backgroundColor: colour, inverse: fc.boolean(), underline: fc.boolean() },
  { requiredKeys: [] },
);
const looks = fc.tuple(weight, paint).map(([weight, paint]) => ({ ...paint, ...weight }));
const broken = fc.constantFrom('wrap', 'hard');
const cutShort = fc.constantFrom(
  'wrap',
  'truncate',
  'truncate-middle',
  'truncate-start',
  'truncate-end',
  'hard',
);
const layout = {
  flexDirection: fc.constantFrom('row', 'column', 'row-reverse', 'column-reverse'),
  flexGrow: fc.nat({ max: 1 }),
  flexShrink: fc.nat({ max: 1 }),
  gap: fc.nat({ max: 2 }),
  padding: fc.nat({ max: 1 }),
  paddingLeft: fc.nat({ max: 3 }),
  marginTop: fc.nat({ max: 1 }),
  marginLeft: fc.nat({ max: 3 }),
  width: fc.integer({ min: 2, max: 40 }),
  height: fc.integer({ min: 1, max: 6 }),
  justifyContent: fc.constantFrom('flex-start', 'center', 'flex-end', 'space-between'),
  alignItems: fc.constantFrom('flex-start', 'center', 'flex-end', 'stretch'),
  borderStyle: fc.constantFrom('single', 'round', 'double'),
  borderColor: colour,
  backgroundColor: colour,
};
/** What lets boxes lie over each other, and cuts them off; in these Ink throws at a text that is cut short: its room is NaN. */
const overlap = {
  overflow: fc.constantFrom('hidden', 'visible'),
  position: fc.constantFrom('absolute', 'relative'),
};

/** Answers trees of such characters, with such boxes. */
function trees(
  chars: fc.Arbitrary<string>,
  boxes: Record<string, fc.Arbitrary<unknown>>,
  wrap: fc.Arbitrary<string>,
): fc.Arbitrary<Node> {
  const text = fc.oneof(
    fc.record({ text: textOf(chars), props: looks }),
    fc.record({
      text: fc.array(fc.record({ text: word(chars), props: paint }), { minLength: 1, maxLength: 3 }),
      props: looks,
    }),
  );
  const leaf = fc
    .tuple(text, wrap)
    .map(([{ text, props }, wrap]): Node => ({ text, props: { ...props, wrap } }));
  const { box } = fc.letrec<{ node: Node; box: Node }>((tie) => ({
    node: fc.oneof({ depthSize: 'medium' }, leaf, tie('box')),
    box: fc.record({
      box: fc.array(tie('node'), { maxLength: 4, size: 'max' }),
      props: fc.record(boxes, { requiredKeys: [] }),
    }),
  }));
  return box;
}

test('our painter', async (t) => {
  const folder = mkdtempSync(join(ROOT, 'dist/painters-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const [ours, stock] = [await inkIn(folder, false), await inkIn(folder, true)];
  const isSame = (tree: Node, columns: number) => {
    const { text, isOdd } = ours(tree, columns);
    // Ink loses all rows of a text that begins above the frame, and moves what follows half a character.
    fc.pre(!isOdd);
    const rows = [text, stock(tree, columns).text].map((frame) =>
      frame.split('\n').map((row) => cellsOf(row, columns)),
    );
    deepStrictEqual(rows[0], rows[1]);
  };
  const columns = fc.integer({ min: 4, max: 60 });

  await t.test('draws boxes over each other and cut off, as Ink does', () =>
    holds(fc.property(trees(narrow, { ...layout, ...overlap }, broken), columns, isSame), 25),
  );
  await t.test('draws characters of any width beside each other, as Ink does', () =>
    holds(fc.property(trees(fc.oneof(narrow, wide), layout, cutShort), columns, isSame), 40),
  );
});
