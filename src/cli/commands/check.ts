/**
 * `scooby check -- <command…>`: runs a command under scooby and fails when its requests break a
 * budget.
 */

import { basename } from 'node:path';
import type { Command } from 'commander';
import type { AppServers } from '../../collector/app-servers.js';
import { SilentExit, UserError } from '../../domain/errors.js';
import { formatLatencies, type Latencies } from '../../domain/latency.js';
import { setRedaction } from '../../domain/redaction.cjs';
import { escapeToOneLine, terminalSafeJson } from '../../domain/text.js';
import { applyBaseline, baselineOf } from '../../insight/metrics/baseline.js';
import { breachesOf } from '../../insight/metrics/breaches.js';
import type { RequestFacts } from '../../insight/metrics/request-facts.js';
import type { LaunchListener } from '../../launcher/launch-options.js';
import { databasePath, projectFolder } from '../../store/location.js';
import { cleanText } from '../../terminal/cells.js';
import { agentFile } from '../agent-file.js';
import { readBaseline, readBudget, writeBaseline } from '../check/files.js';
import { latenciesOption } from '../config/latencies.js';
import { readProjectConfig } from '../config/project-config.js';
import { outputFormat, printDocument, printLines, printRemark } from '../output.js';
import {
  acceptedLine,
  type CheckReport,
  type CommandTraits,
  droppedNote,
  githubAnnotations,
  isWithinBudget,
  reasonWithoutRequests,
  reportJson,
  reportLines,
} from '../print/check-report.js';
import { runReport } from '../report/run-report.js';
import { newRun } from '../run-metrics.js';
import { type StorePlace, sharedStoreOf } from '../select/shared-store.js';
import { STORE_OPTION, withStore } from '../select/store-options.js';
import { startProblems } from '../start-problems/problems.js';
import { writeReport } from './report.js';

interface CheckFlags {
  budget?: string;
  baseline?: string;
  updateBaseline?: boolean;
  json?: boolean;
  github?: boolean;
  report?: string;
  latency?: Latencies;
  db?: string;
  store?: string;
  color?: boolean;
}

const WAIT_MS = 10_000;
/** Newest runs among which that of the check is looked for. */
const MAX_RUNS = 100;

/** Adds the command to the program. */
export function registerCheck(program: Command): void {
  program
    .command('check')
    .description('run a command, such as a test suite, and fail when its requests break a budget')
    .usage('[options] -- <command…>')
    .argument(
      '<command...>',
      'command that makes the requests: a test suite, or a script that starts and calls a server',
    )
    .option('--budget <file>', 'limits for requests (default: scooby.budget.json; without it, no severe N+1)')
    .option('--baseline <file>', 'accepted known problems (default: scooby.baseline.json)')
    .option('--update-baseline', 'accept all current problems and write them to the baseline')
    .addOption(
      latenciesOption(
        'judge times and findings as if database, cache and services were that far away: 5ms, or sql=5ms',
      ),
    )
    .option('--json', "print one JSON document on stdout; the command's own output goes to stderr")
    .option('--github', 'print annotations for GitHub diffs (default when GITHUB_ACTIONS is true)')
    .option('--no-github', 'print no annotations')
    .option('--report <file>', 'also write a report of its requests: .html or .md; as scooby report')
    .option('--db <file>', 'database to record to (default: SCOOBY_DB, else one per project)')
    .option('--store <url>', STORE_OPTION)
    .option('--no-color', 'no colours (also: NO_COLOR=1)')
    .addHelpText(
      'after',
      `
Examples:
  scooby check -- npm test                                  no request of the tests may have a severe N+1
  scooby check --budget strict.json -- npx vitest run       docs/check.md describes budgets
  scooby check --update-baseline -- npm test                accept current problems; only new ones fail from now on
  scooby check --report report.html -- npm test             docs/report.md
  scooby check --latency 5ms -- npm test                    on a laptop nobody feels a loop of queries: this does
  scooby check --json -- npm test | jq '.broken[].site'

Exit codes:
  0 when all budgets hold; 1 when a budget is broken or no request was recorded; 2 when the budget or the baseline
  cannot be read; a failing command's own exit code comes first`,
    )
    .passThroughOptions()
    .action(async (command: string[], flags: CheckFlags) => {
      const code = await check(command, flags);
      if (code !== 0) throw new SilentExit(code);
    });
}

async function check(command: string[], flags: CheckFlags): Promise<number> {
  const { budget, file } = readBudget(flags.budget);
  const baseline = readBaseline(flags.baseline, flags.updateBaseline === true);
  const run = newRun(command);
  const { facts, notes, code, traits } = await recordRequests(command, run, flags);
  const breaches = breachesOf(budget, facts);
  if (flags.updateBaseline) writeBaseline(baseline.file, baselineOf(breaches));
  const dropped = facts.reduce((sum, request) => sum + request.dropped, 0);
  const all = breachesOf({ ...budget, severity: 'info' }, facts);
  const report: CheckReport = {
    ...applyBaseline(breaches, flags.updateBaseline ? baselineOf(breaches) : baseline.baseline),
    lesser: all.filter(({ id, rule }) => rule === 'finding' && !breaches.some((breach) => breach.id === id)),
    requests: facts.length,
    routes: new Set(facts.map(({ route }) => route)).size,
    command: code,
    ...(flags.latency && { latency: formatLatencies(flags.latency) }),
    ...(file !== undefined && { budget: file }),
    ...((baseline.baseline || flags.updateBaseline) && { baseline: baseline.file }),
    ...(facts.length === 0 && { reason: reasonWithoutRequests(traits) }),
    notes: dropped > 0 ? [...notes, droppedNote(dropped)] : notes,
  };
  printReport(report, flags);
  if (flags.report !== undefined) await writeRunReport(flags, flags.report, run.start, baseline);
  return code !== 0 ? code : isWithinBudget(report) ? 0 : 1;
}

/** Report of the requests of this check, against the baseline where there is one. */
async function writeRunReport(
  place: StorePlace,
  file: string,
  start: number,
  { file: name, baseline }: ReturnType<typeof readBaseline>,
): Promise<void> {
  const against = baseline && { file: basename(name), accepted: baseline.accepted };
  await withStore(place, async (store) => {
    const run = (await store.runs(MAX_RUNS)).find((each) => each.start === start);
    if (run === undefined) return printRemark(`${cleanText(file)} was not written: no request was stored.`);
    writeReport(await runReport(store, run, against, Date.now()), file);
  });
}

function printReport(report: CheckReport, flags: CheckFlags): void {
  const { json, github = process.env.GITHUB_ACTIONS === 'true' } = flags;
  const workspace = process.env.GITHUB_WORKSPACE;
  if (json) printDocument([terminalSafeJson(reportJson(report), 2)]);
  else printReportLines(report, flags);
  // GitHub reads annotations from both streams; on stderr they leave the JSON document whole.
  const annotations = github ? githubAnnotations(report.broken, projectFolder(process.cwd()), workspace) : [];
  for (const annotation of annotations) (json ? process.stderr : process.stdout).write(`${annotation}\n`);
}

function printReportLines(report: CheckReport, flags: CheckFlags): void {
  const format = outputFormat(flags);
  const { accepted, baseline } = report;
  const acceptance = flags.updateBaseline ? [`  ${acceptedLine(accepted, baseline!)}`] : [];
  printLines([...reportLines(report, format), ...acceptance], format);
}

/** Runs the command; facts of its requests, notes on recording gaps and the exit code. */
async function recordRequests(
  command: string[],
  run: ReturnType<typeof newRun>,
  flags: CheckFlags,
): Promise<{ facts: RequestFacts[]; notes: string[]; code: number; traits: CommandTraits }> {
  const cwd = process.cwd();
  // Loaded on demand, as in `run`: the other commands start sooner without the launcher.
  const [{ launch }, { AppServers }, { CollectorClient }] = await Promise.all([
    import('../../launcher/launcher.js'),
    import('../../collector/app-servers.js'),
    import('../../collector/collector-client.js'),
  ]);
  const facts = new Map<string, RequestFacts>();
  const notes = new Set<string>();
  const warn = (message: string) => void notes.add(message);
  const libraries = new Set<string>();
  const traits: CommandTraits = { libraries: [], hasListened: false, problems: [] };
  const { ignore, limits, packages, redact, guests } = readProjectConfig(cwd);
  if (redact !== undefined) setRedaction(redact);
  const [project, agent] = [projectFolder(cwd), agentFile()];
  const { collector, warnings } = await CollectorClient.open({
    project,
    ...(packages && { packages }),
    agent,
    judgeOptions: { ignore, limits },
    store: { db: flags.db, cwd, shared: sharedStoreOf(flags, cwd) },
    run,
    reports: 'facts',
    ...(flags.latency && { latencies: flags.latency }),
  });
  for (const warning of warnings) warn(warning);
  collector.on('library', ({ name }) => libraries.add(name));
  collector.on('facts', (all) => {
    for (const request of all) facts.set(request.id, request);
  });
  try {
    const exit = await launch(
      {
        command: flags.json ? withStdoutOnStderr(command) : command,
        env: process.env,
        project,
        ...(packages && { packages }),
        ...(redact && { redact }),
        ...(guests && { guests }),
        agent,
        record: 'all',
        // What the tests compare of a response is to be the app's.
        serverTiming: false,
        wait: WAIT_MS,
        database: databasePath(flags.db, cwd),
        collector,
        listenAt: { host: '127.0.0.1', port: 0, exactPort: true },
      },
      {
        ...quietListener(new AppServers(), warn),
        appListening: () => void (traits.hasListened = true),
      },
    );
    if (exit.trouble !== undefined) throw new UserError(exit.trouble, exit.code);
    const problems = startProblems(cwd, command, process.env);
    traits.problems = problems.map(({ cause, remedy }) => `${cause}; ${remedy}`);
    traits.libraries = [...libraries].sort();
    return { facts: [...facts.values()], notes: [...notes], code: exit.code, traits };
  } finally {
    await collector.finish();
  }
}

/** Wraps the command in a shell that redirects its stdout to stderr; unchanged on Windows. */
function withStdoutOnStderr(command: string[]): string[] {
  if (process.platform === 'win32') return command;
  return ['/bin/sh', '-c', 'exec "$@" >&2', 'sh', ...command];
}

/**
 * Listener that prints nothing and collects the warnings about calls that could not be recorded.
 */
function quietListener(servers: AppServers, warn: (message: string) => void): LaunchListener {
  return {
    servers,
    proxyListening: () => {},
    appListening: () => {},
    libraryDetected: ({ name, version, trouble }) => {
      if (trouble !== undefined)
        warn(`${name}${version && ` ${version}`}: ${escapeToOneLine(trouble)}; its calls were not judged`);
    },
    requestFinished: () => {},
    notify: () => {},
    warn,
    runEnded: () => {},
  };
}
