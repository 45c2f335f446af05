/** Recovery of the requests that a killed launcher had not saved, from what is left in its run folder. */

import { rmSync } from 'node:fs';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import type { LinkLine } from '../domain/link.js';
import { formatCount } from '../domain/text.js';
import type { Trace } from '../domain/trace.js';
import { describeStored } from '../insight/calls/describe.js';
import { finishTrace } from '../insight/judge.js';
import { samplesOf } from '../insight/metrics/samples.js';
import { MemoryStore } from '../store/memory.js';
import { openStore } from '../store/open.js';
import { type Store, StoreBusyError, StoreError } from '../store/store.js';
import { Collector } from './collector.js';
import type { RecordedRun } from './collector-messages.js';
import { type JournalledExchange, readJournal } from './exchange-journal.js';
import { LearnedLines } from './learned-lines.js';
import { leftProcesses, removeUnreadable } from './left-files.js';
import type { AppIdentity } from './link-server.js';
import { Spool } from './spool.js';

const NOTE = 'scooby run was killed during this request; calls may be missing';
/** Requests that are saved together. */
const BATCH = 200;
const BUSY_RETRY_MS = 250;
/** Attempts while another process holds the store's lock. */
const MAX_ATTEMPTS = 20;

/** The recovery of one run. */
export interface Recovery {
  /** The run's folder, which no other process reads. */
  folder: string;
  facts: RecordedRun;
  /** Path of the agent's own file. */
  agent: string;
  ttl?: number | undefined;
  maxSize?: number | undefined;
}

/**
 * Recovers a run and removes its folder, or leaves it to a later start where the store cannot be
 * written; resolves with a sentence for the user, never rejects.
 */
export async function recoverAndRemove(recovery: Recovery): Promise<string> {
  let message: string;
  try {
    message = await recoverRun(recovery);
  } catch (error) {
    const reason = (error as Error).message;
    if (error instanceof StoreError) return `requests of a run that was killed are not stored yet: ${reason}`;
    message = `requests of a run that was killed could not be stored: ${reason}`;
  }
  attempt(() => rmSync(recovery.folder, { recursive: true, force: true }));
  return message;
}

/**
 * Saves the requests of a run that are not in its store; resolves with a sentence about them, empty
 * where there were none. Rejects with a StoreError while they cannot be saved.
 */
export async function recoverRun({ folder, facts, agent, ttl, maxSize }: Recovery): Promise<string> {
  const unread = removeUnreadable(folder);
  const { database, run, project, packages, judgeOptions } = facts;
  const sampling = { samplesOf, run, describe: describeStored };
  let reason = '';
  const place = { db: database, cwd: project, ttl, maxSize, lockTimeout: 25 };
  const store = await openStore({ ...place, ...sampling }, (message) => (reason = message));
  try {
    if (store instanceof MemoryStore) throw new StoreError(reason);
    const collector = new Collector({
      project,
      ...(packages && { packages }),
      agent,
      saveSource: (source) => attempt(() => store.saveSource(source)),
      finish: (trace, readLine) => finishTrace(trace, readLine, judgeOptions),
    });
    const { traces, lost } = await readRun(folder, collector, store);
    await save(store, traces);
    return sentence(traces.length, lost + unread);
  } finally {
    store.close();
  }
}

function sentence(requests: number, lost: number): string {
  const missing = lost > 0 ? `; ${formatCount(lost, 'record')} of it could not be read` : '';
  if (requests === 0 && lost === 0) return '';
  return `${formatCount(requests, 'request')} of a run that was killed ${requests === 1 ? 'is' : 'are'} now stored${missing}`;
}

/** Traces of a run that its store does not have, and the number of lines that were no lines. */
async function readRun(
  folder: string,
  collector: Collector,
  store: Store,
): Promise<{ traces: Trace[]; lost: number }> {
  const traces = new Map<string, Trace>();
  let lost = 0;
  collector.on('trace', (trace) => {
    if (!trace.outside) traces.set(trace.id, trace);
  });
  const exchanges = readJournal(folder);
  for (const { start } of exchanges.values()) collector.requestStarted(start);
  for (const [name, identity] of leftProcesses(folder)) {
    collector.connected(identity);
    const receive = (line: LinkLine) => {
      if (line.t === 'close') endByApp(exchanges.get(line.id), line, identity);
      collector.lineReceived(identity, line);
    };
    lost += await readProcess(folder, name, receive);
  }
  for (const { end } of exchanges.values()) if (end !== undefined) collector.requestEnded(end);
  collector.abandonAll(NOTE);
  // What is left of a stored request would replace the whole of it.
  for (const id of traces.keys()) if ((await store.idsWith(id, 1)).includes(id)) traces.delete(id);
  return { traces: [...traces.values()], lost };
}

async function readProcess(folder: string, name: string, receive: (line: LinkLine) => void): Promise<number> {
  let lost = 0;
  for (const line of new LearnedLines(folder, name).read()) attempt(() => receive(line));
  const spool = new Spool(folder, name, { line: receive, lost: () => lost++ }, { part: 1, offset: 0 });
  while (spool.read()) await setImmediate();
  spool.finish();
  return lost;
}

/** The end of an exchange as the app tells it, where the launcher was killed before it could note it. */
function endByApp(
  exchange: JournalledExchange | undefined,
  { id, at, status, aborted }: Extract<LinkLine, { t: 'close' }>,
  { origin }: AppIdentity,
): void {
  // The launcher's end has cut it off.
  if (exchange === undefined || aborted) return;
  const duration = Math.max(0, origin + at / 1000 - exchange.start.start);
  exchange.end ??= { id, duration, reached: true, ...(status !== undefined && { status }) };
}

async function save(store: Store, traces: Trace[]): Promise<void> {
  for (let at = 0, attempts = 0; at < traces.length; ) {
    try {
      store.saveAll(traces.slice(at, at + BATCH));
      await store.flushed();
      at += BATCH;
    } catch (error) {
      if (!(error instanceof StoreBusyError) || ++attempts > MAX_ATTEMPTS) throw error;
      await sleep(BUSY_RETRY_MS);
    }
  }
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
