/** Flags of `scooby run` as the launcher takes them: what is started how, and where the proxy listens. */

import { InvalidArgumentError } from 'commander';
import { UserError } from '../domain/errors.js';
import type { Latencies } from '../domain/latency.js';
import type { Recording, ServerAddress } from '../domain/link.js';
import type { RecordRules } from '../domain/record-rules.cjs';
import type { LaunchOptions } from '../launcher/launch-options.js';
import { databasePath, projectFolder } from '../store/location.js';
import { agentFile, packageFile } from './agent-file.js';
import type { ProjectConfig } from './config/project-config.js';
import { type CommandStep, commandSteps } from './start-problems/command-steps.js';
import { nodeOptionsOf } from './start-problems/env-files.js';
import { endsByAgent } from './start-problems/permissions.js';
import { startProblems } from './start-problems/problems.js';

/** Options of the command, by their flags. */
export interface RunOptions {
  port?: number;
  host: string;
  upstream?: ServerAddress;
  takePort?: number | true;
  wait: number;
  record: Recording;
  quiet?: boolean;
  db?: string;
  store?: string;
  params?: boolean;
  ttl?: number;
  maxSize?: number;
  allowHost?: string[];
  sample?: number;
  include?: string[];
  exclude?: string[];
  serverTiming: boolean;
  delay?: Latencies;
  badge?: boolean;
  color: boolean;
  ui?: boolean;
  otlp?: string | true;
  otlpParent?: boolean;
  otlpListen?: number | true;
  page: boolean;
  pagePort?: number;
}

const DEFAULT_PORT = 4000;
const MIN_TOKEN_LENGTH = 16;

/** Launch options that come from flags. */
export function launchOptions(
  command: string[],
  options: RunOptions,
  { packages, redact, guests }: ProjectConfig,
): Omit<LaunchOptions, 'collector' | 'listenAt'> {
  const { record, wait, upstream, allowHost, db, serverTiming, badge, delay, otlpParent, otlpListen } =
    options;
  const cwd = process.cwd();
  // The app has no use for the token, nor for the password of a store.
  const { SCOOBY_TOKEN: readToken, SCOOBY_STORE: _, ...own } = process.env;
  const env = withOptionsOfEnvFile(command, own);
  return {
    command,
    env,
    startProblems: () => startProblems(cwd, command, own).map(({ cause, remedy }) => `${cause}; ${remedy}`),
    agentBy: agentOption(commandSteps(cwd, command), env),
    project: projectFolder(cwd),
    ...(packages && { packages }),
    ...(redact && { redact }),
    ...(guests && { guests }),
    agent: agentFile(),
    record,
    rules: rulesOf(options),
    serverTiming,
    ...(delay && { delay }),
    ...(badge && { badge: packageFile('badge.js') }),
    ...(otlpParent && { isTraceParent: true }),
    ...(otlpListen !== undefined && { tracesServices: true }),
    wait,
    database: databasePath(db, cwd),
    ...(upstream !== undefined && { upstream }),
    ...(allowHost && { allowHosts: allowHost }),
    ...(readToken && { readToken: checkedToken(readToken) }),
  };
}

/** Rules of what is recorded. */
export function rulesOf({ sample, include, exclude }: RunOptions): RecordRules {
  return { ...(sample && { sample }), ...(include && { include }), ...(exclude && { exclude }) };
}

/** Node does not read NODE_OPTIONS of an --env-file where the environment has one, as under scooby. */
function withOptionsOfEnvFile(command: string[], env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const options = nodeOptionsOf({ words: command, folder: process.cwd() }, env);
  return options === undefined ? env : { ...env, NODE_OPTIONS: options.value };
}

/** How the agent is loaded in what a command leads to. */
function agentOption(steps: CommandStep[], env: NodeJS.ProcessEnv): NonNullable<LaunchOptions['agentBy']> {
  if (steps.some((step) => endsByAgent(step, env))) return 'none';
  // Next.js keeps the last --require of NODE_OPTIONS only.
  const hasRequire = /(?:^|\s)(?:-r|--require)[\s=]/.test(env.NODE_OPTIONS ?? '');
  const isNext = steps.some(({ words }) => words.some((word) => /(?:^|[\\/])next(?:\.js)?$/.test(word)));
  return hasRequire && isNext ? 'import' : 'require';
}

function checkedToken(token: string): string {
  if (token.length >= MIN_TOKEN_LENGTH) return token;
  throw new UserError(`SCOOBY_TOKEN has fewer than ${MIN_TOKEN_LENGTH} characters and could be guessed.`);
}

/**
 * Port that the proxy takes from the app: the option, else PORT; 0 stands for the first port that
 * the app binds.
 */
export function parseTakePort(option: number | true | undefined): number | undefined {
  if (option !== true) return option;
  return /^[1-9]\d{0,4}$/.test(process.env.PORT ?? '') ? Number(process.env.PORT) : 0;
}

/** Ports that the command line names: `--take-port 3000`, `next dev -p 3000`, `env PORT=3000 …`. */
export function namedPorts(command: string[], takePort: number | undefined): number[] {
  const named = command.flatMap((word, i) => {
    const before = /^(?:-p|--port)$/.test(command[i - 1] ?? '');
    const [, port] = (before ? /^(\d+)$/ : /^(?:--port|PORT)=(\d+)$/).exec(word) ?? [];
    return port === undefined ? [] : [Number(port)];
  });
  return takePort ? [takePort, ...named] : named;
}

/** Where the proxy listens; throws a UserError for two ports of it. */
export function listenOptions(
  { host, port }: RunOptions,
  takePort: number | undefined,
): LaunchOptions['listenAt'] {
  if (takePort !== undefined) {
    if (port !== undefined)
      throw new UserError('--take-port and --port both set the port of the proxy; leave one out.');
    return { host, exactPort: true, ...(takePort > 0 && { port: takePort }) };
  }
  return port === undefined
    ? { host, port: DEFAULT_PORT, exactPort: false }
    : { host, port, exactPort: true };
}

/**
 * Address of `3000`, `localhost:3000`, `https://localhost:3000` or `unix:/tmp/app.sock`; throws an
 * InvalidArgumentError for another text.
 */
export function parseAddress(text: string): ServerAddress {
  if (text.startsWith('unix:')) return { protocol: 'http', path: text.slice(5) };
  const url = /^\d+$/.test(text)
    ? `http://localhost:${text}`
    : text.includes('://')
      ? text
      : `http://${text}`;
  if (!URL.canParse(url) || !/^https?:/i.test(url))
    throw new InvalidArgumentError('Write a URL such as http://localhost:3000, or unix:/path.');
  const { protocol, hostname, port } = new URL(url);
  const secure = protocol === 'https:';
  return { protocol: secure ? 'https' : 'http', host: hostname, port: Number(port || (secure ? 443 : 80)) };
}
