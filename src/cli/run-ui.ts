/** `scooby run --ui`: the app and its browser in one terminal. */

import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import type { AppServers } from '../collector/app-servers.js';
import { UserError } from '../domain/errors.js';
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
import { ScreenProcess } from './screen-process.js';

/** Characters of the app's last words that are kept. */
const LAST_WORDS = 4000;
const LAST_LINES = 12;

export interface RunUiOptions {
  command: string[];
  database: string;
  /** Flags of `scooby ui` for the screen. */
  flags: string[];
  servers: AppServers;
  /** Says what is told once the screen is gone. */
  announcer: Announcer;
}

/** Answers the terminal with the browser in it; undefined, which is said, where there can be none. Throws a UserError for a configuration that cannot be used. */
export function startRunUi(
  about: Omit<RunUiOptions, 'flags'> & { place: string; colour: boolean },
): RunUi | undefined {
  const { env, stdin, stdout } = process;
  const trouble = !canDrawScreen(stdin, stdout, env)
    ? '--ui needs a terminal'
    : about.place !== about.database
      ? '--ui needs the database'
      : undefined;
  if (trouble !== undefined) {
    about.announcer.warn(`${trouble}; requests are told line by line instead`);
    return undefined;
  }
  try {
    readUserConfig(join(configFolder(env), 'config.json'));
  } catch (error) {
    throw error instanceof ConfigError ? new UserError(error.message) : error;
  }
  return new RunUi({ ...about, flags: about.colour ? [] : ['--no-color'] });
}

/** The environment of an app whose output goes to a pipe and from there to the screen: coloured where the screen is, unless the user has decided. */
export function colourEnvironment(
  env: NodeJS.ProcessEnv,
  color: boolean,
  screen: OutputStream = process.stdout,
): NodeJS.ProcessEnv {
  const isPlain = capabilitiesOf(screen, env, { color }).colour === 'none';
  return isPlain || hasColourChoice(env) ? env : { ...env, FORCE_COLOR: '1' };
}

/** Answers the line that says why a program ended, as far as one can tell: the last that names an error, else the last. */
function reasonIn(lines: string[]): string[] {
  const named = lines.findLast((line) => /^\s*(?:Uncaught )?[\w.]*(?:Error|Exception)\b.*:/.test(line));
  return [named ?? lines.at(-1) ?? ''].filter(Boolean);
}

/** Is told what happens and has the app's output: both go to the screen, and to the terminal once there is none. */
export class RunUi implements LaunchListener, OutputSink {
  readonly servers: AppServers;
  readonly #screen: ScreenProcess;
  readonly #announcer: Announcer;
  #facts: RunFacts;
  #player: ChildHandle | undefined;
  #lastWords = '';
  /** Answers the question what follows the app's end, while it is open. */
  #decide: ((again: boolean) => void) | undefined;
  #exit: ChildExit | undefined;
  #state: 'shown' | 'quit' | 'failed' = 'shown';

  constructor({ command, database, flags, servers, announcer }: RunUiOptions) {
    this.servers = servers;
    this.#announcer = announcer;
    this.#facts = { command: escapeToOneLine(command.join(' ')), cwd: process.cwd(), starting: true };
    this.#screen = new ScreenProcess(database, flags, (message) => this.#said(message));
    void this.#screen.left.then((left) => this.#left(left));
    this.#tell({});
  }

  #tell(change: Partial<RunFacts>): void {
    this.#facts = { ...this.#facts, ...change };
    this.#screen.tell({ t: 'facts', facts: this.#facts });
  }

  #said(message: ToLauncher): void {
    if (message.t === 'again') this.#decide?.(true);
    else this.#player?.write(`${message.line}\n`);
  }

  #left(left: 'quit' | 'failed'): void {
    if (this.#state !== 'shown') return;
    this.#state = left;
    if (left === 'failed')
      this.#announcer.warn('the screen has failed; the app goes on without it, Ctrl-C ends it');
    if (left === 'quit' || this.#exit !== undefined) this.#decide?.(false);
    if (left === 'quit') this.#player?.end();
  }

  childStarted(player: ChildHandle): void {
    this.#player = player;
    this.#exit = undefined;
    this.#lastWords = '';
    const { exit: _, ...facts } = this.#facts;
    this.#facts = facts;
    this.#tell({ starting: true });
    // The screen may be left before there is anything to end.
    if (this.#state === 'quit') player.end();
  }

  childPrinted(text: string, stream: 'out' | 'err'): void {
    this.#lastWords = (this.#lastWords + text).slice(-LAST_WORDS);
    if (this.#state === 'failed') (stream === 'out' ? process.stdout : process.stderr).write(text);
    else this.#screen.print(text, stream);
  }

  childExited(exit: ChildExit): Promise<boolean> {
    this.#exit = exit;
    if (this.#state !== 'shown') return Promise.resolve(false);
    const { code, signal } = exit;
    const stderr = exit.code === 0 ? [] : reasonIn(this.#lines(Infinity));
    this.#tell({ starting: false, exit: { ...(signal ? { signal } : { code }), stderr } });
    return new Promise((resolve) => {
      this.#decide = (again) => {
        this.#decide = undefined;
        resolve(again);
      };
    });
  }

  runEnding(): void {
    if (this.#state === 'shown') this.#state = 'quit';
    this.#decide?.(false);
    this.#screen.close();
  }

  /** Gives the terminal back, and leaves on it why the app has ended by itself. */
  async close(): Promise<void> {
    const byItself = this.#exit !== undefined && this.#exit.code !== 0;
    this.#screen.close();
    await this.#screen.left;
    if (!byItself || this.#state === 'failed') return;
    for (const line of this.#lines(LAST_LINES)) process.stderr.write(`${line}\n`);
    this.#announcer.warn(`the app ended with code ${this.#exit!.code}`);
  }

  #lines(most: number): string[] {
    const lines = stripVTControlCharacters(this.#lastWords).split(/\r?\n/);
    return lines
      .map((line) => escapeControls(line).trimEnd())
      .filter(Boolean)
      .slice(-most);
  }

  proxyListening(url: string): void {
    this.#tell({ url, starting: true });
  }

  appListening(url: string): void {
    this.#tell({ url, starting: false });
  }

  libraryDetected(library: { name: string; version: string; trouble?: string }): void {
    if (this.#state === 'failed') this.#announcer.libraryDetected(library);
    else if (library.trouble !== undefined)
      this.warn(
        `${library.name} ${library.version}: ${escapeToOneLine(library.trouble)}; its calls are not shown`,
      );
  }

  requestFinished(trace: Parameters<LaunchListener['requestFinished']>[0]): void {
    if (this.#state === 'failed') this.#announcer.requestFinished(trace);
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
