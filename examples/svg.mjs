/**
 * Terminal screen as an SVG picture: text stays text, and light or dark follows the viewer's colour
 * scheme.
 */

const WIDTH = 8;
const HEIGHT = 18;
const PAD = 10;
/** Distance of the text baseline from the top of its cell. */
const BASELINE = 13.5;

/** Foreground, background, and the eight terminal colours, for light and dark schemes. */
const LIGHT = [
  '#24292f',
  '#ffffff',
  '#24292f',
  '#c0242b',
  '#1a7f37',
  '#8a5a00',
  '#0a58ca',
  '#8250df',
  '#0b7285',
  '#57606a',
];
const DARK = [
  '#d4d8de',
  '#16191d',
  '#5c6370',
  '#ff7b72',
  '#56d364',
  '#e3b341',
  '#79c0ff',
  '#d2a8ff',
  '#56d4dd',
  '#d4d8de',
];

const EIGHTHS = '▏▎▍▌▋▊▉█';
const LOWER = '▁▂▃▄▅▆▇█';
/** Characters drawn as shapes, so that they join the next cell in every font. */
const SHAPES = /[─│┴┬┼├┤┌┐└┘░▏▎▍▌▋▊▉█▁▂▃▄▅▆▇]/;
/** Arms of the box-drawing lines: left, right, up, down. */
const ARMS = {
  '─': 'lr',
  '│': 'ud',
  '┴': 'lru',
  '┬': 'lrd',
  '┼': 'lrud',
  '├': 'rud',
  '┤': 'lud',
  '┌': 'rd',
  '┐': 'ld',
  '└': 'ru',
  '┘': 'lu',
};

const escaped = (text) => text.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`);

/** CSS classes of a cell: of its text and of its background. */
function classesOf(cell) {
  const colour = cell.isFgDefault() ? 'f' : `c${cell.getFgColor() % 8}`;
  const weight = `${cell.isBold() ? ' b' : ''}${cell.isDim() ? ' d' : ''}`;
  return cell.isInverse()
    ? { text: `g${weight}`, behind: colour }
    : { text: `${colour}${weight}`, behind: '' };
}

function rect(x, y, width, height, classes) {
  return `<rect x="${+x.toFixed(2)}" y="${+y.toFixed(2)}" width="${+width.toFixed(2)}" height="${+height.toFixed(2)}" class="${classes}"/>`;
}

function shape(char, x, y, classes) {
  if (char === '░') return rect(x, y + 3, WIDTH, HEIGHT - 6, `${classes} s`);
  const eighth = EIGHTHS.indexOf(char) + 1;
  if (eighth > 0)
    return rect(
      x,
      char === '▌' ? y : y + 3,
      (WIDTH * eighth) / 8,
      char === '▌' ? HEIGHT : HEIGHT - 6,
      classes,
    );
  const lower = LOWER.indexOf(char) + 1;
  if (lower > 0) return rect(x, y + HEIGHT - (HEIGHT * lower) / 8, WIDTH, (HEIGHT * lower) / 8, classes);
  const [mx, my] = [x + WIDTH / 2, y + HEIGHT / 2];
  const arms = {
    l: rect(x, my, WIDTH / 2, 1, classes),
    r: rect(mx, my, WIDTH / 2, 1, classes),
    u: rect(mx, y, 1, HEIGHT / 2, classes),
    d: rect(mx, my, 1, HEIGHT / 2, classes),
  };
  return [...ARMS[char]].map((arm) => arms[arm]).join('');
}

/** Pieces of a row: adjacent cells of equal look; shapes are separate pieces. */
function piecesOf(line, columns) {
  const pieces = [];
  for (let x = 0; x < columns; x++) {
    const cell = line.getCell(x);
    if (cell.getWidth() === 0) continue;
    const char = cell.getChars() || ' ';
    const { text, behind } = classesOf(cell);
    const drawn = SHAPES.test(char);
    const last = pieces.at(-1);
    if (last && last.text === text && last.behind === behind && !last.drawn && !drawn) {
      last.chars += char;
      last.cells += cell.getWidth();
    } else pieces.push({ x, text, behind, drawn, chars: char, cells: cell.getWidth() });
  }
  return pieces;
}

function row(line, y, columns) {
  const out = [];
  for (const { x, text, behind, drawn, chars, cells } of piecesOf(line, columns)) {
    const left = PAD + x * WIDTH;
    if (behind) out.push(rect(left, y, cells * WIDTH, HEIGHT, behind));
    if (drawn) out.push(shape(chars, left, y, text));
    else if (chars.trim() !== '') {
      const held = chars.trimEnd();
      const width = (cells - (chars.length - held.length)) * WIDTH;
      out.push(
        `<text x="${left}" y="${y + BASELINE}" textLength="${width}" class="${text}">${escaped(held)}</text>`,
      );
    }
  }
  return out.join('');
}

const rules = ([fore, back, ...colours]) =>
  `.f{fill:${fore}}.g{fill:${back}}${colours.map((colour, n) => `.c${n}{fill:${colour}}`).join('')}`;

/** SVG of an @xterm/headless terminal's screen; the title is a description for screen readers. */
export function svgOf(terminal, title) {
  const { cols, rows } = terminal;
  const [width, height] = [cols * WIDTH + 2 * PAD, rows * HEIGHT + 2 * PAD];
  const { active } = terminal.buffer;
  const lines = Array.from({ length: rows }, (_, y) =>
    row(active.getLine(active.baseY + y), PAD + y * HEIGHT, cols),
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" xml:space="preserve">
<title>${escaped(title)}</title>
<style>text{font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;white-space:pre}.b{font-weight:bold}.d{opacity:.62}.s{opacity:.3}${rules(LIGHT)}.e{stroke:#8884;fill:none}@media (prefers-color-scheme:dark){${rules(DARK)}}</style>
<rect width="${width}" height="${height}" rx="8" class="g"/><rect x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="8" class="e"/>
${lines.filter((line) => line !== '').join('\n')}
</svg>
`;
}
