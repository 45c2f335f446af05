/**
 * Whole screen of the browser, with exact sizes so that a frame is never higher than the terminal.
 */

import { Box, useInput, usePaste } from 'ink';
import { useSyncExternalStore } from 'react';
import { hidesRoutine } from '../../domain/routine.js';
import { listQueryOf } from '../../screens/list-query.js';
import type { Browser } from '../browser.js';
import { keyNames, mouseReport } from '../input/key-names.js';
import { unavailableReason } from '../input/unavailable.js';
import type { Action } from '../state/state.js';
import { tooSmallLines } from '../view/empty.js';
import { footerLine, messageLine } from '../view/footer.js';
import { alarmLine, filterLine, headerLine } from '../view/header.js';
import { paintLine, type Theme } from '../view/theme.js';
import { timeStripLine } from '../view/time-strip.js';
import { matchCountOf, type ViewModel } from '../view/view-model.js';
import { OutputPane } from './OutputPane.js';
import { PopupBox } from './Popup.js';
import { Rows } from './Rows.js';
import { TraceList } from './TraceList.js';
import { Bar, TraceView } from './TraceView.js';

function headerRows(viewModel: ViewModel, theme: Theme): string[] {
  const { state, list, stats, status, layout } = viewModel;
  if (layout.header === 0) return [];
  const isWhole = !hidesRoutine(listQueryOf(state.list).query);
  const unlisted = stats?.routine ?? 0;
  const total = (stats?.total ?? list.count) + (isWhole ? unlisted : 0);
  const alarm = alarmLine(status, state.columns);
  const lines = [alarm ?? headerLine(status, stats, state, list.count, state.columns)];
  if (layout.header > 1)
    lines.push(filterLine(state, list, { total, unlisted, losses: stats?.losses }, state.columns));
  return lines.map((line) => paintLine(line, state.columns, theme));
}

function footerRows(viewModel: ViewModel, browser: Browser, theme: Theme): string[] {
  const { state, layout } = viewModel;
  const isAvailable = (action: Action) => unavailableReason(action, viewModel) === undefined;
  const cells = state.columns;
  let rule = '─'.repeat(cells);
  if (!layout.output) for (const x of layout.bars) rule = `${rule.slice(0, x)}┴${rule.slice(x + 1)}`;
  const footer =
    messageLine(state, matchCountOf(viewModel), cells) ??
    footerLine(browser.bindings, state, cells - 1, isAvailable);
  // The last cell of the last row stays empty: writing it makes some terminals scroll.
  const last = paintLine(footer, cells - 1, theme);
  return layout.footer > 1 ? [paintLine([[rule, 'border']], cells, theme), last] : [last];
}

function Body({ viewModel, theme }: { viewModel: ViewModel; theme: Theme }) {
  const { list, title } = viewModel.layout;
  return (
    <Box flexShrink={0}>
      {list ? <TraceList viewModel={viewModel} rect={list} theme={theme} /> : null}
      {list && title ? <Bar height={list.height} theme={theme} /> : null}
      {title ? <TraceView viewModel={viewModel} theme={theme} /> : null}
    </Box>
  );
}

/** The screen for a view model. */
export function AppScreen({
  viewModel,
  browser,
  theme,
}: {
  viewModel: ViewModel;
  browser: Browser;
  theme: Theme;
}) {
  const { state, layout } = viewModel;
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
  const strip = layout.strip && timeStripLine(viewModel, columns);
  return (
    <Box flexDirection="column" width={columns} height={rows} overflow="hidden">
      <Rows rows={headerRows(viewModel, theme)} width={columns} height={layout.header} />
      <Body viewModel={viewModel} theme={theme} />
      {strip ? <Rows rows={[paintLine(strip, columns, theme)]} width={columns} height={1} /> : null}
      {layout.output ? <OutputPane viewModel={viewModel} rect={layout.output} theme={theme} /> : null}
      <Rows rows={footerRows(viewModel, browser, theme)} width={columns} height={layout.footer} />
      {state.popup ? <PopupBox viewModel={viewModel} popup={state.popup} theme={theme} /> : null}
    </Box>
  );
}

/** Root component: subscribes to the browser and passes every key, click and paste to it. */
export function App({ browser, theme }: { browser: Browser; theme: Theme }) {
  const viewModel = useSyncExternalStore(browser.subscribe, browser.viewModel);
  useInput((input, key) => {
    const mouse = mouseReport(input);
    if (mouse) return browser.point(mouse);
    for (const name of keyNames(input, key)) browser.press(name);
  });
  usePaste((text) => browser.paste(text));
  return <AppScreen viewModel={viewModel} browser={browser} theme={theme} />;
}
