/** Lets other terminals reach a run: its socket, what can be asked on it, and the note by which it is found. */

import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Collector } from '../collector/collector.js';
import type { TraceWriter } from '../collector/trace-writer.js';
import type { Recording, ServerAddress } from '../domain/link.js';
import type { Store } from '../store/store.js';
import { controlCommands, type Restartable } from './commands.js';
import { type RunRecord, registerRunRecord } from './registry.js';
import { serveControl } from './server.js';

/** The parts of a run. */
export interface RunParts {
  launch: { command: string[]; project: string; database: string; store: Store };
  folder: { readonly path: string; update(change: { record: Recording }): void };
  collector: Collector;
  fronts: { readonly url: string | undefined; readonly upstream: ServerAddress | undefined };
  keeper: TraceWriter;
  app: Restartable;
  audience: { warn(message: string): void; note(message: string): void };
}

/** A run that can be reached. */
export interface OpenControl {
  /** The proxy listens there. */
  located(url: string): void;
  close(): void;
}

/** From now on the run is found and can be asked; where that cannot be had the user is told, and the run goes on. */
export async function openControl(parts: RunParts): Promise<OpenControl> {
  const { launch, folder, audience } = parts;
  const token = randomBytes(24).toString('base64url');
  const socket = join(folder.path, 'ctrl');
  const { command, project, database, store } = launch;
  const note: RunRecord = {
    id: randomUUID(),
    pid: process.pid,
    socket,
    token,
    command,
    project,
    started: Date.now(),
  };
  // Requests that only this process remembers are of no use to another one.
  if (store.place !== database) return { located: () => {}, close: () => {} };
  const server = await serveControl(socket, token, verbs(parts, note));
  try {
    const posted = registerRunRecord(database, note);
    return {
      located: (url) => posted.update({ url }),
      close() {
        posted.remove();
        server.close();
      },
    };
  } catch (error) {
    audience.warn(`other terminals cannot reach this run: ${(error as Error).message}`);
    return { located: () => {}, close: () => server.close() };
  }
}

function verbs({ launch, folder, collector, fronts, keeper, app, audience }: RunParts, note: RunRecord) {
  const libraries = new Map<string, { name: string; version: string; trouble?: string }>();
  collector.on('library', ({ name, version, trouble }) => {
    libraries.set(`${name} ${version}`, { name, version, ...(trouble !== undefined && { trouble }) });
  });
  const { socket: _, token: __, ...run } = note;
  return controlCommands({
    app,
    collector,
    setRecord(record) {
      folder.update({ record });
      collector.recording = record;
    },
    find(id) {
      keeper.flush();
      return launch.store.find(id);
    },
    about: () => ({
      run: { ...run, ...(fronts.url !== undefined && { url: fronts.url }) },
      ...(fronts.url !== undefined && { url: fronts.url }),
      ...(fronts.upstream !== undefined && { upstream: fronts.upstream }),
      libraries: [...libraries.values()],
    }),
    tell: (message) => audience.note(message),
  });
}
