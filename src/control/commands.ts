/** What a run can be asked from another terminal. */

import type { Collector } from '../collector/collector.js';
import type { Recording, Trace } from '../domain/trace.js';
import { explain } from '../explain/explain.js';
import { QueryChannel } from '../explain/query-channel.js';
import type { RunStatus } from './client.js';
import type { ControlCommand } from './server.js';

/** The app's command, as far as it can be restarted. */
export interface Restartable {
  readonly restarting: boolean;
  /** Resolves with false where the app has ended, or is about to. */
  restart(): Promise<boolean>;
}

/** What the verbs act on. */
export interface RunHandles {
  app: Restartable;
  collector: Collector;
  /** Has processes that start from now on, and those that run, record other requests. */
  setRecord(record: Recording): void;
  find(id: string): Trace | undefined;
  /** Answers what the launcher alone knows. */
  about(): Pick<RunStatus, 'run' | 'url' | 'upstream' | 'libraries'>;
  /** Says it in the terminal of the run. */
  tell(message: string): void;
}

const RECORDINGS: Recording[] = ['all', 'marked', 'off'];

/** Answers the table of what can be asked. */
export function controlCommands(subject: RunHandles): Record<string, ControlCommand> {
  const status = () => statusOf(subject);
  const questions = new QueryChannel(subject.collector);
  return {
    status,
    record({ record }) {
      const wanted = RECORDINGS.find((one) => one === record);
      if (wanted === undefined) throw new Error(`Requests to record are ${RECORDINGS.join(', ')}.`);
      if (wanted !== subject.collector.recording) {
        subject.setRecord(wanted);
        subject.tell(WORDS[wanted]);
      }
      return status();
    },
    async restart() {
      if (!subject.app.restarting) subject.tell('starting the app again');
      if (!(await subject.app.restart()))
        throw new Error('The app was not started again: it has ended, or was about to.');
      return status();
    },
    explain({ trace: id, span: index, analyze, nulls }) {
      const trace = subject.find(String(id));
      const span = trace?.spans[Number(index)];
      if (trace === undefined || span === undefined) throw new Error('There is no such call any more.');
      const wish = { analyze: analyze === true, nulls: nulls === true };
      return explain({ trace, span, wish }, questions, subject.collector.connections);
    },
  };
}

const WORDS: Record<Recording, string> = {
  all: 'every request is recorded from now on',
  marked: 'only requests with X-Scooby-Record: 1 are recorded from now on',
  off: 'no request is recorded from now on',
};

function statusOf({ app, collector, about }: RunHandles): RunStatus {
  const known = about();
  return {
    ...known,
    record: collector.recording,
    app: app.restarting ? 'restarting' : known.upstream === undefined ? 'starting' : 'listening',
    processes: collector.connections
      .filter(({ thread }) => thread === 0)
      .map(({ pid, command, cwd, node }) => ({ pid, command, cwd, node })),
  };
}
