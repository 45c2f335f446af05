/** Entry point of the browser: chooses screen or plain lines, restores the terminal at the end. */

import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isatty } from 'node:tty';
import type { Summary } from '../domain/trace.js';
import type { OtlpContext } from '../export/otlp-spans.js';
import type { Feed } from '../feed/feed.js';
import { canDrawScreen, capabilitiesOf } from '../terminal/capabilities.js';
import { printPlain } from './plain-lines.js';
import { TerminalScreen } from './screen.js';
import { initialState } from './state/state.js';
import { addFilter, configFolder, filtersFile, readFilters, readUserConfig } from './user-config.js';
import { skeletonFrame } from './view/skeleton.js';
import { themeOf } from './view/theme.js';

export interface BrowseOptions {
  /** Opens the feed; called once the skeleton frame is on the screen. */
  open(): Feed | Promise<Feed>;
  /** Prints plain lines instead of drawing a screen. */
  plain?: boolean;
  ascii?: boolean;
  mouse?: boolean;
  colour?: boolean;
  env?: NodeJS.ProcessEnv;
  /** What exported files name. */
  exportContext?: OtlpContext;
}

const EXIT_HANGUP = 129;

/** Signals that end the browser, with the exit code of each. */
const SIGNALS: [NodeJS.Signals, number][] = [
  ['SIGTERM', 143],
  ['SIGHUP', EXIT_HANGUP],
  ['SIGINT', 130],
];

/** Restores the terminal however the process ends; the returned function removes the handlers. */
function guardTerminal(screen: TerminalScreen): () => void {
  const leave = () => {
    if (isatty(0)) process.stdin.setRawMode(false);
    screen.leave();
  };
  // A read of a closed terminal fails (EIO) or ends, also where no SIGHUP arrives (a shell's disown).
  const hangUp = () => process.exit(EXIT_HANGUP);
  process.stdin.on('error', hangUp).on('end', hangUp);
  const handlers = SIGNALS.map(([signal, code]) => {
    const handler = () => {
      leave();
      process.exit(code);
    };
    process.on(signal, handler);
    return () => process.off(signal, handler);
  });
  const crash = (error: unknown) => {
    leave();
    process.stderr.write(`${reportCrash(error)}\n`);
    process.exit(1);
  };
  process.on('uncaughtException', crash);
  process.on('exit', leave);
  return () => {
    process.stdin.off('error', hangUp).off('end', hangUp);
    for (const off of handlers) off();
    process.off('uncaughtException', crash);
    process.off('exit', leave);
  };
}

/** Writes an error's stack to a temporary file; returns a line with its message and the path. */
function reportCrash(error: unknown): string {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  const file = join(tmpdir(), `scooby-crash-${process.pid}.log`);
  try {
    writeFileSync(file, `${stack}\n`, { mode: 0o600 });
  } catch {
    return `scooby: the browser failed: ${message}`;
  }
  return `scooby: the browser failed: ${message} (details in ${file})`;
}

async function browsePlain(feed: Feed): Promise<void> {
  let end = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  for (const [signal] of SIGNALS) process.once(signal, end);
  // EPIPE: the reader of the pipe has closed it, as in `scooby | head`.
  process.stdout.on('error', () => process.exit(0));
  await printPlain(feed, (line) => process.stdout.write(`${line}\n`), ended);
  feed.close();
}

/**
 * Runs the browser until the user quits. Throws a ConfigError, and errors of `open`, after
 * restoring the terminal.
 */
export async function browse(options: BrowseOptions): Promise<void> {
  const env = options.env ?? process.env;
  if (options.plain || !canDrawScreen(process.stdin, process.stdout, env))
    return browsePlain(await options.open());
  // With both set, Node warns when Ink loads node:assert, and the warning covers the screen.
  if (env.NO_COLOR) delete process.env.FORCE_COLOR;
  const config = readUserConfig(join(configFolder(env), 'config.json'));
  const flags = { color: options.colour, ascii: options.ascii ?? config.ascii };
  const { colour, unicode } = capabilitiesOf(process.stdout, env, flags);
  const theme = themeOf({ colour: colour !== 'none', ascii: !unicode, roles: config.roles });
  const screen = new TerminalScreen(process.stdout);
  const unguard = guardTerminal(screen);
  screen.enter();
  // Without raw mode, keys typed during loading are echoed over the frame; Ink reads them later.
  process.stdin.setRawMode(true);
  const drawSkeleton = (rows?: Summary[]) =>
    screen.frame(skeletonFrame(initialState(screen.columns, screen.rows), theme, rows, Date.now()), true);
  drawSkeleton();
  let feed: Feed | undefined;
  try {
    feed = await options.open();
    // Loading Ink and React takes longer than reading the first page, which is shown meanwhile.
    drawSkeleton(await feed.page({ query: [] }, { by: 'time', reverse: false }, 0, screen.rows));
    const { startScreen } = await import('./start.js');
    await startScreen({
      feed,
      screen,
      theme,
      bindings: config.bindings,
      saved: readFilters(filtersFile(env)),
      mouse: options.mouse ?? config.mouse,
      addFilter: (filter) => addFilter(filtersFile(env), filter),
      ...(options.exportContext && { exportContext: options.exportContext }),
      ...(config.editor === undefined ? {} : { editor: config.editor }),
    });
  } finally {
    if (isatty(0)) process.stdin.setRawMode(false);
    screen.leave();
    unguard();
    feed?.close();
  }
}
