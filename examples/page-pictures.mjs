/**
 * Generates docs/pictures/page-*.webp: runs the demo, opens the page on its database in Chromium, light
 * and dark. Usage: node examples/page-pictures.mjs [database]
 */

import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launch } from 'puppeteer-core';
import { find } from '../dist/test/programs.js';
import { demoDatabase } from './demo-database.mjs';

const ROOT = join(import.meta.dirname, '..');
const OUT = join(ROOT, 'docs/pictures');
const PROGRAM = join(ROOT, 'dist/scooby.js');

/** Pictures: name, height, what is clicked, and a text on the page then. */
const PICTURES = [
  ['page-list', 500, undefined, 'N+1'],
  ['page-request', 640, '.headline', 'Where the time went'],
];

const folder = mkdtempSync(join(tmpdir(), 'scooby-pictures-'));
const running = [];
try {
  const database = demoDatabase(folder, process.argv[2]);
  const open = spawn(process.execPath, [
    PROGRAM,
    'open',
    '--no-browser',
    '--page-port',
    '0',
    '--db',
    database,
  ]);
  running.push(() => open.kill());
  const link = await new Promise((resolve, reject) => {
    open.stdout.once('data', (text) => resolve(`${text}`.trim()));
    open.once('exit', (code) => reject(new Error(`scooby open ended with ${code}`)));
  });
  const browser = await launch({
    executablePath: find('chromium'),
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  });
  running.push(() => browser.close());
  const page = await browser.newPage();
  page.setDefaultTimeout(60_000);
  mkdirSync(OUT, { recursive: true });
  await page.goto(link);
  for (const [name, height, opened, shown] of PICTURES) {
    await page.setViewport({ width: 1280, height });
    await page.waitForSelector('.headline');
    if (opened !== undefined) await page.locator(opened).click();
    await page.waitForFunction(`document.body.innerText.includes(${JSON.stringify(shown)})`);
    await page.mouse.move(0, 0);
    for (const value of ['light', 'dark']) {
      await page.emulateMediaFeatures([
        { name: 'prefers-color-scheme', value },
        { name: 'prefers-reduced-motion', value: 'reduce' },
      ]);
      const file = `${name}${value === 'dark' ? '-dark' : ''}.webp`;
      await page.screenshot({ path: join(OUT, file), type: 'webp', quality: 82 });
      console.log(`docs/pictures/${file}`);
    }
  }
} finally {
  for (const end of running.reverse()) await end();
  rmSync(folder, { recursive: true, force: true });
}
