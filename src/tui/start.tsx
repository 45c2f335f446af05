/** Runs the browser on a terminal: Ink renders frames, TerminalScreen writes them. */

import { render } from 'ink';
import type { OtlpContext } from '../export/otlp-spans.js';
import type { Feed } from '../feed/feed.js';
import { Browser } from './browser.js';
import { App } from './components/App.js';
import { copyText } from './effects/clipboard.js';
import { openEditor } from './effects/editor.js';
import type { EffectHandlers } from './effects/effects.js';
import { saveNewFile } from './effects/save-file.js';
import type { Binding } from './input/bindings.js';
import type { TerminalScreen } from './screen.js';
import type { State } from './state/state.js';
import type { Theme } from './view/theme.js';

export interface StartOptions {
  feed: Feed;
  screen: TerminalScreen;
  theme: Theme;
  bindings: Binding[];
  saved: State['saved'];
  editor?: string;
  mouse: boolean;
  /** Message in the footer at the start, e.g. a fault in the configuration. */
  warning?: string;
  addFilter: EffectHandlers['addFilter'];
  exportContext?: OtlpContext;
}

/** Runs work, such as a full-screen editor, outside the alternate screen and raw mode. */
function runSuspended(screen: TerminalScreen, work: () => void): void {
  process.stdin.setRawMode(false);
  screen.leave();
  try {
    work();
  } finally {
    process.stdin.setRawMode(true);
    screen.enter();
    screen.repaint(false);
  }
}

/** Stops the process group as ctrl-z does; SIGCONT (`fg`) redraws. */
function suspendProcess(screen: TerminalScreen): void {
  process.stdin.setRawMode(false);
  screen.leave();
  process.once('SIGCONT', () => {
    process.stdin.setRawMode(true);
    screen.enter();
    screen.repaint(false);
  });
  // Process group 0, as the terminal's own ctrl-z: a wrapper such as npx has to stop as well.
  process.kill(0, 'SIGTSTP');
}

function effectHandlersOf({ screen, editor, addFilter }: StartOptions, quit: () => void): EffectHandlers {
  return {
    copy: (text) => copyText(text, (sequence) => process.stdout.write(sequence)),
    edit: (position, cwd) => openEditor(position, cwd, (work) => runSuspended(screen, work), editor),
    openUrl: async (url) => {
      if (process.env.SSH_CONNECTION) return url;
      const { openUrl } = await import('./effects/open-url.js');
      return openUrl(url);
    },
    saveFile: (name, text) => saveNewFile(process.cwd(), name, text),
    redraw: () => screen.repaint(true),
    suspend: () => suspendProcess(screen),
    setMouse: (on) => screen.setMouse(on),
    addFilter,
    quit,
  };
}

/** Runs the browser until the user quits; rejects with the error of a failed render. */
export async function startScreen(options: StartOptions): Promise<void> {
  const { feed, screen, theme } = options;
  let quit = () => {};
  const hasQuit = new Promise<void>((resolve) => {
    quit = resolve;
  });
  const effectHandlers = effectHandlersOf(options, () => quit());
  const browser = new Browser(feed, {
    ...options,
    ascii: theme.ascii,
    effectHandlers,
    columns: screen.columns,
    rows: screen.rows,
  });
  if (options.mouse) browser.dispatch({ type: 'mouse' });
  if (options.warning) browser.notify(options.warning, 'warn');
  const resized = () => {
    screen.resized();
    browser.dispatch({ type: 'size', columns: screen.columns, rows: screen.rows });
    setImmediate(() => screen.settle());
  };
  // Not stdout's `resize`: Node omits it for the same size, but terminals have reflowed the rows.
  process.on('SIGWINCH', resized);
  const ink = render(<App browser={browser} theme={theme} />, {
    stdout: screen.stream(),
    stdin: process.stdin,
    // debug: Ink writes whole frames; TerminalScreen writes the difference.
    debug: true,
    interactive: true,
    exitOnCtrlC: false,
    patchConsole: false,
  });
  try {
    await Promise.race([hasQuit, ink.waitUntilExit()]);
  } finally {
    process.off('SIGWINCH', resized);
    screen.leave();
    ink.unmount();
    browser.close();
  }
}
