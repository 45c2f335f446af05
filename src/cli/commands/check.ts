/** `scooby check -- <command…>`: runs a command under scooby, and fails where its requests break a budget. */

import type { Command } from 'commander';
import type { AppServers } from '../../collector/app-servers.js';
import { SilentExit, UserError } from '../../domain/errors.js';
import { escapeToOneLine, terminalSafeJson } from '../../domain/text.js';
import { applyBaseline, baselineOf } from '../../insight/metrics/baseline.js';
import { breachesOf } from '../../insight/metrics/breaches.js';
import { type RequestFacts, requestFactsOf } from '../../insight/metrics/request-facts.js';
import type { LaunchListener } from '../../launcher/launch-options.js';
import { databasePath, projectFolder } from '../../store/location.js';
import { openStore } from '../../store/open.js';
import type { OutputFormat } from '../../terminal/output-format.js';
import { agentFile } from '../agent-file.js';
import { readBaseline, readBudget, writeBaseline } from '../check/files.js';
import { observeStore } from '../check/observed-store.js';
import { readProjectConfig } from '../config/project-config.js';
import { outputFormat, printLines } from '../output.js';
import {
  acceptedLine,
  annotations,
  type CheckReport,
  droppedNote,
  isWithinBudget,
  reportJson,
  reportLines,
} from '../print/check-report.js';
import { samplingOf } from '../run-metrics.js';

interface CheckFlags {
  budget?: string;
  baseline?: string;
  updateBaseline?: boolean;
  json?: boolean;
  github?: boolean;
  db?: string;
  color?: boolean;
}

const WAIT_MS = 10_000;

/** Adds the command to the program. */
export function registerCheck(program: Command): void {
  program
    .command('check')
    .description('run a command, such as a test suite, and fail where its requests break a budget')
    .usage('[options] -- <command…>')
    .argument(
      '<command...>',
      'what makes the requests: a test suite, or a script that starts a server and asks it',
    )
    .option('--budget <file>', 'what requests may cost (default: scooby.budget.json, else no severe N+1)')
    .option('--baseline <file>', 'known problems that are accepted (default: scooby.baseline.json)')
    .option('--update-baseline', 'accept what is broken now, and write it to that file')
    .option('--json', "the report as one JSON document on stdout; the command's own output goes to stderr")
    .option('--github', "annotations for GitHub's diffs (default where GITHUB_ACTIONS is true)")
    .option('--no-github', 'none')
    .option('--db <file>', 'database to record to (default: SCOOBY_DB, or one for each project)')
    .option('--no-color', 'no colours')
    .addHelpText(
      'after',
      `
Examples:
  scooby check -- npm test                                  no severe N+1 in what the tests request
  scooby check --budget strict.json -- npx vitest run       what may be in it: docs/check.md
  scooby check --update-baseline -- npm test                accept what is there; from now on only new problems fail
  scooby check --json -- npm test | jq '.broken[].site'

Exit codes:
  those of the command where it fails; else 1 when a budget is broken, or no request was recorded; 0 when all is well;
  2 when the budget or the baseline cannot be read`,
    )
    .passThroughOptions()
    .action(async (command: string[], flags: CheckFlags) => {
      const code = await check(command, flags);
      if (code !== 0) throw new SilentExit(code);
    });
}

async function check(command: string[], flags: CheckFlags): Promise<number> {
  const { budget, file } = readBudget(flags.budget);
  const known = readBaseline(flags.baseline, flags.updateBaseline === true);
  const { facts, notes, code } = await observed(command, flags);
  const found = breachesOf(budget, facts);
  if (flags.updateBaseline) writeBaseline(known.file, baselineOf(found));
  const dropped = facts.reduce((sum, one) => sum + one.dropped, 0);
  const all = breachesOf({ ...budget, severity: 'info' }, facts);
  const report: CheckReport = {
    ...applyBaseline(found, flags.updateBaseline ? baselineOf(found) : known.baseline),
    lesser: all.filter(({ id, rule }) => rule === 'finding' && !found.some((one) => one.id === id)),
    requests: facts.length,
    routes: new Set(facts.map(({ route }) => route)).size,
    command: code,
    ...(file !== undefined && { budget: file }),
    ...((known.baseline || flags.updateBaseline) && { baseline: known.file }),
    notes: dropped > 0 ? [...notes, droppedNote(dropped)] : notes,
  };
  tell(report, flags);
  return code !== 0 ? code : isWithinBudget(report) ? 0 : 1;
}

function tell(report: CheckReport, flags: CheckFlags): void {
  const { json: asJson, github = process.env.GITHUB_ACTIONS === 'true' } = flags;
  const screen: OutputFormat = outputFormat(flags);
  const workspace = process.env.GITHUB_WORKSPACE;
  const lines = [
    ...(asJson ? [terminalSafeJson(reportJson(report), 2)] : reportLines(report, screen)),
    ...(flags.updateBaseline && !asJson ? [`  ${acceptedLine(report.accepted, report.baseline!)}`] : []),
  ];
  printLines(lines);
  // GitHub reads both streams; a document stays whole.
  const notes = github ? annotations(report.broken, projectFolder(process.cwd()), workspace) : [];
  for (const note of notes) (asJson ? process.stderr : process.stdout).write(`${note}\n`);
}

/** Runs the command, and answers what its requests did and how it ended. */
async function observed(
  command: string[],
  flags: CheckFlags,
): Promise<{ facts: RequestFacts[]; notes: string[]; code: number }> {
  const cwd = process.cwd();
  // As in `run`: the other commands start sooner without it.
  const [{ launch }, { AppServers }] = await Promise.all([
    import('../../launcher/launcher.js'),
    import('../../collector/app-servers.js'),
  ]);
  const facts = new Map<string, RequestFacts>();
  const notes = new Set<string>();
  const warn = (message: string) => void notes.add(message);
  const { ignore, limits } = readProjectConfig(cwd);
  const store = await openStore({ db: flags.db, cwd, ...samplingOf(command) }, warn);
  try {
    const exit = await launch(
      {
        command: flags.json ? toStderr(command) : command,
        env: process.env,
        project: projectFolder(cwd),
        agent: agentFile(),
        record: 'all',
        wait: WAIT_MS,
        database: databasePath(flags.db, cwd),
        judgeOptions: { ignore, limits },
        store: observeStore(
          store,
          (trace) => {
            if (!trace.outside) facts.set(trace.id, requestFactsOf(trace));
          },
          warn,
        ),
        listenAt: { host: '127.0.0.1', port: 0, exactPort: true },
      },
      audience(new AppServers(), warn),
    );
    if (exit.trouble !== undefined) throw new UserError(exit.trouble, exit.code);
    return { facts: [...facts.values()], notes: [...notes], code: exit.code };
  } finally {
    store.close();
  }
}

/** Answers the command as one that prints on stderr what it would have printed on stdout. */
function toStderr(command: string[]): string[] {
  if (process.platform === 'win32') return command;
  return ['/bin/sh', '-c', 'exec "$@" >&2', 'sh', ...command];
}

/** Hears what goes on, and says nothing until the end but what could not be recorded. */
function audience(servers: AppServers, warn: (message: string) => void): LaunchListener {
  return {
    servers,
    proxyListening: () => {},
    appListening: () => {},
    libraryDetected: ({ name, version, trouble }) => {
      if (trouble !== undefined)
        warn(`${name} ${version}: ${escapeToOneLine(trouble)}; its calls were not judged`);
    },
    requestFinished: () => {},
    notify: () => {},
    warn,
    runEnded: () => {},
  };
}
