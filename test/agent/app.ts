/** Runs a script with or without the agent and collects its output and traces. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { join } from 'node:path';
import { AppConnections } from '../../src/collector/app-connections.js';
import { Collector } from '../../src/collector/collector.js';
import type { GuestConfig, Recording } from '../../src/domain/link.js';
import type { Span, Trace } from '../../src/domain/trace.js';
import { appEnvironment } from '../../src/launcher/app-environment.js';
import { makeRunFolder } from '../../src/launcher/run-folder.js';
import { finishedPlainly } from '../factory.js';
import { serveLines } from '../link.js';

/** Root of the checkout, to which files of frames are relative. */
export const ROOT = join(import.meta.dirname, '../../..');

/** At a load of 20 on two cores, an end and an answer take seconds. */
const MAX_END_MS = 60_000;
const MAX_ANSWER_MS = 120_000;
const AGENT = join(ROOT, 'dist/src/agent');

/** Options to run a script. */
export interface Launch {
  /** Path of the Node executable; default: that of this process. */
  node?: string;
  env?: NodeJS.ProcessEnv;
  /** Working directory; default: the checkout. */
  cwd?: string;
  /** Instruments of the project's own. */
  guests?: GuestConfig[];
  /** Requests to record; default: all. */
  record?: Recording;
  /**
   * Called with the URL of a script that prints `{"port": …}` in its first line; the script ends
   * after it.
   */
  drive?(url: string): Promise<unknown>;
  /** Runs the agent as it ships, in one file; default: on other Nodes than this one, whose coverage is not counted. */
  bundled?: boolean;
  /** Keeps what the watch of the event loop records: how long code loads is up to the machine. */
  blocks?: true;
}

/** How a script ended and what it printed. */
export interface Outcome {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** Outcome of a script with the traces that the agent recorded. */
export interface Recorded extends Outcome {
  /** In the order in which the requests ended. */
  traces: Trace[];
  /** Spans outside any request. */
  outside: Span[];
  /** Libraries found, with patches that failed. */
  libraries: { name: string; version: string; trouble?: string }[];
}

/** Runs `node <args>` until it ends, without the agent. */
export async function runPlain(args: string[], launch: Launch = {}): Promise<Outcome> {
  const { node = process.execPath, env, cwd = ROOT, drive } = launch;
  // Without tap's loader hooks.
  const child = spawn(node, args, { cwd, env: { ...process.env, NODE_OPTIONS: '', ...env } });
  const outcome: Outcome = { code: null, signal: null, stdout: '', stderr: '' };
  let driven: Promise<unknown> | undefined;
  child.stdout.setEncoding('utf8').on('data', (text) => {
    outcome.stdout += text;
    if (drive === undefined || driven !== undefined || !outcome.stdout.includes('\n')) return;
    const [first] = outcome.stdout.split('\n', 1);
    outcome.stdout = outcome.stdout.slice(first!.length + 1);
    driven = drive(`http://127.0.0.1:${JSON.parse(first!).port}`);
    // A script that does not end by itself is killed, and has no exit code then.
    const kill = () => setTimeout(() => child.kill('SIGKILL'), MAX_END_MS).unref();
    driven.then(kill, () => child.kill());
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    outcome.stderr += text;
  });
  [outcome.code, outcome.signal] = await once(child, 'close');
  await driven?.catch((error: Error) => {
    throw new Error(`${error.message}, while the script said:\n${outcome.stdout}${outcome.stderr}`);
  });
  return outcome;
}

/** GET with the header by which single requests are recorded; rejects after two minutes. */
export function ask(
  url: string,
  agent = new Agent(),
  marked = false,
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(MAX_ANSWER_MS);
    const headers = marked ? { 'X-Scooby-Record': '1' } : {};
    get(url, { agent, signal, headers }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text) => {
        body += text;
      });
      response.on('end', () => resolve({ status: response.statusCode!, body }));
      response.on('error', reject);
    }).on('error', reject);
  });
}

/**
 * Environment to collect coverage of the agent in the app, if the test command does. Other versions
 * of Node would add nothing but megabytes.
 */
function coverageEnv(node = process.execPath): NodeJS.ProcessEnv {
  const { SCOOBY_TEST_COVERAGE: folder } = process.env;
  return folder && node === process.execPath ? { NODE_V8_COVERAGE: folder } : {};
}

/** Whether it comes from the watch of the event loop. */
function isWatched({ kind, name, detail }: Span): boolean {
  return name === 'event loop' || kind === 'blocked' || detail?.captures !== undefined;
}

/** Runs `node <args>` until it ends, under the agent. */
export async function runRecorded(args: string[], launch: Launch = {}): Promise<Recorded> {
  const record = launch.record ?? 'all';
  const settings = launch.guests === undefined ? {} : { guests: launch.guests };
  const { bundled = launch.node !== undefined && launch.node !== process.execPath } = launch;
  const agent = bundled ? join(ROOT, 'dist/agent.cjs') : join(AGENT, 'preload.cjs');
  const folder = makeRunFolder(record, undefined, [], undefined, settings);
  const traces = new Map<string, Trace>();
  const libraries: Recorded['libraries'] = [];
  const collector = new Collector({
    project: ROOT,
    agent: bundled ? agent : AGENT,
    saveSource: () => undefined as never,
    finish: finishedPlainly,
  });
  collector.on('trace', (recorded) => {
    const isExpected = (span: Span) => launch.blocks === true || !isWatched(span);
    const trace = { ...recorded, spans: recorded.spans.filter(isExpected) };
    traces.delete(trace.id);
    traces.set(trace.id, trace);
  });
  collector.on('library', (library) => libraries.push(library));
  // Processes hear of each other's ports from it.
  const connections = new AppConnections(ROOT, record);
  let peers = 0;
  let over = () => {};
  const left = new Promise<void>((resolve) => {
    over = resolve;
  });
  const receiver = await serveLines(folder.run.socket, folder.run.token, {
    connected: (peer) => {
      peers++;
      connections.connected(peer);
      collector.connected(peer);
    },
    serverOpened: (peer, address) => connections.serverOpened(peer, address),
    serverClosed: (peer, address) => connections.serverClosed(peer, address),
    lineReceived: (peer, line) => collector.lineReceived(peer, line),
    lineLost: (_, text) => {
      throw new Error(`not a line of the link: ${text.slice(0, 500)}`);
    },
    disconnected: (peer) => {
      connections.disconnected(peer);
      collector.disconnected(peer);
      if (--peers === 0) over();
    },
    awaitsLines: () => collector.awaitsLines(),
  });
  collector.on('linesExpected', () => receiver.readSoon());
  try {
    const own = { NODE_OPTIONS: '', ...coverageEnv(launch.node), ...launch.env };
    const env = appEnvironment(own, { agent, folder: folder.path });
    const outcome = await runPlain(args, { ...launch, env });
    // Lines of the app may still be in transit.
    if (peers > 0) await left;
    receiver.close();
    collector.finishAll();
    const all = [...traces.values()];
    const outside = all.filter((trace) => trace.outside).flatMap((trace) => trace.spans);
    return { ...outcome, traces: all.filter((trace) => !trace.outside), outside, libraries };
  } finally {
    receiver.close();
    folder.remove();
  }
}
