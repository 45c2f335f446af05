/** The browser on a terminal: Ink draws, the screen writes, the process is left in order whatever happens. */

import { render } from 'ink';
import type { Feed } from '../feed/feed.js';
import { Browser } from './browser.js';
import { App } from './components/App.js';
import { copyText } from './effects/clipboard.js';
import { openEditor } from './effects/editor.js';
import type { EffectHandlers } from './effects/effects.js';
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
  /** Something to tell first, e.g. what is wrong with the configuration. */
  warning?: string;
  save(saved: State['saved']): void;
}

/** Runs work while the terminal belongs to somebody else. */
function suspended(screen: TerminalScreen, work: () => void): void {
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

function stop(screen: TerminalScreen): void {
  process.stdin.setRawMode(false);
  screen.leave();
  process.once('SIGCONT', () => {
    process.stdin.setRawMode(true);
    screen.enter();
    screen.repaint(false);
  });
  // The whole group, as the terminal itself would: a wrapper such as npx has to stop as well.
  process.kill(0, 'SIGTSTP');
}

function terminalOf({ screen, editor, save }: StartOptions, quit: () => void): EffectHandlers {
  return {
    copy: (text) => copyText(text, (sequence) => process.stdout.write(sequence)),
    edit: (place, cwd) => openEditor(place, cwd, (work) => suspended(screen, work), editor),
    openUrl: async (url) => {
      if (process.env.SSH_CONNECTION) return url;
      const { openUrl } = await import('./effects/open-url.js');
      return openUrl(url);
    },
    redraw: () => screen.repaint(true),
    suspend: () => stop(screen),
    mouse: (on) => screen.mouse(on),
    save,
    quit,
  };
}

/** Runs the browser until the user quits it; rejects with what broke it. */
export async function startScreen(options: StartOptions): Promise<void> {
  const { feed, screen, theme } = options;
  let browser: Browser | undefined;
  let done = () => {};
  const quit = new Promise<void>((resolve) => {
    done = resolve;
  });
  const terminal = terminalOf(options, () => done());
  browser = new Browser(feed, { ...options, terminal, columns: screen.columns, rows: screen.rows });
  if (options.mouse) browser.dispatch({ type: 'mouse' });
  if (options.warning) browser.say(options.warning, 'warn');
  const shown = browser;
  const resized = () => {
    screen.resized();
    shown.dispatch({ type: 'size', columns: screen.columns, rows: screen.rows });
    setImmediate(() => screen.settle());
  };
  // Not the stream's `resize`: it says nothing when the size is the same again, but the terminal has moved its rows.
  process.on('SIGWINCH', resized);
  const ink = render(<App browser={browser} theme={theme} />, {
    stdout: screen.stream(),
    stdin: process.stdin,
    // Each frame comes whole, and the screen finds out what differs.
    debug: true,
    interactive: true,
    exitOnCtrlC: false,
    patchConsole: false,
  });
  try {
    await Promise.race([quit, ink.waitUntilExit()]);
  } finally {
    process.off('SIGWINCH', resized);
    screen.leave();
    ink.unmount();
    browser.close();
  }
}
