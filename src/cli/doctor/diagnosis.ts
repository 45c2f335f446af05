/**
 * Diagnosis of `scooby doctor`: Node, the project's libraries, the port, the store and the
 * configuration.
 */

import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { Command } from 'commander';
import { UserError } from '../../domain/errors.js';
import { databaseOpener } from '../../store/connector.js';
import { databasePath, projectFolder } from '../../store/location.js';
import { agentFile } from '../agent-file.js';
import { registerRun } from '../commands/run.js';
import { readProjectConfig } from '../config/project-config.js';
import { applyProjectConfig } from '../config/run-options.js';
import { startProblems } from '../start-problems/problems.js';
import { commandCheck } from './command-check.js';
import type { CheckResult } from './grades.js';
import { type GuestReport, guestReport } from './guest-checks.js';
import { manifestOf, projectFolders } from './installed-packages.js';
import { type LibraryCheck, type LibraryCoverage, libraryChecks } from './library-checks.js';

/** Results of all checks; also the document of `--json`. */
export interface Diagnosis {
  node: CheckResult;
  project: string;
  /** Number of package folders, workspaces included. */
  folders: number;
  libraries: LibraryCheck[];
  port: CheckResult;
  store: CheckResult;
  config: CheckResult;
  /** Instruments of the project's own, and what keeps them from recording. */
  instruments: CheckResult[];
  /** What keeps the agent out of the app, by the command or, without it, the scripts start and dev. */
  start: CheckResult[];
}

/** Exports of agent.cjs that describe its instruments. */
interface AgentExports {
  coverage(): LibraryCoverage[];
  librariesInText(text: string, libraries: LibraryCoverage[]): string[];
  bundledMessage(name: string, file: string): string;
}

const DEFAULT_PORT = 4000;

const MAX_BUNDLE_BYTES = 64 * 1024 * 1024;

/** Diagnosis of running `command` (may be empty) in `cwd`. The command is inspected, not run. */
export async function diagnose(cwd: string, command: string[], db: string | undefined): Promise<Diagnosis> {
  const project = projectFolder(cwd);
  const folders = projectFolders(project);
  const agent: AgentExports = createRequire(import.meta.url)(agentFile());
  const guests = guestsOf(cwd);
  const coverage = [...agent.coverage(), ...guests.coverage];
  const main = mainScript(cwd, project, command);
  return {
    node: checkNode(nodeVersion()),
    project,
    folders: folders.length,
    libraries: [
      ...libraryChecks(folders, coverage, dirname(dirname(agentFile()))),
      ...bundledLibraries(main, coverage, agent),
    ],
    port: await checkPort(),
    store: await checkStore(databasePath(db, cwd)),
    config: checkConfig(cwd),
    instruments: guests.results,
    start: checkStart(cwd, project, command),
  };
}

/** Of a configuration that cannot be read there are none: its own row says so. */
function guestsOf(cwd: string): GuestReport {
  try {
    return guestReport(readProjectConfig(cwd).guests ?? []);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { results: [], coverage: [] };
  }
}

function checkStart(cwd: string, project: string, command: string[]): CheckResult[] {
  const { scripts = {} } = manifestOf(project) ?? {};
  const usual = ['start', 'dev'].filter((name) => scripts[name] !== undefined);
  const commands = command.length > 0 ? [command] : usual.map((name) => ['npm', 'run', name]);
  const problems = commands.flatMap((each) =>
    startProblems(command.length > 0 ? cwd : project, each, process.env),
  );
  const texts = new Set(problems.map(({ cause, remedy }) => `${cause}; ${remedy}`));
  // Which script the user starts is not known without the command.
  const grade = command.length > 0 ? 'bad' : 'note';
  return [
    ...commandCheck(cwd, project, command),
    ...[...texts].map((text): CheckResult => ({ grade, text })),
  ];
}

function checkConfig(cwd: string): CheckResult {
  try {
    const config = readProjectConfig(cwd);
    const program = new Command().enablePositionalOptions();
    registerRun(program);
    applyProjectConfig(program.commands[0]!, config);
    const text =
      config.files.length > 0
        ? config.files.join(', over ')
        : 'no configuration file; scooby.config.json would be read';
    return { grade: 'good', text };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { grade: 'bad', text: error.message };
  }
}

/** Version of the first `node` on PATH, on which the app runs; scooby itself may run on another. */
function nodeVersion(): string {
  try {
    return execFileSync('node', ['--version'], {
      encoding: 'utf8',
      env: { ...process.env, NODE_OPTIONS: '' },
    }).trim();
  } catch {
    return process.version;
  }
}

/** First versions of Node whose synchronous module hooks are sound, by major version. */
const MENDED_HOOKS: Record<number, string> = { 22: 'v22.22.3', 24: 'v24.11.1', 25: 'v25.1.0' };

/** Result for a version of Node: whether libraries that are ES modules can be recorded. */
export function checkNode(version: string): CheckResult {
  const [major = 0, minor = 0, patch = 0] = version.slice(1).split('.').map(Number);
  if (major < 20)
    return { grade: 'bad', text: `${version} is older than 20, the oldest version that scooby supports.` };
  const hasModuleHooks =
    major > 25 ||
    (major === 22 && (minor > 22 || (minor === 22 && patch >= 3))) ||
    (major === 24 && (minor > 11 || (minor === 11 && patch >= 1))) ||
    (major === 25 && minor >= 1);
  if (hasModuleHooks)
    return { grade: 'good', text: `${version}: libraries are recorded however they are loaded.` };
  const through = `${version}: libraries that are only ES modules are recorded through a loader thread, which adds some 30 ms at the start`;
  // No Node 20 will have better hooks, so there is nothing to act on.
  if (major === 20) return { grade: 'good', text: `${through}.` };
  const mended = MENDED_HOOKS[major] ?? 'v24.11.1';
  return {
    grade: 'note',
    text: `${through}, because its hooks for ES modules break imports; ${mended} has better ones.`,
  };
}

/**
 * File that a command starts, if its words name it; `npm run x` is resolved through package.json.
 */
function mainScript(cwd: string, project: string, command: string[]): string | undefined {
  const words =
    command[0] && /^(?:npm|pnpm|yarn)$/.test(command[0]) ? scriptWords(project, command) : command;
  const file = words.find((word, i) => i > 0 && /\.[cm]?js$/.test(word)) ?? manifestOf(project)?.main;
  const path = file && resolve(cwd, file);
  return path && existsSync(path) ? path : undefined;
}

function scriptWords(project: string, [, ...words]: string[]): string[] {
  const name = words.find((word) => !word.startsWith('-') && word !== 'run') ?? 'start';
  return manifestOf(project)?.scripts?.[name]?.split(/\s+/) ?? [];
}

function bundledLibraries(
  main: string | undefined,
  coverage: LibraryCoverage[],
  agent: AgentExports,
): LibraryCheck[] {
  if (main === undefined || statSync(main).size > MAX_BUNDLE_BYTES) return [];
  // A bundled framework or ORM only loses routes or lines; its calls are still recorded.
  const libraries = coverage.filter(({ kind }) => !['route', 'line', 'unit'].includes(kind));
  return agent
    .librariesInText(readFileSync(main, 'utf8'), libraries)
    .map((name) => ({ name, version: '', grade: 'bad', text: agent.bundledMessage(name, main) }));
}

async function checkPort(): Promise<CheckResult> {
  const isFree = await new Promise<boolean>((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(DEFAULT_PORT, '127.0.0.1', () => server.close(() => resolve(true)));
  });
  if (isFree) return { grade: 'good', text: `${DEFAULT_PORT} is free for the proxy.` };
  return {
    grade: 'note',
    text: `${DEFAULT_PORT} is taken: the proxy would listen on the next free port (or on --port).`,
  };
}

async function checkStore(path: string): Promise<CheckResult> {
  const folder = nearestFolder(dirname(path));
  if (!canWrite(existsSync(path) ? path : folder, existsSync(path)))
    return { grade: 'bad', text: `${path} cannot be written: requests would be kept in memory only.` };
  try {
    (await databaseOpener())(':memory:', {}).close();
  } catch (error) {
    const [reason] = (error as Error).message.split('\n');
    return { grade: 'bad', text: `Requests would be kept in memory only. ${reason}` };
  }
  const isReadableByOthers =
    existsSync(path) && process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0;
  if (isReadableByOthers)
    return { grade: 'note', text: `${path} can be read by other users of this machine: chmod 600 it.` };
  return { grade: 'good', text: existsSync(path) ? path : `${path}, created with the first request.` };
}

function canWrite(path: string, isFile: boolean): boolean {
  try {
    accessSync(path, constants.W_OK);
    return isFile || statSync(path).isDirectory();
  } catch {
    return false;
  }
}

function nearestFolder(folder: string): string {
  return existsSync(folder) || folder === dirname(folder) ? folder : nearestFolder(join(folder, '..'));
}
