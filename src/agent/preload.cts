/** The --require entry: what runs first in every Node process of the command. Reads the run's note, installs, and is done. */

import { subscribe } from 'node:diagnostics_channel';
import { readFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { basename } from 'node:path';
import * as threads from 'node:worker_threads';
import type { LibraryFacts, LinkLine, LinkOrder, RunConfig, ServerAddress } from '../domain/trace.js';
import { captureDeeperStacks, setAgentFolder } from './call/stack.cjs';
import { callSiteLibraries } from './call-sites/index.cjs';
import type { CallSiteLibrary } from './call-sites/library.cjs';
import { runExplainOrder } from './explain/runner.cjs';
import { frameworks } from './frameworks/index.cjs';
import { instruments } from './instruments/index.cjs';
import type { Instrument } from './instruments/instrument.cjs';
import { bundledLibraries, bundledMessage } from './loader/bundled.cjs';
import { type ModulePreparation, onLoad, type Patch, packageName, packagePath } from './loader/cjs.cjs';
import { onImport } from './loader/esm.cjs';
import { keepMapOfModule } from './loader/source-maps.cjs';
import { JEST_TRANSFORM, jestPatch, watchVitest } from './loader/test-runners.cjs';
import { encodeLine } from './record/encode-span.cjs';
import { recordInstrument, sendRequestClose, sendRequestOpen, sendRunningCalls } from './record/recorder.cjs';
import { connectToLauncher, sendLines, wakeLauncher } from './record/transport.cjs';
import { trackRequests } from './request/context.cjs';
import { watchListen } from './request/listen.cjs';
import { setPeerPorts } from './request/propagation.cjs';
import { readRunConfig, state } from './run-config.cjs';

export { coverage } from './coverage.cjs';
export { bundledMessage, librariesInText } from './loader/bundled.cjs';

// Package managers and compilers run as node too; nobody wants to see their insides, nor wait for them.
const NOT_AN_APP =
  /^(?:npm|npx|yarn(?:-[\d.]+)?|yarnpkg|pnpm|pnpx|bun|corepack|tsc|eslint|prettier|biome|esbuild|webpack|rollup|turbo|nx|lerna|npm-cli|npx-cli|nodemon|concurrently|npm-run-all|run-s|run-p|cross-env|dotenv|husky|lint-staged)(?:\.[cm]?js)?$/;

const told = new Set<string>();
const installed = Symbol.for('scooby.agent');

function start(): void {
  const holder = process as unknown as Record<symbol, boolean>;
  if (isLoaderThread() || holder[installed] || NOT_AN_APP.test(basename(process.argv[1] ?? ''))) return;
  const run = readRunConfig();
  if (run === undefined) return;
  Object.defineProperty(holder, installed, { value: true, enumerable: false });
  setAgentFolder(__dirname);
  state.recording = run.record;
  install(run);
}

/**
 * The thread that runs other people's loaders has no app, and hooks of its own would break it. Node 20 has no word for it;
 * there it is known by what it has been given: null, where the app's threads have their data, or undefined.
 */
function isLoaderThread(): boolean {
  const { isInternalThread, isMainThread } = threads as typeof threads & { isInternalThread?: boolean };
  return isInternalThread ?? (!isMainThread && threads.workerData === null);
}

function install(run: RunConfig): void {
  trackRequests({ began: sendRequestOpen, ended: sendRequestClose }, run.secret);
  const { patches, modules } = gatherPatches();
  watchVitest();
  syncBuiltinESMExports();
  const patchFor = onLoad(patches, before, tellLibrary);
  patches.set(JEST_TRANSFORM, jestPatch(patchFor, tellLibrary));
  onImport(modules, (path, bindings, filename) => {
    try {
      patches.get(path)?.(bindings as never, filename);
    } catch (error) {
      tellLibrary(filename, error);
    }
  });
  announceServers(run);
  process.on('exit', sendRunningCalls);
}

/** Hears the channels of all libraries, and gathers which files they want patched: by CommonJS, and the bindings of ES modules. */
function gatherPatches(): { patches: Map<string, Patch>; modules: Map<string, string[]> } {
  const patches = new Map<string, Patch>();
  const modules = new Map<string, string[]>();
  for (const instrument of instruments) {
    recordInstrument(instrument);
    carefully(instrument, 'install');
  }
  for (const part of [...instruments, ...frameworks, ...callSiteLibraries] as Partial<
    Instrument & CallSiteLibrary
  >[]) {
    const { channels, files, esm, role } = part;
    const isMapper = role === 'orm' || role === 'builder';
    const facts = isMapper ? { ...part, mapper: true } : part;
    for (const [name, heard] of Object.entries(channels ?? {})) hear(name, heard);
    for (const [file, bindings] of Object.entries(esm ?? {})) modules.set(file, bindings);
    for (const [file, patch] of Object.entries(files ?? {})) {
      patches.set(file, (exports, filename) => {
        if (isMapper) captureDeeperStacks();
        let trouble: unknown;
        try {
          patch(exports);
        } catch (error) {
          trouble = error;
        }
        tellLibrary(filename, trouble, facts);
      });
    }
  }
  return { patches, modules };
}

/** Connects to the launcher with the first server that listens: before that the process is no app. */
function announceServers(run: RunConfig): void {
  watchListen(
    run.takePort,
    (address) => {
      connectToLauncher(run, hello(run), obey, () => {
        state.recording = 'off';
      });
      sendLines(encodeLine({ t: 'listen', ...address }), false);
      serve();
      wakeLauncher();
    },
    (address) => {
      sendLines(encodeLine({ t: 'unlisten', ...placeOf(address) }), false);
      wakeLauncher();
    },
  );
}

const preparations: ModulePreparation[] = [
  keepMapOfModule,
  ...callSiteLibraries.flatMap(({ prepareModule }) => prepareModule ?? []),
];
const before: ModulePreparation = (module, file) => {
  for (const prepare of preparations) if (prepare.wants(file)) prepare(module, file);
};
before.wants = (file) => preparations.some((prepare) => prepare.wants(file));

let serving = false;

function serve(): void {
  if (serving) return;
  serving = true;
  tellBundled();
  for (const instrument of instruments) carefully(instrument, 'onListening');
  // What an ESM file has imported of Node by name is a copy.
  syncBuiltinESMExports();
}

/** What an instrument cannot do is told, and costs no other one. */
function carefully(instrument: Instrument, step: 'install' | 'onListening'): void {
  try {
    instrument[step]?.();
  } catch (error) {
    const trouble = error instanceof Error ? error.message : String(error);
    sendLines(
      encodeLine({ t: 'library', name: instrument.library, version: process.version, trouble }),
      false,
    );
  }
}

/** A subscriber that throws would end the process. */
function hear(channel: string, heard: (message: never) => void): void {
  subscribe(channel, (message) => {
    try {
      heard(message as never);
    } catch {
      // A library that is not as we know it: a call is not told.
    }
  });
}

function hello(run: RunConfig): string {
  return encodeLine({
    t: 'hello',
    token: run.token,
    pid: process.pid,
    ppid: process.ppid,
    thread: threads.threadId,
    command: [basename(process.argv0), ...process.argv.slice(1).map(short)].join(' '),
    cwd: process.cwd(),
    node: process.version,
    origin: performance.timeOrigin,
  });
}

/** Answers an argument as the user would have typed it: node makes the script's path absolute. */
function short(argument: string): string {
  const folder = `${process.cwd()}/`;
  return argument.startsWith(folder) ? argument.slice(folder.length) : argument;
}

function obey(order: LinkOrder): void {
  if (order.t === 'record') state.recording = order.record;
  if (order.t === 'peers') setPeerPorts(order.ports);
  if (order.t === 'ask') runExplainOrder(order);
}

function placeOf({ port, path }: ServerAddress): { port?: number; path?: string } {
  return { ...(port !== undefined && { port }), ...(path !== undefined && { path }) };
}

/** Says by name what cannot be patched since it is part of the app's own file. */
function tellBundled(): void {
  const main = process.argv[1] ?? '';
  for (const name of bundledLibraries(main, instruments)) {
    const trouble = bundledMessage(name, short(main));
    sendLines(encodeLine({ t: 'library', name, version: '', trouble }), false);
  }
}

/** Tells which library was found and, where it could not be made to speak, why; once per copy of it. */
function tellLibrary(filename: string, error?: unknown, part: Partial<Instrument> = {}): void {
  const path = packagePath(filename);
  const name = packageName(path);
  const folder = filename.slice(0, filename.length - path.length + name.length);
  const trouble = error instanceof Error ? error.message : undefined;
  if (told.has(folder) && trouble === undefined) return;
  told.add(folder);
  let version = '';
  try {
    version = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8')).version;
  } catch {
    // A copy without its package.json: named without its version.
  }
  const line: LinkLine = { t: 'library', name, version, ...factsOf(part) };
  if (trouble !== undefined) line.trouble = trouble;
  if (part.library !== undefined && part.library !== name) line.library = part.library;
  sendLines(encodeLine(line), false);
}

/** Facts go with the package, before the first span that is read by them. */
function factsOf({ dialect, explain, mapper }: LibraryFacts): LibraryFacts {
  return {
    ...(dialect !== undefined && { dialect }),
    ...(explain !== undefined && { explain }),
    ...(mapper !== undefined && { mapper }),
  };
}

start();
