/** Renders a browser's frame as text, without a terminal. */

import { renderToString } from 'ink';
import { createElement } from 'react';
import type { Browser } from '../../src/tui/browser.js';
import { AppScreen } from '../../src/tui/components/App.js';
import { themeOf } from '../../src/tui/view/theme.js';

const PLAIN = themeOf({ colour: false, ascii: false });
// biome-ignore lint/suspicious/noControlCharactersInRegex: SGR and cursor codes
const CODES = /\x1b\[[\d;]*[mG]/g;

/** Rows of the frame, without styles and trailing spaces. */
export function rowsOf(browser: Browser, theme = PLAIN): string[] {
  const picture = browser.viewModel();
  const text = renderToString(createElement(AppScreen, { picture, browser, theme }), {
    columns: picture.state.columns,
  });
  return text
    .replace(CODES, '')
    .split('\n')
    .map((row) => row.trimEnd());
}
