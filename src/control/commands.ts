/** Commands of the control socket: status, record, restart, explain, try, page, read. */

import type { AppConnections } from '../collector/app-connections.js';
import type { CollectorClient } from '../collector/collector-client.js';
import type { FoundCalls } from '../collector/collector-messages.js';
import type { Recording } from '../domain/link.js';
import { PROFILE_WISHES } from '../domain/profile-wish.js';
import { explain } from '../explain/explain.js';
import { QueryChannel } from '../explain/query-channel.js';
import { tryLoop } from '../explain/try-loop.js';
import type { RunStatus } from './client.js';
import type { ControlCommand } from './server.js';

/** The app's command, which can be restarted. */
export interface Restartable {
  readonly isRestarting: boolean;
  /** Resolves with false when the app has exited or is ending. */
  restart(): Promise<boolean>;
}

/** Parts of the run that the commands use. */
export interface RunHandles {
  app: Restartable;
  connections: AppConnections;
  collector: CollectorClient;
  /** Changes which requests are recorded, in running processes and in those to come. */
  setRecording(record: Recording): void;
  /** The part of the status that only the launcher knows. */
  launcherStatus(): Pick<RunStatus, 'run' | 'url' | 'upstream' | 'libraries' | 'page'>;
  /** URL that opens the run's page in a browser; undefined where it has none. */
  pageLink(place?: string): string | undefined;
  /** Prints a message in the terminal of the run. */
  announce(message: string): void;
}

/** ms that a request of a route is waited for. */
const MAX_WAIT_MS = 3_600_000;
const MAX_RUNS = 500;
const RECORDINGS: Recording[] = ['all', 'marked', 'off'];

/** Commands by name; each returns or resolves with the response. */
export function controlCommands(run: RunHandles): Record<string, ControlCommand> {
  const status = () => statusOf(run);
  const queryChannel = new QueryChannel(run.connections, run.collector);
  return {
    status,
    record({ record }) {
      const recording = RECORDINGS.find((value) => value === record);
      if (recording === undefined) throw new Error(`Requests to record are ${RECORDINGS.join(', ')}.`);
      if (recording !== run.connections.recording) {
        run.setRecording(recording);
        run.announce(RECORDING_MESSAGES[recording]);
      }
      return status();
    },
    async restart() {
      if (!run.app.isRestarting) run.announce('starting the app again');
      if (!(await run.app.restart()))
        throw new Error('The app was not started again: it has ended, or was about to.');
      return status();
    },
    page({ place }) {
      const link = run.pageLink(typeof place === 'string' ? place : undefined);
      if (link === undefined) throw new Error('This run has no page: it was started with --no-page.');
      return link;
    },
    read: ({ name, args }) => run.collector.read(String(name), Array.isArray(args) ? args : []),
    /** Resolves with the id of the next request of a route, which is profiled; null without one. */
    async profileNext({ method, pattern, wish, ms }) {
      const known = PROFILE_WISHES.find((each) => each === wish);
      if (known === undefined) throw new Error(`Kinds of profiles are ${PROFILE_WISHES.join(', ')}.`);
      const wanted = {
        pattern: String(pattern),
        wish: known,
        ...(method !== undefined && { method: String(method) }),
      };
      const maxMs = Math.min(MAX_WAIT_MS, Number(ms) || 0);
      return (await run.connections.profiles.next(wanted, maxMs)) ?? null;
    },
    addUpProfiles({ ids, kind }) {
      if (!Array.isArray(ids) || ids.length > MAX_RUNS)
        throw new Error(`At most ${MAX_RUNS} profiles add up.`);
      return run.collector.addUpProfiles(ids.map(String), kind === 'heap' ? 'heap' : 'cpu');
    },
    async explain({ trace: id, calls, analyze, nulls }) {
      const { trace, spans } = await foundCalls(run, id, calls);
      const options = { analyze: analyze === true, nulls: nulls === true };
      return explain({ trace, span: spans[0]!, options }, queryChannel, run.connections.all);
    },
    /** Runs the one statement that would replace calls, and compares the rows. */
    async tryLoop({ trace: id, calls, given }) {
      const found = await foundCalls(run, id, calls);
      return tryLoop({ ...found, given: isRecord(given) ? given : {} }, queryChannel, run.connections.all);
    },
  };
}

async function foundCalls({ collector }: RunHandles, id: unknown, calls: unknown): Promise<FoundCalls> {
  const references = (Array.isArray(calls) ? calls : [])
    .filter(isRecord)
    .map(({ span, start }) => ({ span: Number(span), start: Number(start) }));
  const found = await collector.findCalls(String(id), references);
  if (found === undefined) throw new Error('There is no such call any more.');
  return found;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const RECORDING_MESSAGES: Record<Recording, string> = {
  all: 'every request is recorded from now on',
  marked: 'only requests with X-Scooby-Record: 1 are recorded from now on',
  off: 'no request is recorded from now on',
};

function statusOf({ app, collector, connections, launcherStatus }: RunHandles): RunStatus {
  const launcher = launcherStatus();
  return {
    ...launcher,
    record: connections.recording,
    leftOut: connections.recordingSwitch.leftOut,
    behind: collector.behind,
    app: app.isRestarting ? 'restarting' : launcher.upstream === undefined ? 'starting' : 'listening',
    processes: connections.all
      .filter(({ thread }) => thread === 0)
      .map(({ pid, command, cwd, node }) => ({ pid, command, cwd, node })),
  };
}
