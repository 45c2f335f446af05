/** `scooby run --ui`: the app and the browser in one terminal. */

import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import type { AppServers } from '../collector/app-servers.js';
import { UserError } from '../domain/errors.js';
import type { LeftOut } from '../domain/record-rules.cjs';
import { escapeControls, escapeToOneLine } from '../domain/text.js';
import type { RunFacts, ToLauncher } from '../feed/launcher-protocol.js';
import type { LaunchListener } from '../launcher/launch-options.js';
import type { ChildExit, ChildHandle, OutputSink } from '../launcher/output-sink.js';
import {
  canDrawScreen,
  capabilitiesOf,
  hasColourChoice,
  type OutputStream,
} from '../terminal/capabilities.js';
import { ConfigError, configFolder, readUserConfig } from '../tui/user-config.js';
import type { Announcer } from './print/announcer.js';
import { FIRST_LEFT_OUT } from './print/recording.js';
import { type ScreenExit, ScreenProcess } from './screen-process.js';

/** Characters of the app's latest output that are kept, to say why it exited. */
const MAX_RECENT_OUTPUT = 4000;
/** Exit codes of an app that SIGTERM ended, or SIGKILL where it took no notice of that. */
const END_CODES = new Set([143, 137]);
/** Lines of it that are printed after a crash. */
const MAX_CRASH_LINES = 12;

export interface RunUiOptions {
  command: string[];
  database: string;
  /** Flags of `scooby ui` for the screen. */
  flags: string[];
  servers: AppServers;
  /** Prints messages once the screen has exited. */
  announcer: Announcer;
}

/**
 * Starts the screen; undefined, with a warning, without a terminal or a database.
 * Throws a UserError for an invalid user configuration.
 */
export function startRunUi(
  options: Omit<RunUiOptions, 'flags'> & { isReadable: boolean; colour: boolean },
): RunUi | undefined {
  const { env, stdin, stdout } = process;
  const trouble = !canDrawScreen(stdin, stdout, env)
    ? '--ui needs a terminal'
    : !options.isReadable
      ? '--ui needs the database'
      : undefined;
  if (trouble !== undefined) {
    options.announcer.warn(`${trouble}; requests are printed line by line instead`);
    return undefined;
  }
  try {
    readUserConfig(join(configFolder(env), 'config.json'));
  } catch (error) {
    throw error instanceof ConfigError ? new UserError(error.message) : error;
  }
  return new RunUi({ ...options, flags: options.colour ? [] : ['--no-color'] });
}

/**
 * Environment for an app whose output reaches the screen through a pipe: FORCE_COLOR=1 if the
 * screen shows colours, unless the user has set one of the colour variables.
 */
export function colourEnvironment(
  env: NodeJS.ProcessEnv,
  color: boolean,
  screen: OutputStream = process.stdout,
): NodeJS.ProcessEnv {
  const isPlain = capabilitiesOf(screen, env, { color }).colour === 'none';
  return isPlain || hasColourChoice(env) ? env : { ...env, FORCE_COLOR: '1' };
}

/** Line that most likely says why a program exited: the last that names an error, else the last. */
function exitReason(lines: string[]): string[] {
  const errorLine = lines.findLast((line) =>
    /^\s*(?:Uncaught )?[\w.]{0,200}(?:Error|Exception)\b.*:/.test(line),
  );
  return [errorLine ?? lines.at(-1) ?? ''].filter(Boolean);
}

/**
 * Passes events of the run and the app's output to the screen, and to the terminal after the screen
 * has failed.
 */
export class RunUi implements LaunchListener, OutputSink {
  readonly servers: AppServers;
  readonly #screen: ScreenProcess;
  readonly #announcer: Announcer;
  #facts: RunFacts;
  #child: ChildHandle | undefined;
  #recentOutput = '';
  /** Decides whether the exited app is restarted; defined while that is undecided. */
  #decide: ((restart: boolean) => void) | undefined;
  #exit: ChildExit | undefined;
  #state: 'shown' | 'quit' | 'failed' = 'shown';
  /** The user left the screen, which ended the app. */
  #isAppEnded = false;

  constructor({ command, database, flags, servers, announcer }: RunUiOptions) {
    this.servers = servers;
    this.#announcer = announcer;
    this.#facts = { command: escapeToOneLine(command.join(' ')), cwd: process.cwd(), starting: true };
    this.#screen = new ScreenProcess(database, flags, (message) => this.#receive(message));
    void this.#screen.exited.then((exit) => this.#screenExited(exit));
    this.#sendFacts({});
  }

  #sendFacts(change: Partial<RunFacts>): void {
    this.#facts = { ...this.#facts, ...change };
    this.#screen.send({ t: 'facts', facts: this.#facts });
  }

  #receive(message: ToLauncher): void {
    if (message.t === 'again') this.#decide?.(true);
    else this.#child?.write(`${message.line}\n`);
  }

  #screenExited(exit: ScreenExit): void {
    if (this.#state !== 'shown') return;
    this.#state = exit === 'failed' ? 'failed' : 'quit';
    this.#isAppEnded = exit === 'quit' && this.#exit === undefined;
    if (exit === 'failed')
      this.#announcer.warn('the screen has failed; the app continues without it, Ctrl-C ends it');
    if (exit !== 'failed' || this.#exit !== undefined) this.#decide?.(false);
    if (exit !== 'failed') this.#child?.end();
  }

  childStarted(child: ChildHandle): void {
    this.#child = child;
    this.#exit = undefined;
    this.#recentOutput = '';
    const { exit: _, ...facts } = this.#facts;
    this.#facts = facts;
    this.#sendFacts({ starting: true });
    // The user may quit the screen before the app has started.
    if (this.#state === 'quit') child.end();
  }

  childPrinted(text: string, stream: 'out' | 'err'): void {
    this.#recentOutput = (this.#recentOutput + text).slice(-MAX_RECENT_OUTPUT);
    if (this.#state === 'failed') (stream === 'out' ? process.stdout : process.stderr).write(text);
    else this.#screen.print(text, stream);
  }

  childExited(exit: ChildExit): Promise<boolean> {
    this.#exit = exit;
    if (this.#state !== 'shown') return Promise.resolve(false);
    const { code, signal } = exit;
    const reason = exit.code === 0 ? [] : exitReason(this.#recentLines(Infinity));
    this.#sendFacts({ starting: false, exit: { ...(signal ? { signal } : { code }), stderr: reason } });
    return new Promise((resolve) => {
      this.#decide = (restart) => {
        this.#decide = undefined;
        resolve(restart);
      };
    });
  }

  runEnding(): void {
    if (this.#state === 'shown') this.#state = 'quit';
    this.#decide?.(false);
    this.#screen.close();
  }

  /**
   * Exit code of the run for one of the app: 0 where the app ended by the signal that followed the
   * user's `q`, since nothing failed; npm and shells report that signal as 128+n.
   */
  exitCode(code: number): number {
    return this.#isAppEnded && END_CODES.has(code) ? 0 : code;
  }

  /** Restores the terminal, and prints why the app exited if it was not ended by the user. */
  async close(): Promise<void> {
    const hasFailed = this.#exit !== undefined && this.#exit.code !== 0;
    this.#screen.close();
    await this.#screen.exited;
    if (!hasFailed || this.#state === 'failed') return;
    for (const line of this.#recentLines(MAX_CRASH_LINES)) process.stderr.write(`${line}\n`);
    this.#announcer.warn(`the app ended with code ${this.#exit!.code}`);
  }

  #recentLines(maxLines: number): string[] {
    const lines = stripVTControlCharacters(this.#recentOutput).split(/\r?\n/);
    return lines
      .map((line) => escapeControls(line).trimEnd())
      .filter(Boolean)
      .slice(-maxLines);
  }

  proxyListening(url: string): void {
    this.#sendFacts({ url, starting: true });
  }

  appListening(url: string): void {
    this.#sendFacts({ url, starting: false });
  }

  libraryDetected(library: { name: string; version: string; trouble?: string }): void {
    if (this.#state === 'failed') this.#announcer.libraryDetected(library);
    else if (library.trouble !== undefined)
      this.warn(
        `${library.name} ${library.version}: ${escapeToOneLine(library.trouble)}; its calls are not shown`,
      );
  }

  requestFinished(request: Parameters<LaunchListener['requestFinished']>[0]): void {
    if (this.#state === 'failed') this.#announcer.requestFinished(request);
  }

  requestsLeftOut(leftOut: LeftOut, isRunOver: boolean): void {
    if (this.#state === 'failed') this.#announcer.requestsLeftOut(leftOut, isRunOver);
    else if (!isRunOver) this.notify(FIRST_LEFT_OUT);
  }

  warn(message: string): void {
    if (this.#state === 'shown') this.#screen.print(`${message}\n`, 'scooby');
    else this.#announcer.warn(message);
  }

  notify(message: string): void {
    if (this.#state === 'shown') this.#screen.print(`${message}\n`, 'scooby');
    else this.#announcer.notify(message);
  }

  runEnded(): void {
    this.#announcer.runEnded();
  }
}
