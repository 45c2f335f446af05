/** The whole screen: exact sizes from top to bottom, so that a frame is never higher than the terminal. */

import { Box, useInput, usePaste } from 'ink';
import { useSyncExternalStore } from 'react';
import type { Browser } from '../browser.js';
import { keyNames, mouseReport } from '../input/key-names.js';
import { mouseAction } from '../input/mouse.js';
import { unavailableReason } from '../input/unavailable.js';
import type { Action } from '../state/state.js';
import { tooSmallLines } from '../view/empty.js';
import { footerLine, messageLine } from '../view/footer.js';
import { alarmLine, filterLine, headerLine } from '../view/header.js';
import { paintLine, type Theme } from '../view/theme.js';
import { timeStripLine } from '../view/time-strip.js';
import type { ViewModel } from '../view/view-model.js';
import { OutputPane } from './OutputPane.js';
import { PopupBox } from './Popup.js';
import { Rows } from './Rows.js';
import { TraceList } from './TraceList.js';
import { Bar, TraceView } from './TraceView.js';

function headRows(picture: ViewModel, theme: Theme): string[] {
  const { state, list, stats, status, layout } = picture;
  if (layout.header === 0) return [];
  const total = stats?.total ?? list.count;
  const alarm = alarmLine(status, state.columns);
  const lines = [alarm ?? headerLine(status, stats, state, list.count, state.columns)];
  if (layout.header > 1) lines.push(filterLine(state, list, total, state.columns));
  return lines.map((line) => paintLine(line, state.columns, theme));
}

function footRows(picture: ViewModel, browser: Browser, theme: Theme): string[] {
  const { state, layout, matches } = picture;
  const found = (state.focus === 'output' ? picture.output?.matches : matches)?.length ?? 0;
  const works = (action: Action) => unavailableReason(action, picture) === undefined;
  const cells = state.columns;
  let rule = '─'.repeat(cells);
  if (!layout.output) for (const x of layout.bars) rule = `${rule.slice(0, x)}┴${rule.slice(x + 1)}`;
  const foot = messageLine(state, found, cells) ?? footerLine(browser.bindings, state, cells - 1, works);
  // The last cell of the last row stays empty: some terminals scroll when it is written.
  const last = paintLine(foot, cells - 1, theme);
  return layout.footer > 1 ? [paintLine([[rule, 'border']], cells, theme), last] : [last];
}

function Body({ picture, theme }: { picture: ViewModel; theme: Theme }) {
  const { list, title } = picture.layout;
  return (
    <Box flexShrink={0}>
      {list ? <TraceList picture={picture} rect={list} theme={theme} /> : null}
      {list && title ? <Bar height={list.height} theme={theme} /> : null}
      {title ? <TraceView picture={picture} theme={theme} /> : null}
    </Box>
  );
}

/** Draws a picture. */
export function AppScreen({
  picture,
  browser,
  theme,
}: {
  picture: ViewModel;
  browser: Browser;
  theme: Theme;
}) {
  const { state, layout } = picture;
  const { columns, rows } = state;
  if (layout.tooSmall) {
    return (
      <Rows
        rows={tooSmallLines(columns, rows).map((line) => paintLine(line, columns, theme))}
        width={columns}
        height={rows}
      />
    );
  }
  const strip = layout.strip && timeStripLine(picture, columns);
  return (
    <Box flexDirection="column" width={columns} height={rows} overflow="hidden">
      <Rows rows={headRows(picture, theme)} width={columns} height={layout.header} />
      <Body picture={picture} theme={theme} />
      {strip ? <Rows rows={[paintLine(strip, columns, theme)]} width={columns} height={1} /> : null}
      {layout.output ? <OutputPane picture={picture} rect={layout.output} theme={theme} /> : null}
      <Rows rows={footRows(picture, browser, theme)} width={columns} height={layout.footer} />
      {state.popup ? <PopupBox picture={picture} popup={state.popup} theme={theme} /> : null}
    </Box>
  );
}

/** The browser on the terminal: every key arrives here, once. */
export function App({ browser, theme }: { browser: Browser; theme: Theme }) {
  const picture = useSyncExternalStore(browser.subscribe, browser.viewModel);
  useInput((input, key) => {
    const mouse = mouseReport(input);
    if (mouse) {
      const action = mouseAction(browser.viewModel(), mouse);
      if (action) browser.dispatch(action);
      return;
    }
    for (const name of keyNames(input, key)) browser.press(name);
  });
  usePaste((text) => browser.paste(text));
  return <AppScreen picture={picture} browser={browser} theme={theme} />;
}
