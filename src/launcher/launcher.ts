/**
 * Launcher: connects link, collector, proxies and app for one run, and takes them apart when the app
 * has exited.
 */

import { dirname } from 'node:path';
import { AppConnections } from '../collector/app-connections.js';
import type { RecordedRun } from '../collector/collector-messages.js';
import { type AppIdentity, serveLink } from '../collector/link-server.js';
import { openControl } from '../control/open.js';
import { parentKey } from '../control/sibling-runs.js';
import type { RunConfig } from '../domain/link.js';
import { escapeToOneLine } from '../domain/text.js';
import { appEnvironment } from './app-environment.js';
import { AppProxies } from './app-proxies.js';
import { AppChild } from './child.js';
import { guardFolder } from './folder-guard.js';
import type { LaunchListener, LaunchOptions } from './launch-options.js';
import { LostAgentWatch } from './lost-agent.js';
import { endOrphans, signalOrphans } from './orphans.js';
import type { ChildExit } from './output-sink.js';
import { makeRunFolder, runFolderBases } from './run-folder.js';
import { removeStaleFolders } from './stale-folders.js';

// Lines sent before the exit are read within ms; a process that outlives the command is not
// awaited.
const FINAL_LINES_MS = 1000;

/**
 * Runs the app until it exits; resolves with its exit. Throws a UserError when the proxy cannot
 * listen.
 */
export async function launch(options: LaunchOptions, listener: LaunchListener): Promise<ChildExit> {
  const { collector, record, takePort, agent, project, packages = [], redact } = options;
  const folder = makeRunFolder(record, takePort, packages, redact, settingsOf(options));
  const connections = new AppConnections(project, record, options.rules);
  collector.follow(connections, folder.path);
  const link = await serveLink(folder.run.socket, folder.run.token, connections);
  const proxies = new AppProxies({ options, folder, connections, collector, listener });
  const { agentBy: by = 'require' } = options;
  const env = appEnvironment(options.env, { agent, folder: folder.path, by });
  const app = new AppChild(options.command, env, options.sink);
  const restartable = {
    get isRestarting() {
      return app.isRestarting;
    },
    restart: () => app.restart(() => endOrphans(connections)),
  };
  const parts = { launch: options, folder, connections, collector, proxies, listener };
  const control = await openControl({ ...parts, app: restartable });
  const stopGuard = guardFolder({
    folder,
    listenAgain: async () => {
      collector.folderRestored();
      await Promise.all([link.listenAgain(), control.listenAgain()]);
    },
    full: (isFull) => collector.folderFull(isFull),
    warn: (message) => listener.warn(message),
  });
  const lostAgent = new LostAgentWatch({
    connected: () => connections.all.map(({ pid }) => pid),
    problems: () => options.startProblems?.() ?? [],
    forward: (port, server) => proxies.addUnseen(port, server),
    exited: (server) => proxies.removeProcess(server),
    warn: (message) => listener.warn(message),
  });
  connections.on('muted', (process) => {
    const problems = options.startProblems?.() ?? [];
    listener.warn(muteMessage(process, folder.path, problems.length === 0));
    for (const problem of problems) listener.warn(problem);
  });
  connections.on('listen', () => lostAgent.agentListens());
  try {
    await proxies.start((url) => control.setUrl(url));
    collector.on('library', (library) => listener.libraryDetected(library));
    collector.on('lost', (process) => listener.warn(lossMessage(process)));
    collector.on('warning', (message) => listener.warn(message));
    const recover = (left: string, facts: RecordedRun) => collector.recover(left, facts);
    for (const base of runFolderBases())
      void removeStaleFolders(base, { database: options.database, recover });
    collector.on('requests', (requests) => {
      for (const request of requests) listener.requestFinished(request);
    });
    collector.once('leftOut', () => listener.requestsLeftOut?.(connections.recordingSwitch.leftOut, false));
    const exit = await app.run();
    proxies.end();
    lostAgent.end(app.forwardedEndSignal);
    if (app.forwardedEndSignal !== undefined) await signalOrphans(connections, app.forwardedEndSignal);
    await collector.waitUntilQuiet(FINAL_LINES_MS);
    return exit;
  } finally {
    listener.runEnded();
    stopGuard();
    control.close();
    await proxies.close();
    link.close();
    await collector.finish();
    listener.requestsLeftOut?.(connections.recordingSwitch.leftOut, true);
    folder.remove();
  }
}

/** Settings of the agents beside the mode. */
function settingsOf({
  database,
  rules,
  serverTiming = true,
  tracesServices,
  delay,
  guests,
}: LaunchOptions): Pick<
  RunConfig,
  'parentKey' | 'rules' | 'serverTiming' | 'tracesServices' | 'delay' | 'guests'
> {
  return {
    parentKey: parentKey(database),
    ...(guests && { guests }),
    ...(rules && { rules }),
    ...(!serverTiming && { serverTiming: false }),
    ...(tracesServices && { tracesServices }),
    ...(delay && { delay }),
  };
}

function lossMessage({ pid, command }: AppIdentity): string {
  return `process ${pid} (${escapeToOneLine(command)}): a record of it could not be read; calls may be missing`;
}

function muteMessage(
  { pid, command }: Pick<AppIdentity, 'pid' | 'command'>,
  folder: string,
  isUnexplained: boolean,
): string {
  const message = `process ${pid} (${escapeToOneLine(command)}) cannot write to ${folder}: it is served, but its calls are not recorded`;
  if (!isUnexplained) return message;
  return `${message}; where Node's permission model is on, add --allow-fs-write=${dirname(folder)}/scooby-*`;
}
