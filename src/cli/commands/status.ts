/** `scooby status`: the runs that go on, and the stores of this folder and of those nearby. */

import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { connectToRun, type RunStatus } from '../../control/client.js';
import { RunStore } from '../../control/run-store.js';
import { formatCount, terminalSafeJson } from '../../domain/text.js';
import { databasePath, projectFolder } from '../../store/location.js';
import { openStore } from '../../store/open.js';
import { type RunSummary, StoreError } from '../../store/store.js';
import { formatAge } from '../../terminal/age.js';
import { cleanText } from '../../terminal/cells.js';
import type { OutputFormat } from '../../terminal/output-format.js';
import { type Cell, type Column, tableLines } from '../../terminal/table.js';
import { wrapText } from '../../terminal/wrap.js';
import { allLivingRuns, folderFrom, isNearby, type NearbyRun, nearbyStores } from '../nearby.js';
import { outputFormat, printDocument, printLines } from '../output.js';
import { unrecordedCount, unrecordedText } from '../print/recording.js';
import { addStoreOptions, type StoreFlags } from '../select/store-options.js';

/** A run with what it answers; `status` is missing where it does not answer. */
export interface RunReport {
  run: NearbyRun;
  status?: RunStatus;
  /** Stored requests of the run; missing where its store cannot be read. */
  requests?: number;
}

/** A store with its number of requests of all runs, and the start of the newest run (epoch ms). */
export interface StoreReport {
  project: string;
  database: string;
  requests: number;
  newest?: number;
}

/** Adds the command to the program. */
export function registerStatus(program: Command): void {
  const command = program
    .command('status')
    .description('show what runs under scooby now, and what is stored here and nearby')
    .option('--json', 'one JSON object')
    .addHelpText(
      'after',
      `
RUNS are all of yours, those of this repository first. LEFT OUT are requests that were not recorded, by the mode, by
--sample and --exclude, or as files and health checks without calls. BEHIND are those that wait to be recorded.
scooby on, scooby off and scooby mark switch the recording.

Examples:
  scooby status
  scooby status --json | jq '.runs[].url'`,
    )
    .action(status);
  addStoreOptions(command);
}

async function status(flags: StoreFlags): Promise<void> {
  const cwd = process.cwd();
  const database = databasePath(flags.db, cwd);
  const own = { project: projectFolder(cwd), database };
  const runs = await Promise.all(allLivingRuns(database).map(runReport));
  const isHere = ({ run }: RunReport) => run.database === database || isNearby(run, cwd);
  runs.sort((a, b) => Number(isHere(b)) - Number(isHere(a)));
  const stores = await Promise.all(
    [own, ...nearbyStores(cwd)].filter((store) => existsSync(store.database)).map(storeReport),
  );
  if (flags.json) return printDocument([terminalSafeJson(statusJson(runs, stores), 2)]);
  const format = outputFormat(flags);
  printLines(statusLines(runs, stores, cwd, format), format);
}

async function runReport(run: NearbyRun): Promise<RunReport> {
  const control = await connectToRun(run.database, run.id);
  const status = await control?.status().catch(() => undefined);
  const elsewhere = run.keptIn && control && new RunStore(control).runs(1).catch(() => []);
  const runs = (await elsewhere) || (await storedRuns(run.database));
  control?.close();
  const requests = closestRun(runs, run.started)?.requests ?? 0;
  return { run, ...(status && { status }), requests };
}

/** The run of the store is begun by the launcher moments before it registers. */
function closestRun(runs: RunSummary[], started: number): RunSummary | undefined {
  const distance = ({ start }: RunSummary) => Math.abs(start - started);
  return runs.filter((run) => distance(run) < MAX_START_MS).sort((a, b) => distance(a) - distance(b))[0];
}

const MAX_START_MS = 60_000;
const MAX_RUNS = 10_000;

async function storedRuns(database: string): Promise<RunSummary[]> {
  try {
    const store = await openStore({ db: database, cwd: '/', readonly: true }, () => {});
    try {
      return await store.runs(MAX_RUNS);
    } finally {
      store.close();
    }
  } catch (error) {
    // Damaged, or of another version: what runs is known all the same.
    if (!(error instanceof StoreError)) throw error;
    return [];
  }
}

async function storeReport({ project, database }: Pick<StoreReport, 'project' | 'database'>) {
  const runs = await storedRuns(database);
  const newest = runs[0]?.start;
  const requests = runs.reduce((sum, run) => sum + run.requests, 0);
  return { project, database, requests, ...(newest !== undefined && { newest }) };
}

function statusJson(runs: RunReport[], stores: StoreReport[]): object {
  return {
    runs: runs.map(({ run, status, requests }) => ({
      ...run,
      ...(status && {
        app: status.app,
        record: status.record,
        behind: status.behind ?? 0,
        ...(status.leftOut && { leftOut: status.leftOut }),
      }),
      requests,
    })),
    stores,
  };
}

const RUN_COLUMNS: Column[] = [
  { head: 'PROJECT' },
  { head: 'PID', align: 'right' },
  { head: 'URL' },
  { head: 'SINCE', align: 'right', dropOrder: 2 },
  { head: 'APP', dropOrder: 1 },
  { head: 'RECORDING' },
  { head: 'REQUESTS', align: 'right' },
  { head: 'LEFT OUT', align: 'right', dropOrder: 3 },
  { head: 'BEHIND', align: 'right' },
  { head: 'COMMAND', minWidth: 12, dropOrder: 0 },
];

const STORE_COLUMNS: Column[] = [
  { head: 'STORE OF', minWidth: 16 },
  { head: 'REQUESTS', align: 'right' },
  { head: 'LAST RUN', align: 'right' },
];

/** Report as text. */
export function statusLines(
  runs: RunReport[],
  stores: StoreReport[],
  cwd: string,
  format: OutputFormat,
): string[] {
  const runRows = runs.map(({ run, status, requests }): Cell[] => [
    [cleanText(folderFrom(cwd, run.project)), 'bold'],
    [`${run.pid}`],
    [run.url ?? '', 'accent'],
    [formatAge(run.started, format.now), 'dim'],
    status ? [status.app] : ['does not answer', 'error'],
    [status?.record ?? '', status?.record === 'all' ? undefined : 'warn'],
    [(requests ?? 0).toLocaleString('en-US')],
    [leftOutCell(status)],
    status?.behind ? [status.behind.toLocaleString('en-US'), 'warn'] : [''],
    [cleanText(run.command.join(' ')), 'dim'],
  ]);
  const storeRows = stores.map(({ project, requests, newest }): Cell[] => [
    [cleanText(folderFrom(cwd, project))],
    [requests.toLocaleString('en-US')],
    [newest === undefined ? '' : formatAge(newest, format.now)],
  ]);
  return [
    ...(runs.length > 0
      ? tableLines(RUN_COLUMNS, runRows, format)
      : ['Nothing runs under scooby. Start an app:  scooby run -- node app.js']),
    ...unlistedLines(runs, format),
    '',
    ...(stores.length > 0
      ? tableLines(STORE_COLUMNS, storeRows, format)
      : [`${formatCount(0, 'request')} stored for this folder.`]),
  ];
}

function leftOutCell(status: RunStatus | undefined): string {
  const count = status?.leftOut === undefined ? 0 : unrecordedCount(status.leftOut);
  return count === 0 ? '' : count.toLocaleString('en-US');
}

/** What was left out of each run, and how to have it. */
function unlistedLines(runs: RunReport[], { width, style }: OutputFormat): string[] {
  return runs.flatMap(({ run, status }) => {
    const text = status?.leftOut && unrecordedText(status.leftOut);
    if (text === undefined) return [];
    const whose = runs.length > 1 ? `pid ${run.pid}: ` : '';
    return wrapText(`${whose}${text}`, width).map((line) => style('dim', line));
  });
}
