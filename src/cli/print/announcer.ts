/** Output of `scooby run` on stderr: a banner, a line per finished request, and warnings. */

import { homedir } from 'node:os';
import type { AppServers } from '../../collector/app-servers.js';
import type { AppServer } from '../../collector/server-choice.js';
import type { ServerAddress } from '../../domain/link.js';
import type { LeftOut } from '../../domain/record-rules.cjs';
import { isRoutine } from '../../domain/routine.js';
import { escapeToOneLine } from '../../domain/text.js';
import type { FinishedRequest } from '../../domain/trace.js';
import type { Style } from '../../terminal/style.js';
import { FIRST_LEFT_OUT, unrecordedText } from './recording.js';
import { requestLine } from './request-line.js';
import { UNLISTED_WHILE_FOLLOWING } from './unlisted.js';

// An app with several servers starts them in quick succession; the banner waits to name them all.
const BANNER_DELAY_MS = 100;
// An app that listens within this time needs no notice that requests wait for it.
const WAITING_NOTICE_MS = 3000;

export interface AnnouncerOptions {
  command: string[];
  servers: AppServers;
  /** Location of the store, as the banner names it. */
  place: string;
  /** Link of the page in the web browser, where it is printed. */
  page?: string | undefined;
  /** What is recorded, where that is not each request. */
  recording?: string | undefined;
  /** Omits the lines per request and per server that listens after the banner. */
  quiet: boolean;
  style: Style;
  write(text: string): void;
}

/** Prints the events of a run; a warning is printed once. */
export class Announcer {
  readonly servers: AppServers;
  readonly #options: AnnouncerOptions;
  #printed = new Set<string>();
  #url = '';
  /** Pending banner or waiting notice. */
  #timer: NodeJS.Timeout | undefined;
  #hasBanner = false;
  /** Address of the app in the banner. */
  #announced = '';

  constructor(options: AnnouncerOptions) {
    this.#options = options;
    this.servers = options.servers;
  }

  /** The proxy listens at `url`; the app does not listen yet. */
  proxyListening(url: string): void {
    this.#url = url;
    this.#timer = setTimeout(() => {
      this.#print(`waiting for ${this.#command()} to listen; requests to ${url} wait for it`);
    }, WAITING_NOTICE_MS);
    this.#timer.unref();
  }

  /** A server of the app listens behind the proxy at `url`. */
  appListening(url: string): void {
    this.#url = url;
    if (this.#hasBanner) {
      if (this.#hasMovedOn()) this.#printHead();
      // A test suite starts a server per test.
      if (!this.#options.quiet) this.#printOtherServers();
      return;
    }
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#printBanner(), BANNER_DELAY_MS);
    this.#timer.unref();
  }

  /** A library was loaded; printed only when it could not be patched. */
  libraryDetected({ name, version, trouble }: { name: string; version: string; trouble?: string }): void {
    if (trouble === undefined) return;
    const reason = escapeToOneLine(trouble);
    // A bundled library has no known version; its reason is a sentence of its own (`is inside …`).
    if (reason.startsWith('is ')) this.warn(`${name} ${reason}`);
    else this.warn(`${name}${version && ` ${version}`}: ${reason}; its calls are not shown`);
  }

  requestFinished(request: FinishedRequest): void {
    if (this.servers.upstream !== undefined) this.#printBanner();
    if (this.#options.quiet || request.outside) return;
    if (isRoutine(request)) this.warn(`ticks ${UNLISTED_WHILE_FOLLOWING}`);
    else this.#options.write(`${requestLine(request, this.#options.style)}\n`);
  }

  /** Prints a warning, once. */
  warn(message: string): void {
    if (this.#printed.has(message)) return;
    this.#printed.add(message);
    this.#print(message);
  }

  /** Prints an action that another terminal requested. */
  notify(message: string): void {
    this.#print(message);
  }

  /** Prints that requests are left out, once, and at the end of the run how many were. */
  requestsLeftOut(leftOut: LeftOut, isRunOver: boolean): void {
    const { withoutCalls, excluded, unsampled } = leftOut;
    if (!isRunOver) return this.#print(FIRST_LEFT_OUT);
    const text = withoutCalls + excluded + unsampled === 0 ? undefined : unrecordedText(leftOut);
    if (text !== undefined && !this.#options.quiet) this.#print(text);
  }

  /** Cancels a pending banner or notice. */
  runEnded(): void {
    clearTimeout(this.#timer);
  }

  #printBanner(): void {
    // Until it is clear which server is the app's, which calls appListening again.
    if (this.#hasBanner || this.servers.isDoubtful) return;
    this.#hasBanner = true;
    clearTimeout(this.#timer);
    const { place, recording, style, page } = this.#options;
    this.#printHead();
    this.#printOtherServers();
    if (recording !== undefined) this.#options.write(`        ${style('warn', recording)}\n`);
    if (page !== undefined) this.#options.write(`        in the web browser: ${style('accent', page)}\n`);
    this.#options.write(
      `        ${style('dim', `data in ${abbreviateHome(place)}; look at it with: scooby list`)}\n`,
    );
  }

  #printHead(): void {
    const { servers, style } = this.#options;
    const { upstream } = servers;
    this.#announced = upstream === undefined ? '' : formatAddress(upstream);
    const at = upstream === undefined ? '' : ` on ${this.#announced}`;
    this.#options.write(
      `${style('bold', 'scooby')}  ${style('accent', this.#url)}  ->  ${this.#command()}${at}\n`,
    );
    if (upstream?.protocol === 'https' || upstream?.protocol === 'h2')
      this.#options.write(`        the same by TLS: ${this.#url.replace(/^http:/, 'https:')}\n`);
  }

  /** Whether the app's own server turned out to be another than the announced, which still listens. */
  #hasMovedOn(): boolean {
    const { servers } = this.#options;
    return servers.others.some(({ address }) => formatAddress(address) === this.#announced);
  }

  #printOtherServers(): void {
    for (const server of this.#options.servers.others) {
      const line = `        ${otherServerLine(server)}`;
      if (this.#printed.has(line)) continue;
      this.#printed.add(line);
      this.#options.write(`${line}\n`);
    }
  }

  #command(): string {
    return escapeToOneLine(this.#options.command.join(' '));
  }

  #print(message: string): void {
    this.#options.write(`${this.#options.style('warn', 'scooby:')} ${message}\n`);
  }
}

/** A server other than the app's own, and the flag that would choose it. */
function otherServerLine({ address, app, signs }: AppServer): string {
  const command = `(${escapeToOneLine(app.command)})`;
  if (address.wanted !== undefined)
    return `also listening, behind a proxy of its own: ${formatAddress(address)} ${command}`;
  const line = `also listening, not behind the proxy: ${formatAddress(address)} ${command}`;
  return signs.fixed || address.path !== undefined ? `${line}; to choose it: ${flagFor(address)}` : line;
}

function flagFor({ protocol, path, port }: ServerAddress): string {
  if (path !== undefined) return `--upstream unix:${path}`;
  const isSecure = protocol === 'https' || protocol === 'h2';
  return `--upstream ${isSecure ? `https://localhost:${port}` : port}`;
}

function formatAddress({ path, port, wanted }: ServerAddress): string {
  if (path !== undefined) return path;
  return wanted === undefined ? `:${port}` : `:${port} (instead of :${wanted})`;
}

function abbreviateHome(place: string): string {
  const home = homedir();
  return place.startsWith(`${home}/`) ? `~${place.slice(home.length)}` : place;
}
