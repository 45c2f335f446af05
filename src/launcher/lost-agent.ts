/** Watch for an app without the agent: says why, and has requests forwarded to it unrecorded. */

import { isProcessAlive } from '../control/process-alive.js';
import { escapeToOneLine } from '../domain/text.js';
import type { AppInfo } from '../domain/trace.js';
import { descendantsOf, type SystemProcess } from './system-processes.js';

/** What the watch uses of a run. */
export interface LostAgentParts {
  /** Pids of the processes that the agent has connected. */
  connected(): number[];
  /** Causes that the command and its files tell. */
  problems(): string[];
  /** Forwards requests to a server that has no agent. */
  forward(port: number, app: AppInfo): void;
  /** A process to which requests were forwarded has exited. */
  exited(app: AppInfo): void;
  warn(message: string): void;
}

/** An app that listens within that time has no need of an explanation. */
const FIRST_LOOK_MS = 4000;
const LOOK_MS = 2000;
/** Looks after the first; a dev server that compiles may take its time. */
const MAX_LOOKS = 60;
const INSPECTOR_PORTS = new Set([9229, 9230]);

/** Looks at the processes of the run until one with the agent listens. */
export class LostAgentWatch {
  readonly #parts: LostAgentParts;
  #timer: NodeJS.Timeout;
  #looks = 0;
  #hasAgent = false;
  #hasExplained = false;
  /** Servers without the agent to which requests are forwarded. */
  #forwarded = new Map<number, AppInfo>();

  constructor(parts: LostAgentParts) {
    this.#parts = parts;
    this.#timer = setTimeout(() => void this.#look(), FIRST_LOOK_MS).unref();
  }

  agentListens(): void {
    this.#hasAgent = true;
  }

  /**
   * Ends the watch when the command has exited: servers that it has left running get the signal that
   * ended it, as those with the agent do. Says the causes that are known where nothing has listened.
   */
  end(signal: NodeJS.Signals | undefined): void {
    clearTimeout(this.#timer);
    this.#looks = MAX_LOOKS;
    if (signal !== undefined) for (const pid of this.#forwarded.keys()) sendSignal(pid, signal);
    if (!this.#hasAgent && this.#parts.connected().length === 0) this.#explain();
  }

  async #look(): Promise<void> {
    if ([...this.#forwarded.keys()].some((pid) => !isProcessAlive(pid))) this.#forgetExited();
    // A server that requests go to is only looked for again once it has exited.
    if (this.#forwarded.size === 0) await this.#search();
    // With the agent in the app, one look is for another process that has lost it.
    const isOver = this.#hasAgent || ++this.#looks >= MAX_LOOKS;
    if (!isOver || this.#forwarded.size > 0)
      this.#timer = setTimeout(() => void this.#look(), LOOK_MS).unref();
  }

  #forgetExited(): void {
    for (const [pid, app] of this.#forwarded) {
      if (isProcessAlive(pid)) continue;
      this.#forwarded.delete(pid);
      this.#parts.exited(app);
    }
  }

  async #search(): Promise<void> {
    const processes = await descendantsOf(process.pid);
    const connected = new Set(this.#parts.connected());
    for (const each of processes) {
      const reason = !isServer(each) || connected.has(each.pid) ? undefined : reasonOf(each, processes);
      if (reason !== undefined) this.#report(each, reason);
    }
    if (!this.#hasAgent) this.#explain();
  }

  #explain(): void {
    if (this.#hasExplained) return;
    this.#hasExplained = true;
    for (const problem of this.#parts.problems()) this.#parts.warn(problem);
  }

  #report(server: SystemProcess, reason: string): void {
    const command = escapeToOneLine(server.words.join(' '));
    const [port] = server.ports.filter((each) => !INSPECTOR_PORTS.has(each));
    this.#explain();
    const consequence = this.#hasAgent
      ? 'its requests are not recorded'
      : 'requests go to it, but are not recorded beyond what the proxy sees';
    this.#parts.warn(
      `process ${server.pid} (${command}) listens on :${port} without scooby's agent: ${reason}; ${consequence}`,
    );
    if (this.#hasAgent) return;
    const app = { pid: server.pid, command, cwd: '', node: '' };
    this.#forwarded.set(server.pid, app);
    this.#parts.forward(port!, app);
  }
}

function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has exited meanwhile.
  }
}

/** Whether a process is Node's and listens on another port than its inspector's. */
function isServer({ program, ports }: SystemProcess): boolean {
  return /^node(?:js)?(?:\.exe)?$/.test(program) && ports.some((port) => !INSPECTOR_PORTS.has(port));
}

/**
 * Where the agent was lost on the way from the launcher to a process; undefined where it was not: a
 * server of another protocol than HTTP does not connect.
 */
function reasonOf(server: SystemProcess, processes: SystemProcess[]): string | undefined {
  if (server.words.some((word) => /^--(?:experimental-)?permission$/.test(word)))
    return "Node's permission model refuses what the agent needs";
  if (process.platform !== 'linux') return 'NODE_OPTIONS, by which it is loaded, did not reach it';
  const chain = [server];
  for (let at = parentOf(server, processes); at !== undefined; at = parentOf(at, processes))
    chain.unshift(at);
  const first = chain.findIndex(({ nodeOptions }) => !hasAgent(nodeOptions));
  if (first < 0) return undefined;
  const { nodeOptions, words } = chain[first]!;
  const by = first === 0 ? '' : ` by ${escapeToOneLine(chain[first - 1]!.words.join(' '))}`;
  const what =
    nodeOptions === undefined
      ? 'started without NODE_OPTIONS'
      : `started with another NODE_OPTIONS (${escapeToOneLine(nodeOptions)})`;
  return `${escapeToOneLine(words.join(' '))} was ${what}${by}`;
}

function parentOf({ parent }: SystemProcess, processes: SystemProcess[]): SystemProcess | undefined {
  return processes.find(({ pid }) => pid === parent);
}

function hasAgent(nodeOptions: string | undefined): boolean {
  return nodeOptions !== undefined && /[\\/]scooby-\d+-\w{6}[\\/]|agent\.cjs|preload\.cjs/.test(nodeOptions);
}
