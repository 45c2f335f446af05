/** Entry point (--require) of the agent: reads the run's configuration and installs all patches. */

import { subscribe } from 'node:diagnostics_channel';
import { syncBuiltinESMExports } from 'node:module';
import { basename } from 'node:path';
import * as threads from 'node:worker_threads';
import type { LinkOrder, RunConfig, ServerAddress } from '../domain/link.js';
import { RecordPolicy, type RecordRules } from '../domain/record-rules.cjs';
import { redactArguments } from '../domain/redact-command.cjs';
import { setRedaction } from '../domain/redaction.cjs';
import { seenBlock, waiting } from './blocked/block-spans.cjs';
import { prepareWatch } from './blocked/event-loop.cjs';
import { disconnectBeforeEnd } from './blocked/watchdog.cjs';
import { patchMapper } from './call/mapper-api.cjs';
import { setAgentFolder, setAppPackages } from './call/own-script.cjs';
import { captureDeeperStacks } from './call/stack.cjs';
import { callSiteLibraries } from './call-sites/index.cjs';
import type { CallSiteLibrary } from './call-sites/library.cjs';
import { delayDrivers } from './delay/driver-sockets.cjs';
import { watchProcessErrors } from './errors/process-errors.cjs';
import { onRequestError } from './errors/request-errors.cjs';
import { runExplainOrder } from './explain/runner.cjs';
import { frameworks } from './frameworks/index.cjs';
import { attempt, guardHook, onHookOff } from './guard.cjs';
import type { GuestInstrument } from './guests/guests.cjs';
import { installGuests } from './guests/install-guests.cjs';
import { instruments } from './instruments/index.cjs';
import type { Instrument } from './instruments/instrument.cjs';
import { bundledLibraries, bundledMessage } from './loader/bundled.cjs';
import { type ModulePreparation, onLoad, type Patch, packageName } from './loader/cjs.cjs';
import { onImport } from './loader/esm.cjs';
import { watchEvaluation } from './loader/evaluated.cjs';
import { keepMapOfModule } from './loader/source-maps.cjs';
import { JEST_TRANSFORM, jestPatch, watchVitest } from './loader/test-runners.cjs';
import { endLocals, localsEnded, orderLocals } from './locals/locals-session.cjs';
import { watchParentChannel } from './processes/ipc.cjs';
import { onRequestShared } from './processes/remote-requests.cjs';
import { onThreadStarted, watchThreads } from './processes/threads.cjs';
import { endProfiles, orderProfile, profileBegun, profileDirect, profileEnded } from './profile/session.cjs';
import { watchEnds } from './record/before-end.cjs';
import { encodeLine } from './record/encode-span.cjs';
import { errorText } from './record/error-text.cjs';
import { reportLibrary, reportTrouble } from './record/library-lines.cjs';
import {
  announceRequest,
  recordInstrument,
  sendRequestClose,
  sendRequestError,
  sendRequestHead,
  sendRequestOpen,
  sendRunningCalls,
  sendThread,
  sendUnitClose,
} from './record/recorder.cjs';
import { connectToLauncher, onConnectionWanted, sendAtOnce, wakeLauncher } from './record/transport.cjs';
import { certificateAt } from './request/certificates.cjs';
import { watchListen } from './request/listen.cjs';
import { watchPrintedPorts } from './request/printed-ports.cjs';
import { setPeers, setPropagation } from './request/propagation.cjs';
import { watchClientSockets } from './request/self-requests.cjs';
import { trackRequests } from './request/serving.cjs';
import { onUnitEnd } from './request/unit.cjs';
import { readRunConfig, state, workingFolder } from './run-config.cjs';
import { unitLibraries } from './units/index.cjs';
import type { UnitLibrary } from './units/library.cjs';

export { coverage, guestCoverage } from './coverage.cjs';
export { bundledMessage, librariesInText } from './loader/bundled.cjs';

// Package managers and compilers are Node processes too: tracing them shows nothing of the app and
// slows their start.
const NOT_AN_APP =
  /^(?:npm|npx|yarn(?:-[\d.]+)?|yarnpkg|pnpm|pnpx|bun|corepack|tsc|eslint|prettier|biome|esbuild|webpack|rollup|turbo|nx|lerna|npm-cli|npx-cli|nodemon|concurrently|npm-run-all|run-s|run-p|cross-env|dotenv|husky|lint-staged)(?:\.[cm]?js)?$/;

const INSTALLED = Symbol.for('scooby.agent');

function start(): void {
  const holder = process as unknown as Record<symbol, boolean>;
  if (isLoaderThread() || holder[INSTALLED] || NOT_AN_APP.test(basename(process.argv[1] ?? ''))) return;
  const run = readRunConfig();
  if (run === undefined) return;
  Object.defineProperty(holder, INSTALLED, { value: true, enumerable: false });
  setAgentFolder(__dirname);
  if (run.packages !== undefined) attempt(setAppPackages, run.packages);
  if (run.redact !== undefined) attempt(setRedaction, run.redact);
  if (run.rules !== undefined) state.policy = attempt(policyOf, run.rules);
  state.serverTiming = run.serverTiming !== false;
  state.recording = run.record;
  install(run);
}

function policyOf(rules: RecordRules): RecordPolicy {
  return new RecordPolicy(rules);
}

/**
 * Whether this is the thread in which Node runs module loader hooks: no app code runs there, and
 * hooks of the agent would break it. Node 20 has no `isInternalThread`: there the thread's
 * workerData is null, and it has no parentPort, which every worker of the app has.
 */
function isLoaderThread(): boolean {
  const { isInternalThread, isMainThread } = threads as typeof threads & { isInternalThread?: boolean };
  return isInternalThread ?? (!isMainThread && threads.workerData === null && threads.parentPort === null);
}

/**
 * Each step by itself: where one fails (a permission model refuses a file or a thread), the others
 * record what they can, and the app runs in any case.
 */
function install(run: RunConfig): void {
  trackRequests(
    {
      profileAsked: profileDirect,
      requestStarted(request) {
        sendRequestOpen(request);
        profileBegun(request);
      },
      answering: sendRequestHead,
      requestEnded(request, aborted) {
        sendRequestClose(request, aborted);
        profileEnded(request.id);
        localsEnded(request.id);
      },
    },
    run,
  );
  onUnitEnd(sendUnitClose);
  onRequestError(sendRequestError);
  onRequestShared(announceRequest);
  onThreadStarted(sendThread);
  setPropagation(run, run.tracesServices === true);
  // As a library that cannot be patched.
  onHookOff((name, trouble) => reportTrouble(name, '', trouble));
  const selfRequiring = new Set(instruments.flatMap(({ selfRequiring: packages = [] }) => packages));
  const guests = installGuests(run.guests);
  const { patches, modules, majors, namespaces } = collectPatches(guests);
  const { delay } = run;
  if (delay !== undefined)
    installStep('delays', () => delayDrivers(delay, driversByPackage([...instruments, ...guests])));
  installStep('evaluated code', watchEvaluation);
  installStep('threads of Vitest', watchVitest);
  installStep('named imports of builtins', syncBuiltinESMExports);
  installStep('CommonJS files', () => {
    const patchFor = onLoad(patches, prepareModule, reportLibrary, selfRequiring);
    patches.set(JEST_TRANSFORM, jestPatch(patchFor, reportLibrary));
  });
  const patchImported = (path: string, bindings: object, filename: string) => {
    try {
      patches.get(path)?.(bindings as never, filename);
    } catch (error) {
      reportLibrary(filename, error);
    }
  };
  installStep('ES modules', () => onImport(modules, patchImported, majors, namespaces));
  installStep('client sockets', watchClientSockets);
  installStep('messages of processes', watchParentChannel);
  installStep('messages of threads', watchThreads);
  installStep('servers', () => announceServers(run));
  installStep('errors of the process', watchProcessErrors);
  installStep('ends of the process', () =>
    watchEnds(() => {
      sendRunningCalls();
      endProfiles();
      attempt(endLocals);
    }, disconnectBeforeEnd),
  );
}

/** The libraries that are recorded, by the names of their packages. */
function driversByPackage(libraries: Instrument[]): Map<string, Instrument> {
  return new Map(
    libraries.flatMap((instrument) =>
      Object.keys(instrument.files).map((file) => [packageName(file), instrument]),
    ),
  );
}

/** Runs a step of the installation; its error is reported as that of a library named `node`. */
function installStep(what: string, step: () => void): void {
  try {
    step();
  } catch (error) {
    reportTrouble('node', process.version, `${what} cannot be watched (${errorText(error)})`);
  }
}

type PatchedLibrary = Partial<Instrument & CallSiteLibrary & UnitLibrary & GuestInstrument>;

/**
 * Subscribes to the channels of all libraries and collects their patches by file path, and the
 * bindings that are patched of each ES module.
 */
function collectPatches(guests: GuestInstrument[]): {
  patches: Map<string, Patch>;
  modules: Map<string, string[]>;
  majors: Map<string, number>;
  namespaces: Set<string>;
} {
  const namespaces = new Set<string>();
  const patches = new Map<string, Patch>();
  const modules = new Map<string, string[]>();
  const majors = new Map<string, number>();
  for (const instrument of [...instruments, ...guests]) {
    recordInstrument(instrument);
    runStep(instrument, 'install');
  }
  for (const instrument of [seenBlock, waiting]) recordInstrument(instrument);
  for (const library of unitLibraries) runStep(library, 'install');
  const libraries = [...instruments, ...frameworks, ...callSiteLibraries, ...unitLibraries, ...guests];
  for (const library of libraries as PatchedLibrary[]) {
    const { channels, files, esm, esmMajor, role, replaced } = library;
    if (esmMajor !== undefined) majors.set(library.library ?? '', esmMajor);
    const isMapper = role === 'orm' || role === 'builder';
    const facts = isMapper ? { ...library, mapper: true } : library;
    for (const [name, onMessage] of Object.entries(channels ?? {}))
      subscribeSafely(name, library.library ?? '', onMessage);
    for (const [file, bindings] of Object.entries(esm ?? {}))
      modules.set(file, [...new Set([...(modules.get(file) ?? []), ...bindings])]);
    for (const file of library.namespaces ?? []) namespaces.add(file);
    for (const [file, patch] of Object.entries(files ?? {})) {
      const patchFile: Patch = (exports, filename) => {
        if (isMapper) captureDeeperStacks();
        let replacement: object | void | undefined;
        let trouble: unknown;
        try {
          replacement = isMapper ? patchMapper(library.library ?? '', () => patch(exports)) : patch(exports);
        } catch (error) {
          trouble = error;
        }
        reportLibrary(filename, trouble, facts);
        return replacement;
      };
      if (replaced?.includes(file)) patchFile.replacesExports = true;
      patches.set(file, bothPatches(patches.get(file), patchFile));
    }
  }
  return { patches, modules, majors, namespaces };
}

/** A file that two libraries patch, one of them a guest's: what the first makes of it goes to the second. */
function bothPatches(first: Patch | undefined, second: Patch): Patch {
  if (first === undefined) return second;
  const both: Patch = (exports, file) => {
    const replacement = first(exports, file);
    return second((replacement ?? exports) as never, file) ?? replacement;
  };
  if (first.replacesExports || second.replacesExports) both.replacesExports = true;
  return both;
}

/**
 * Connects to the launcher when the first server listens, or with the first call of a worker or
 * script without one.
 */
function announceServers(run: RunConfig): void {
  const connect = () =>
    connectToLauncher(run, helloLine(run), runOrder, () => {
      state.recording = 'off';
    });
  onConnectionWanted(connect);
  watchListen(
    run.takePort,
    (address, signs) => {
      connect();
      sendAtOnce(encodeLine({ t: 'listen', ...address, signs }));
      watchPrintedPorts((printed) => sendAtOnce(encodeLine({ t: 'printed', ...printed })));
      installServing();
      wakeLauncher();
    },
    (address) => {
      sendAtOnce(encodeLine({ t: 'unlisten', ...endpointOf(address) }));
    },
  );
}

const preparations: ModulePreparation[] = [
  keepMapOfModule,
  ...callSiteLibraries.flatMap(({ prepareModule }) => prepareModule ?? []),
];
const prepareModule: ModulePreparation = (module, file) => {
  for (const prepare of preparations) if (prepare.appliesTo(file)) prepare(module, file);
};
prepareModule.appliesTo = (file) => preparations.some((prepare) => prepare.appliesTo(file));

let servingInstalled = false;

/** Runs the instruments' `serving` steps, once in a process. */
function installServing(): void {
  if (servingInstalled) return;
  servingInstalled = true;
  prepareWatch();
  reportBundled();
  for (const instrument of instruments) runStep(instrument, 'onListening');
  // Named imports of builtins in ESM files are copies, which only this call updates.
  syncBuiltinESMExports();
}

/** Runs a step of one instrument; an error is reported and does not affect other instruments. */
function runStep(
  instrument: Pick<Instrument, 'library' | 'install' | 'onListening'>,
  step: 'install' | 'onListening',
): void {
  try {
    instrument[step]?.();
  } catch (error) {
    const trouble = error instanceof Error ? error.message : String(error);
    reportTrouble(instrument.library, process.version, trouble);
  }
}

/** Subscribes to a diagnostics channel, where an error of a subscriber would end the process. */
function subscribeSafely(channel: string, library: string, onMessage: (message: never) => void): void {
  // In an unknown version of the library a message may be another: the call is not recorded.
  const onMessageSafely = guardHook(library, `reading its channel ${channel}`, onMessage);
  subscribe(channel, (message) => onMessageSafely(message as never));
}

function helloLine(run: RunConfig): string {
  return encodeLine({
    t: 'hello',
    token: run.token,
    pid: process.pid,
    ppid: process.ppid,
    thread: threads.threadId,
    command: redactArguments([basename(process.argv0), ...process.argv.slice(1).map(relativeArgument)]).join(
      ' ',
    ),
    cwd: workingFolder(),
    node: process.version,
    origin: performance.timeOrigin,
  });
}

/** Argument as the user typed it: Node makes the script's path absolute. */
function relativeArgument(argument: string): string {
  const folder = `${workingFolder()}/`;
  return argument.startsWith(folder) ? argument.slice(folder.length) : argument;
}

function runOrder(order: LinkOrder): void {
  if (order.t === 'record') state.recording = order.record;
  if (order.t === 'certificate')
    sendAtOnce(encodeLine({ t: 'certificate', at: order.at, ...certificateAt(order.at) }));
  if (order.t === 'peers') setPeers(order);
  if (order.t === 'ask') runExplainOrder(order);
  if (order.t === 'profile') orderProfile(order);
  if (order.t === 'locals') orderLocals(order);
  if (order.t === 'profiled') {
    profileEnded(order.id);
    localsEnded(order.id);
  }
}

function endpointOf({ port, path }: ServerAddress): { port?: number; path?: string } {
  return { ...(port !== undefined && { port }), ...(path !== undefined && { path }) };
}

/** Reports libraries that a bundler has put into the app's file, where they cannot be patched. */
function reportBundled(): void {
  const main = process.argv[1] ?? '';
  for (const name of bundledLibraries(main, instruments))
    reportTrouble(name, '', bundledMessage(name, relativeArgument(main)));
}

attempt(start);
