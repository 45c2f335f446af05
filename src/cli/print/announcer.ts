/** What `scooby run` says on stderr: one banner, a line for each finished request, and what went wrong. */

import { homedir } from 'node:os';
import type { AppServers } from '../../collector/app-servers.js';
import type { ServerAddress } from '../../domain/link.js';
import { escapeToOneLine } from '../../domain/text.js';
import type { Trace } from '../../domain/trace.js';
import type { Style } from '../../terminal/style.js';
import { requestLine } from './request-line.js';

// An app that has several servers starts them one right after the other.
const TOGETHER_MS = 100;
const PATIENCE_MS = 3000;

/** What the banner needs to know. */
export interface AnnouncerOptions {
  command: string[];
  servers: AppServers;
  /** Where the data goes. */
  place: string;
  /** No line for each request. */
  quiet: boolean;
  style: Style;
  write(text: string): void;
}

/** Says things, each once. */
export class Announcer {
  readonly servers: AppServers;
  #about: AnnouncerOptions;
  #said = new Set<string>();
  #url = '';
  #banner: NodeJS.Timeout | undefined;
  #introduced = false;

  constructor(about: AnnouncerOptions) {
    this.#about = about;
    this.servers = about.servers;
  }

  /** The proxy listens, and the app does not yet. */
  proxyListening(url: string): void {
    this.#url = url;
    this.#banner = setTimeout(() => {
      this.#say(`waiting for ${this.#command()} to listen; requests to ${url} wait for it`);
    }, PATIENCE_MS);
    this.#banner.unref();
  }

  /** A server of the app listens behind the proxy at `url`. */
  appListening(url: string): void {
    this.#url = url;
    if (this.#introduced) return this.#nameOthers();
    clearTimeout(this.#banner);
    this.#banner = setTimeout(() => this.#introduce(), TOGETHER_MS);
    this.#banner.unref();
  }

  /** A library was found; told only where it could not be made to speak. */
  libraryDetected({ name, version, trouble }: { name: string; version: string; trouble?: string }): void {
    if (trouble === undefined) return;
    const words = escapeToOneLine(trouble);
    // One that is inside a bundle has no version to tell.
    if (words.startsWith('is ')) this.warn(`${name} ${words}`);
    else this.warn(`${name} ${version}: ${words}; its calls are not shown`);
  }

  /** A request has finished. */
  requestFinished(trace: Trace): void {
    if (!this.#about.quiet && !trace.outside) this.#about.write(`${requestLine(trace, this.#about.style)}\n`);
  }

  /** Says a warning once. */
  warn(message: string): void {
    if (this.#said.has(message)) return;
    this.#said.add(message);
    this.#say(message);
  }

  /** Says what was done from another terminal. */
  notify(message: string): void {
    this.#say(message);
  }

  /** Nothing more is said. */
  runEnded(): void {
    clearTimeout(this.#banner);
  }

  #introduce(): void {
    if (this.#introduced) return;
    this.#introduced = true;
    const { servers, place, style } = this.#about;
    const upstream = servers.upstream;
    const at = upstream === undefined ? '' : ` on ${placeOf(upstream)}`;
    this.#about.write(
      `${style('bold', 'scooby')}  ${style('accent', this.#url)}  ->  ${this.#command()}${at}\n`,
    );
    this.#nameOthers();
    this.#about.write(`        ${style('dim', `data in ${atHome(place)}; look at it with: scooby list`)}\n`);
  }

  #nameOthers(): void {
    for (const { address, app } of this.#about.servers.others) {
      const words = `        also listening, not behind the proxy: ${placeOf(address)} (${escapeToOneLine(app.command)})`;
      if (this.#said.has(words)) continue;
      this.#said.add(words);
      this.#about.write(`${words}\n`);
    }
  }

  #command(): string {
    return escapeToOneLine(this.#about.command.join(' '));
  }

  #say(message: string): void {
    this.#about.write(`${this.#about.style('warn', 'scooby:')} ${message}\n`);
  }
}

function placeOf({ path, port, wanted }: ServerAddress): string {
  if (path !== undefined) return path;
  return wanted === undefined ? `:${port}` : `:${port} (it asked for :${wanted})`;
}

function atHome(place: string): string {
  const home = homedir();
  return place.startsWith(`${home}/`) ? `~${place.slice(home.length)}` : place;
}
