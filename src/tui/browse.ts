/** The way into the browser: decides between screen and plain lines, shows a skeleton, loads the rest, leaves the terminal in order. */

import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Summary } from '../domain/trace.js';
import type { Feed } from '../feed/feed.js';
import { canDrawScreen, capabilitiesOf } from '../terminal/capabilities.js';
import { printPlain } from './plain-lines.js';
import { TerminalScreen } from './screen.js';
import { initialState } from './state/state.js';
import { configFolder, filtersFile, readFilters, readUserConfig, writeFilters } from './user-config.js';
import { skeletonFrame } from './view/skeleton.js';
import { themeOf } from './view/theme.js';

export interface BrowseOptions {
  /** Opens the feed; called once the skeleton is on the screen. */
  open(): Feed | Promise<Feed>;
  /** Lines instead of a screen. */
  plain?: boolean;
  ascii?: boolean;
  mouse?: boolean;
  colour?: boolean;
  env?: NodeJS.ProcessEnv;
}

const SIGNALS: [NodeJS.Signals, number][] = [
  ['SIGTERM', 143],
  ['SIGHUP', 129],
  ['SIGINT', 130],
];

/** Gives the terminal back however the process ends; answers how to take that back. */
function guarded(screen: TerminalScreen): () => void {
  const leave = () => {
    if (process.stdin.isTTY) process.stdin.setRawMode(false);
    screen.leave();
  };
  const handlers = SIGNALS.map(([signal, code]) => {
    const handler = () => {
      leave();
      process.exit(code);
    };
    process.on(signal, handler);
    return () => process.off(signal, handler);
  });
  const crashed = (error: unknown) => {
    leave();
    process.stderr.write(`${crashReport(error)}\n`);
    process.exit(1);
  };
  process.on('uncaughtException', crashed);
  process.on('exit', leave);
  return () => {
    for (const off of handlers) off();
    process.off('uncaughtException', crashed);
    process.off('exit', leave);
  };
}

/** Answers one line about a fault of ours, after writing its stack where it can be read. */
function crashReport(error: unknown): string {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  const file = join(tmpdir(), `scooby-crash-${process.pid}.log`);
  try {
    writeFileSync(file, `${stack}\n`, { mode: 0o600 });
  } catch {
    // Nowhere to write it: the message has to do.
    return `scooby: the browser failed: ${message}`;
  }
  return `scooby: the browser failed: ${message} (details in ${file})`;
}

async function plainly(feed: Feed): Promise<void> {
  let ended = () => {};
  const end = new Promise<void>((resolve) => {
    ended = resolve;
  });
  for (const [signal] of SIGNALS) process.once(signal, ended);
  // A reader that has seen enough, as in `scooby | head`, is no fault.
  process.stdout.on('error', () => process.exit(0));
  await printPlain(feed, (line) => process.stdout.write(`${line}\n`), end);
  feed.close();
}

/** Runs the browser until it is left. Throws a ConfigError, and what `open` throws, with the terminal in order. */
export async function browse(options: BrowseOptions): Promise<void> {
  const env = options.env ?? process.env;
  if (options.plain || !canDrawScreen(process.stdin, process.stdout, env))
    return plainly(await options.open());
  // With both set, Node warns once something loads node:assert, as Ink does, and the warning is drawn over the screen.
  if (env.NO_COLOR) delete process.env.FORCE_COLOR;
  const config = readUserConfig(join(configFolder(env), 'config.json'));
  const flags = { color: options.colour, ascii: options.ascii ?? config.ascii };
  const { colour, unicode } = capabilitiesOf(process.stdout, env, flags);
  const theme = themeOf({ colour: colour !== 'none', ascii: !unicode, roles: config.roles });
  const screen = new TerminalScreen(process.stdout);
  const unguard = guarded(screen);
  screen.enter();
  // Keys that come before anybody reads them are not to be echoed over the frame; they are read later.
  process.stdin.setRawMode(true);
  const first = (rows?: Summary[]) =>
    screen.frame(skeletonFrame(initialState(screen.columns, screen.rows), theme, rows, Date.now()), true);
  first();
  let feed: Feed | undefined;
  try {
    feed = await options.open();
    // Ink and React take longer to load than the requests that are looked for: those are on the screen meanwhile.
    first(await feed.page({ query: [] }, { by: 'time', reverse: false }, 0, screen.rows));
    const { startScreen } = await import('./start.js');
    await startScreen({
      feed,
      screen,
      theme,
      bindings: config.bindings,
      saved: readFilters(filtersFile(env)),
      mouse: options.mouse ?? config.mouse,
      save: (saved) => writeFilters(filtersFile(env), saved),
      ...(config.editor === undefined ? {} : { editor: config.editor }),
    });
  } finally {
    process.stdin.setRawMode(false);
    screen.leave();
    unguard();
    feed?.close();
  }
}
