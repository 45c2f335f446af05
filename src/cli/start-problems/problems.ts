/** Problems of a start: what keeps the agent out of the app's processes, as the command and its files tell. */

import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { type CommandStep, commandSteps, OWN_COMMAND, programOf } from './command-steps.js';
import { envFileProblems } from './env-files.js';
import { permissionProblem } from './permissions.js';
import type { StartProblem } from './start-problem.js';

/** Programs that start the app in another place, where no environment follows. */
const ELSEWHERE: [names: RegExp, place: string, remedy: string][] = [
  [
    /^(?:docker|docker-compose|podman|podman-compose|nerdctl|kubectl|minikube|tilt|skaffold|devcontainer|lima)$/,
    'starts the app in a container, where this agent is not',
    'start scooby in the container: npx scooby run --host 0.0.0.0 -- …, as its command',
  ],
  [/^(?:ssh|vagrant|nsenter)$/, 'starts the app on another machine', 'start scooby there'],
  [
    /^(?:tmux|screen)$/,
    'starts the app under a server with an environment of its own',
    'start scooby inside of it',
  ],
  [
    /^(?:systemd-run|systemctl|launchctl|service|at|batch)$/,
    'hands the app to a service manager, which starts it without this environment',
    'let the service start scooby: scooby run -- …',
  ],
  [
    /^(?:bun|deno|workerd|wrangler|miniflare)$/,
    'runs the app on another runtime than Node',
    'run it by node: scooby records Node only',
  ],
];

/**
 * First words of other runtimes that do not run the app themselves: a script of package.json that they
 * run may be `node …`, and so may what they execute; they build for Node, too.
 */
const RUNS_NO_APP: Record<string, RegExp> = {
  bun: /^(?:run|x|exec|build|install|i|ci|add|a|remove|rm|update|link|unlink|outdated|audit|pm|publish|patch|info|why|create|init|upgrade|test|help)?$/,
  deno: /^(?:task|bundle|cache|check|ci|clean|compile|doc|fmt|info|install|i|add|remove|lint|lsp|outdated|update|publish|types|upgrade|vendor|init|coverage|completions|help)?$/,
  wrangler: /^(?:login|logout|whoami|types|deploy|publish|d1|kv|r2|secret|tail|versions|init)?$/,
};

/** Problems that a command will have in a folder; `env` is that of the command. */
export function startProblems(cwd: string, command: string[], env: NodeJS.ProcessEnv): StartProblem[] {
  const problems = commandSteps(cwd, command).flatMap((step) => problemsOf(step, env));
  const texts = problems.map(({ cause }) => cause);
  return problems.filter(({ cause }, i) => texts.indexOf(cause) === i);
}

function problemsOf(step: CommandStep, env: NodeJS.ProcessEnv): StartProblem[] {
  return [
    npmrcProblem(step, env),
    assignmentProblem(step),
    environmentProblem(step),
    daemonProblem(step),
    elsewhereProblem(step),
    permissionProblem(step, env),
    ...envFileProblems(step, env),
  ].filter((problem) => problem !== undefined);
}

/** NODE_OPTIONS that a step sets without what it was: by the shell, cross-env, env or export. */
function assignmentProblem({ assignments, words, at }: CommandStep): StartProblem | undefined {
  const value = assignments.NODE_OPTIONS ?? assignedBehind(words);
  if (value === undefined || /NODE_OPTIONS/.test(value)) {
    const isUnset =
      /^(?:unset|env)$/.test(words[0] ?? '') &&
      /(?:^|\s)(?:unset|-u|--unset=?) ?NODE_OPTIONS/.test(words.join(' '));
    return isUnset
      ? { cause: `${at} removes NODE_OPTIONS, by which the agent is loaded`, remedy: 'leave it in' }
      : undefined;
  }
  const cause = `${at} sets NODE_OPTIONS itself, and so takes out the agent`;
  // The user's own shell would expand the variable before scooby has set it.
  if (at === OWN_COMMAND)
    return { cause, remedy: `set it before scooby: NODE_OPTIONS="${value}" scooby run -- …` };
  const direct = value.startsWith('--') ? `, or give the options to node itself: node ${value} …` : '';
  return { cause, remedy: `write NODE_OPTIONS="$NODE_OPTIONS ${value}" there${direct}` };
}

/** Value of NODE_OPTIONS among the words of `cross-env`, `env`, `export` and `set`. */
function assignedBehind(words: string[]): string | undefined {
  const [first = ''] = words;
  const name = basename(first);
  const isWrapped = /^(?:npx|pnpm|yarn|exec)$/.test(name)
    ? words.slice(1).some((word) => /^cross-env/.test(word))
    : false;
  if (!isWrapped && !/^(?:cross-env(?:-shell)?|env|export|set|setx|declare|sudo|doas)$/.test(name))
    return undefined;
  const word = words.find((each) => each.startsWith('NODE_OPTIONS='));
  return word?.slice('NODE_OPTIONS='.length);
}

/** An environment that is emptied: `env -i`, sudo, su. */
function environmentProblem({ words, at }: CommandStep): StartProblem | undefined {
  const [first = '', ...args] = words;
  const text = args.join(' ');
  const names = 'NODE_OPTIONS="$NODE_OPTIONS"';
  switch (basename(first)) {
    case 'env':
      if (!/^(?:-i\b|-\s|-$|--ignore-environment|-\w*i)/.test(text) || /\bNODE_OPTIONS=/.test(text))
        return undefined;
      return {
        cause: `${at} empties the environment (env -i)`,
        remedy: `pass the agent on: env -i ${names} …`,
      };
    case 'sudo':
    case 'doas':
      if (/(?:^|\s)(?:-E\b|--preserve-env(?:\s|$)|--preserve-env=\S*NODE_OPTIONS)/.test(text))
        return undefined;
      return {
        cause: `${at} runs the app by ${first}, which empties the environment`,
        remedy: `run scooby by it: ${first} scooby run -- …, or keep the agent: ${first} --preserve-env=NODE_OPTIONS …`,
      };
    case 'su':
    case 'runuser':
      if (!/(?:^|\s)(?:-|-l|--login)(?:\s|$)/.test(text)) return undefined;
      return { cause: `${at} logs in as another user (${first})`, remedy: 'leave out the login: su -m' };
    default:
      return undefined;
  }
}

/** PM2, whose daemon starts the app. */
function daemonProblem({ words, at }: CommandStep): StartProblem | undefined {
  const { name, args } = programOf(words) ?? { name: '', args: [] };
  if (!/^(?:pm2|forever)$/.test(name) || args.includes('--no-daemon')) return undefined;
  const action = args.find((word) => !word.startsWith('-')) ?? '';
  if (!/^(?:start|restart|reload|startOrRestart|startOrReload|resurrect)$/.test(action)) return undefined;
  return {
    cause: `${at} hands the app to the daemon of ${name}, which goes on without scooby`,
    remedy:
      name === 'pm2' ? 'use pm2-runtime, or pm2 kill and pm2 start --no-daemon' : 'start the app by node',
  };
}

function elsewhereProblem({ words, at }: CommandStep): StartProblem | undefined {
  const { name, args } = programOf(words) ?? { name: '', args: [] };
  if (RUNS_NO_APP[name]?.test(args.find((word) => !word.startsWith('-')) ?? '')) return undefined;
  const found = ELSEWHERE.find(([names]) => names.test(name));
  return found && { cause: `${at} ${found[1]} (${name})`, remedy: found[2] };
}

/** `node-options` of npm's configuration, which npm puts in the place of NODE_OPTIONS. */
function npmrcProblem(
  { packageManager, folder }: CommandStep,
  env: NodeJS.ProcessEnv,
): StartProblem | undefined {
  if (packageManager !== 'npm' && packageManager !== 'pnpm') return undefined;
  const key = Object.keys(env).find((name) => /^npm_config_node_options$/i.test(name));
  const inEnv = key === undefined ? undefined : env[key];
  const files = [
    ...npmrcFolders(folder).map((each) => join(each, '.npmrc')),
    env.NPM_CONFIG_USERCONFIG ?? join(homedir(), '.npmrc'),
  ];
  const found = inEnv
    ? { place: key!, value: inEnv }
    : files.map(nodeOptionsIn).find((each) => each !== undefined);
  if (found === undefined || /\$\{NODE_OPTIONS\W/.test(found.value)) return undefined;
  const inherited = packageManager === 'npm' ? `\${NODE_OPTIONS?}` : `\${NODE_OPTIONS-}`;
  return {
    cause: `${found.place} has node-options, which ${packageManager} puts in the place of NODE_OPTIONS and so of the agent`,
    remedy: `write node-options=${inherited} ${found.value} there, or leave it out and set NODE_OPTIONS before scooby run`,
  };
}

/** Folders whose .npmrc npm reads: the package's, and its project's. */
function npmrcFolders(start: string): string[] {
  const folders = [];
  for (let folder = resolve(start); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) folders.push(folder);
    if (folder === dirname(folder)) return folders;
  }
}

function nodeOptionsIn(file: string): { place: string; value: string } | undefined {
  try {
    const [, text] = /^[ \t]*node-options[ \t]*=(.*)$/m.exec(readFileSync(file, 'utf8')) ?? [];
    const value = text?.trim();
    return value ? { place: file, value: value.replace(/^(["'])(.*)\1$/, '$2') } : undefined;
  } catch {
    return undefined;
  }
}
