/** Screenshots compared with pictures that are kept, each in squares of 10 pixels: fonts differ, layouts do not. */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Page } from 'puppeteer-core';
import { ROOT } from '../scooby.js';
import { decodePng, difference, encodePng, shrink } from './png.js';

const SQUARE = 10;
/** Of 255, in the mean colour of a square. */
const TOLERANCE = 28;
/** Share of squares that may differ: text of another font has other lengths. */
const MAX_SHARE = 0.06;

interface Test {
  ok(value: unknown, message: string): unknown;
}

/**
 * Compares what a page shows with test/web/pictures/<name>.png. With TAP_SNAPSHOT=1 that is written,
 * and looked at by a person. A picture that differs is written beside it as <name>.actual.png.
 */
export async function matchPicture(t: Test, page: Page, name: string): Promise<void> {
  const actual = shrink(decodePng(await page.screenshot({ type: 'png' })), SQUARE);
  const file = join(ROOT, 'test/web/pictures', `${name}.png`);
  if (process.env.TAP_SNAPSHOT === '1') {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, encodePng(actual));
  }
  const kept = existsSync(file) ? decodePng(readFileSync(file)) : undefined;
  const share = kept === undefined ? 1 : difference(kept, actual, TOLERANCE);
  if (share > MAX_SHARE) writeFileSync(file.replace(/\.png$/, '.actual.png'), encodePng(actual));
  t.ok(share <= MAX_SHARE, `${name}: ${(share * 100).toFixed(1)} % of the picture differs`);
}
