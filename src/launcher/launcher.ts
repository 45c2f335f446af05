/**
 * Launcher: connects store, link, collector, proxies and app for one run, and takes them apart when
 * the app has exited.
 */

import { Collector } from '../collector/collector.js';
import { serveLink } from '../collector/link-server.js';
import { TraceWriter } from '../collector/trace-writer.js';
import { openControl } from '../control/open.js';
import { escapeToOneLine } from '../domain/text.js';
import type { AppInfo } from '../domain/trace.js';
import { finishTrace } from '../insight/judge.js';
import { AppProxies } from './app-proxies.js';
import { AppChild } from './child.js';
import { guardFolder } from './folder-guard.js';
import type { LaunchListener, LaunchOptions } from './launch-options.js';
import { endOrphans, signalOrphans } from './orphans.js';
import type { ChildExit } from './output-sink.js';
import { appEnvironment, makeRunFolder, runFolderBases } from './run-folder.js';
import { removeStaleFolders } from './stale-folders.js';

// Lines sent before the exit are read within ms; a process that outlives the command is not
// awaited.
const FINAL_LINES_MS = 1000;

/**
 * Runs the app until it exits; resolves with its exit. Throws a UserError when the proxy cannot
 * listen.
 */
export async function launch(options: LaunchOptions, listener: LaunchListener): Promise<ChildExit> {
  const { store, record, takePort, agent, project } = options;
  const traceWriter = new TraceWriter(store, (message) => listener.warn(message));
  const folder = makeRunFolder(record, takePort);
  for (const base of runFolderBases()) void removeStaleFolders(base);
  const collector = new Collector({
    project,
    agent,
    record,
    saveSource: (source) => traceWriter.writeSource(source),
    finish: (trace, readLine) => finishTrace(trace, readLine, options.judgeOptions),
  });
  const link = await serveLink(folder.run.socket, folder.run.token, collector);
  collector.on('linesExpected', () => link.readSoon());
  const proxies = new AppProxies({ options, folder, collector, traceWriter, listener });
  const env = appEnvironment(options.env, agent, folder.path);
  const app = new AppChild(options.command, env, options.sink);
  const restartable = {
    get isRestarting() {
      return app.isRestarting;
    },
    restart: () => app.restart(() => endOrphans(collector)),
  };
  const parts = { launch: options, folder, collector, proxies, traceWriter, listener };
  const control = await openControl({ ...parts, app: restartable });
  const stopGuard = guardFolder({
    folder,
    listenAgain: async () => void (await Promise.all([link.listenAgain(), control.listenAgain()])),
    warn: (message) => listener.warn(message),
  });
  try {
    await proxies.start((url) => control.setUrl(url));
    collector.on('library', (library) => listener.libraryDetected(library));
    collector.on('lost', (app) => listener.warn(lossMessage(app)));
    collector.on('trace', (trace, late) => {
      // Printed once it is saved: `scooby list` has each request that was printed.
      traceWriter.write(trace, late ? undefined : () => listener.requestFinished(trace));
    });
    const exit = await app.run();
    proxies.end();
    if (app.forwardedEndSignal !== undefined) await signalOrphans(collector, app.forwardedEndSignal);
    await collector.waitUntilQuiet(FINAL_LINES_MS);
    return exit;
  } finally {
    listener.runEnded();
    stopGuard();
    control.close();
    await proxies.close();
    link.close();
    collector.finishAll();
    traceWriter.close();
    folder.remove();
  }
}

function lossMessage({ pid, command }: AppInfo): string {
  return `process ${pid} (${escapeToOneLine(command)}): a record of it could not be read; calls may be missing`;
}
