/** What `scooby doctor` finds out: of Node, of the project's libraries, of the port and the store. */

import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { Command } from 'commander';
import { UserError } from '../../domain/errors.js';
import { databasePath, projectFolder } from '../../store/location.js';
import { agentFile } from '../agent-file.js';
import { registerRun } from '../commands/run.js';
import { applyProjectConfig, readProjectConfig } from '../config/project-config.js';
import { installedCopies, manifestOf, projectFolders } from './installed-packages.js';
import { isWithin } from './version-range.js';

/** How good something is: as it should be, worth a look, or a reason for which something is not recorded. */
export type Grade = 'good' | 'note' | 'bad';

/** Something that was looked at, and what was seen. */
export interface CheckResult {
  grade: Grade;
  text: string;
}

/** A library of the project. */
export interface LibraryCheck extends CheckResult {
  name: string;
  version: string;
  /** The kind of its spans, `route` for a framework, `line` for a mapper or client; nothing where it cannot be seen. */
  kind?: string;
}

/** All that was seen. */
export interface Diagnosis {
  node: CheckResult;
  project: string;
  folders: number;
  libraries: LibraryCheck[];
  port: CheckResult;
  store: CheckResult;
  config: CheckResult;
}

interface Coverage {
  library: string;
  versions: string;
  kind: string;
  how: string;
  packages: string[];
  files: string[];
  marker?: string;
}

/** What the agent knows of itself. */
interface Agent {
  coverage(): Coverage[];
  librariesInText(text: string, libraries: Coverage[]): string[];
  bundledMessage(name: string, file: string): string;
}

const PORT = 4000;

/** Libraries that talk to other processes and that no instrument speaks for: it is better to say so. */
const UNSEEN =
  'mssql tedious oracledb sqlite3 cassandra-driver neo4j-driver @clickhouse/client-common snowflake-sdk @libsql/client kafkajs amqplib nats @google-cloud/firestore pg-native mariadb'.split(
    ' ',
  );

/** Answers what is to be said of running `command` (which may be empty) in `cwd`. The command is not run. */
export async function diagnose(cwd: string, command: string[], db: string | undefined): Promise<Diagnosis> {
  const project = projectFolder(cwd);
  const folders = projectFolders(project);
  const agent: Agent = createRequire(import.meta.url)(agentFile());
  const covered = agent.coverage();
  const main = scriptOf(cwd, project, command);
  return {
    node: checkNode(nodeVersion()),
    project,
    folders: folders.length,
    libraries: [...seen(folders, covered), ...unseen(folders, covered), ...bundled(main, covered, agent)],
    port: await ofPort(),
    store: await ofStore(databasePath(db, cwd)),
    config: ofConfig(cwd),
  };
}

function ofConfig(cwd: string): CheckResult {
  try {
    const config = readProjectConfig(cwd);
    const program = new Command().enablePositionalOptions();
    registerRun(program);
    applyProjectConfig(program.commands[0]!, config);
    const text =
      config.files.length > 0 ? config.files.join(', over ') : 'none; scooby.config.json would be read';
    return { grade: 'good', text };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { grade: 'bad', text: error.message };
  }
}

/** The app runs on the Node that is found first, which need not be ours. */
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

/** Answers what can be recorded on a version of Node. */
export function checkNode(version: string): CheckResult {
  const [major = 0, minor = 0, patch = 0] = version.slice(1).split('.').map(Number);
  if (major < 20) return { grade: 'bad', text: `${version} is older than 20, the oldest that scooby knows.` };
  const sound =
    major > 25 ||
    (major === 22 && (minor > 22 || (minor === 22 && patch >= 3))) ||
    (major === 24 && (minor > 11 || (minor === 11 && patch >= 1))) ||
    (major === 25 && minor >= 1);
  if (sound) return { grade: 'good', text: `${version}: libraries are seen however they are loaded.` };
  const why = major === 20 ? 'has no hooks for ES modules' : 'has hooks for ES modules that break imports';
  const text = `${version}: libraries that are ES modules only are seen through a loader thread, some 30 ms at the start, because this version ${why}.`;
  return { grade: 'note', text };
}

function seen(folders: string[], covered: Coverage[]): LibraryCheck[] {
  return covered.flatMap(({ packages, versions, kind, how }) =>
    packages.slice(0, 1).flatMap((name) =>
      installedCopies(folders, name).map(({ version }): LibraryCheck => {
        if (isWithin(version, versions)) return { name, version, kind, grade: 'good', text: how };
        const missing = kind === 'line' ? 'lines' : 'calls';
        const text = `${how}, but known to work with ${versions} only: ${missing} may be missing`;
        return { name, version, kind, grade: 'note', text };
      }),
    ),
  );
}

function unseen(folders: string[], covered: Coverage[]): LibraryCheck[] {
  const known = new Set(covered.flatMap(({ packages }) => packages));
  const text = 'no instrument speaks for it: its calls are not shown';
  return UNSEEN.filter((name) => !known.has(name)).flatMap((name) =>
    installedCopies(folders, name).map(
      ({ version }): LibraryCheck => ({ name, version, grade: 'note', text }),
    ),
  );
}

/** Answers the file that a command starts, as far as that can be read off it; `npm run x` is looked up. */
function scriptOf(cwd: string, project: string, command: string[]): string | undefined {
  const words =
    command[0] && /^(?:npm|pnpm|yarn)$/.test(command[0]) ? scriptWords(project, command) : command;
  const given = words.find((word, i) => i > 0 && /\.[cm]?js$/.test(word)) ?? manifestOf(project)?.main;
  const path = given && resolve(cwd, given);
  return path && existsSync(path) ? path : undefined;
}

function scriptWords(project: string, [, ...words]: string[]): string[] {
  const name = words.find((word) => !word.startsWith('-') && word !== 'run') ?? 'start';
  return manifestOf(project)?.scripts?.[name]?.split(/\s+/) ?? [];
}

function bundled(main: string | undefined, covered: Coverage[], agent: Agent): LibraryCheck[] {
  if (main === undefined || statSync(main).size > 64 * 1024 * 1024) return [];
  // Frameworks and mappers inside a bundle cost routes and lines, and no calls.
  const libraries = covered.filter(({ kind }) => kind !== 'route' && kind !== 'line');
  return agent
    .librariesInText(readFileSync(main, 'utf8'), libraries)
    .map((name) => ({ name, version: '', grade: 'bad', text: agent.bundledMessage(name, main) }));
}

async function ofPort(): Promise<CheckResult> {
  const free = await new Promise<boolean>((done) => {
    const server = createServer();
    server.once('error', () => done(false));
    server.listen(PORT, '127.0.0.1', () => server.close(() => done(true)));
  });
  if (free) return { grade: 'good', text: `${PORT} is free for the proxy.` };
  return {
    grade: 'note',
    text: `${PORT} is taken: the proxy would listen on the next free one (--port chooses).`,
  };
}

async function ofStore(path: string): Promise<CheckResult> {
  const folder = nearest(dirname(path));
  if (!canWrite(existsSync(path) ? path : folder, existsSync(path)))
    return { grade: 'bad', text: `${path} cannot be written: requests would be kept in memory only.` };
  try {
    const { default: Sqlite } = await import('better-sqlite3');
    new Sqlite(':memory:').close();
  } catch (error) {
    const [reason] = (error as Error).message.split('\n');
    const text = `SQLite does not load (${reason}): requests would be kept in memory only. Mend it with npm rebuild better-sqlite3.`;
    return { grade: 'bad', text };
  }
  const others = existsSync(path) && process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0;
  if (others) return { grade: 'note', text: `${path} can be read by others on this machine: chmod 600 it.` };
  return { grade: 'good', text: existsSync(path) ? path : `${path}, made with the first request.` };
}

function canWrite(path: string, isFile: boolean): boolean {
  try {
    accessSync(path, constants.W_OK);
    return isFile || statSync(path).isDirectory();
  } catch {
    return false;
  }
}

function nearest(folder: string): string {
  return existsSync(folder) || folder === dirname(folder) ? folder : nearest(join(folder, '..'));
}
