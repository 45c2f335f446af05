/**
 * Generates docs/pictures/*.svg: runs the demo, opens the browser on its database, and draws the
 * screens. Usage: node examples/pictures.mjs [database]
 */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PtyTerminal } from '../dist/test/tui/pty.js';
import { demoDatabase } from './demo-database.mjs';
import { svgOf } from './svg.mjs';

const ROOT = join(import.meta.dirname, '..');
const OUT = join(ROOT, 'docs/pictures');

/** Pictures: name, title, columns, rows, keys to send, and a text on the final screen. */
const PICTURES = [
  ['list', 'the list of requests beside the one that is selected', 120, 30, '', 'try '],
  ['overview', 'an N+1: what is wrong with a request, and where its time went', 96, 26, '/n1\r\r', 'try '],
  [
    'sql',
    'the queries of a request, grouped, with the line of code that makes them',
    96,
    26,
    '/n1\r\r2',
    'at newestOrders',
  ],
  ['timeline', 'what ran when in a request', 96, 26, '/n1\r\r9', 'never two calls'],
];

const folder = mkdtempSync(join(tmpdir(), 'scooby-pictures-'));
try {
  const database = demoDatabase(folder, process.argv[2]);
  mkdirSync(OUT, { recursive: true });
  for (const [name, title, columns, rows, keys, shown] of PICTURES) {
    const terminal = new PtyTerminal([join(ROOT, 'dist/scooby.js'), 'ui', '--db', database], columns, rows);
    await terminal.shows('? help');
    terminal.send(keys);
    await terminal.shows(shown);
    writeFileSync(join(OUT, `${name}.svg`), svgOf(terminal.terminal, `scooby: ${title}`));
    await terminal.close();
    console.log(`docs/pictures/${name}.svg`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
