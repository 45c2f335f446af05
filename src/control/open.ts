/**
 * Opens a run's control socket and registers the run, so that other terminals find and control it.
 */

import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { AppConnections } from '../collector/app-connections.js';
import type { CollectorClient } from '../collector/collector-client.js';
import type { Recording, ServerAddress } from '../domain/link.js';
import { redactArguments } from '../domain/redact-command.cjs';
import { controlCommands, type Restartable } from './commands.js';
import { type RunRecord, registerRunRecord } from './registry.js';
import { type ControlServer, serveControl } from './server.js';
import { watchSiblings } from './sibling-runs.js';

/** Parts of a run that the control commands use. */
export interface RunParts {
  launch: {
    command: string[];
    project: string;
    database: string;
    page?: { url: string; link(place?: string): string };
  };
  folder: { readonly path: string; update(change: { record: Recording }): void };
  connections: AppConnections;
  collector: CollectorClient;
  proxies: { readonly url: string | undefined; readonly upstream: ServerAddress | undefined };
  app: Restartable;
  listener: { warn(message: string): void; notify(message: string): void };
}

/** The open control socket of a run. */
export interface OpenControl {
  /** Publishes the proxy's URL in the run's record. */
  setUrl(url: string): void;
  /** Opens the socket again after its file was deleted. */
  listenAgain(): Promise<void>;
  close(): void;
}

/**
 * Opens the control socket and registers the run. Where registering fails, the user is warned and
 * the run goes on.
 */
export async function openControl(parts: RunParts): Promise<OpenControl> {
  const { launch, folder, connections, collector, listener } = parts;
  const token = randomBytes(24).toString('base64url');
  const socket = join(folder.path, 'ctrl');
  const { command, project, database } = launch;
  const runRecord: RunRecord = {
    id: randomUUID(),
    pid: process.pid,
    socket,
    token,
    command: redactArguments(command),
    project,
    started: Date.now(),
    ...(collector.kept !== 'file' && { keptIn: collector.kept }),
  };
  const unreachable = (error: unknown) =>
    listener.warn(`other terminals cannot reach this run: ${(error as Error).message}`);
  let server: ControlServer;
  try {
    server = await serveControl(socket, token, commandsOf(parts, runRecord));
  } catch (error) {
    unreachable(error);
    return { setUrl: () => {}, listenAgain: async () => {}, close: () => {} };
  }
  const { listenAgain } = server;
  try {
    const registration = registerRunRecord(database, runRecord);
    connections.on('servers', (servers) => registration.update({ servers }));
    // Requests in memory are in no tree with those of other runs.
    const stopWatching =
      runRecord.keptIn === 'memory'
        ? () => {}
        : watchSiblings(database, runRecord.id, (addresses) => connections.setSiblings(addresses));
    return {
      setUrl: (url) => registration.update({ url }),
      listenAgain,
      close() {
        stopWatching();
        registration.remove();
        server.close();
      },
    };
  } catch (error) {
    unreachable(error);
    return { setUrl: () => {}, listenAgain, close: () => server.close() };
  }
}

function commandsOf(
  { launch: { page }, folder, connections, collector, proxies, app, listener }: RunParts,
  runRecord: RunRecord,
) {
  const libraries = new Map<string, { name: string; version: string; trouble?: string }>();
  collector.on('library', ({ name, version, trouble }) => {
    libraries.set(`${name} ${version}`, { name, version, ...(trouble !== undefined && { trouble }) });
  });
  const { socket: _, token: __, ...run } = runRecord;
  return controlCommands({
    app,
    connections,
    collector,
    setRecording(record) {
      folder.update({ record });
      connections.recording = record;
    },
    launcherStatus: () => ({
      run: { ...run, ...(proxies.url !== undefined && { url: proxies.url }) },
      ...(proxies.url !== undefined && { url: proxies.url }),
      ...(proxies.upstream !== undefined && { upstream: proxies.upstream }),
      libraries: [...libraries.values()],
      ...(page && { page: page.url }),
    }),
    pageLink: (place) => page?.link(place),
    announce: (message) => listener.notify(message),
  });
}
