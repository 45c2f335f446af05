/** Steps of a command: what it starts by way of package.json's scripts, read and not run. */

import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { manifestOf, projectFolders } from '../doctor/installed-packages.js';
import { type SimpleCommand, simpleCommand, simpleCommands } from './shell-words.js';

/** A simple command that a run leads to. */
export interface CommandStep extends SimpleCommand {
  /** Where it is written: `the command`, `script "dev" of package.json`. */
  at: string;
  /** Folder in which it runs. */
  folder: string;
  /** npm, pnpm or yarn runs it, and sets NODE_OPTIONS by its own configuration. */
  packageManager?: string;
}

/** `at` of the command that the user has typed. */
export const OWN_COMMAND = 'the command';
const MAX_STEPS = 100;
/** Words that run the rest of the line; with the number of their own operands. */
const WRAPPERS =
  /^(?:npx|pnpx|bunx|exec|time|nohup|nice|command|cross-env|cross-env-shell|dotenv|dotenvx|env-cmd|sudo|doas|env|infisical|doppler|op|with-env)$/;
const LIFECYCLE = new Set(['start', 'test', 'stop', 'restart']);

/** All steps that a command leads to, its own first. */
export function commandSteps(cwd: string, command: string[]): CommandStep[] {
  const walk: Walk = { root: cwd, steps: [], seen: new Set() };
  const own = simpleCommand(command);
  addStep(walk, { ...own, at: OWN_COMMAND, folder: cwd });
  return walk.steps;
}

interface Walk {
  root: string;
  steps: CommandStep[];
  /** Scripts that were followed. */
  seen: Set<string>;
}

function addStep(walk: Walk, step: CommandStep): void {
  if (walk.steps.length >= MAX_STEPS) return;
  walk.steps.push(step);
  const { words, at, folder } = step;
  const program = programOf(words);
  if (program === undefined) return;
  const { name, args } = program;
  if (/^(?:sh|bash|zsh|dash|cmd)(?:\.exe)?$/.test(name) && /^-\w*c$/.test(args[0] ?? ''))
    return addLine(walk, args[1] ?? '', { at, folder });
  if (name === 'concurrently' || name === 'npm-run-all2')
    for (const line of args) addQuotedLine(walk, line, step);
  for (const { script, folders, manager } of scriptsOf(walk, name, args, folder))
    for (const each of folders) addScript(walk, each, script, manager);
}

/** A script of a folder's package.json, once. */
function addScript(walk: Walk, folder: string, script: string, packageManager: string): void {
  const key = `${folder} ${script}`;
  if (walk.seen.has(key)) return;
  walk.seen.add(key);
  const { scripts = {}, wireit = {} } = manifestOf(folder) ?? {};
  const file = folder === walk.root ? 'package.json' : join(relativeTo(walk.root, folder), 'package.json');
  const place = { at: `script "${script}" of ${file}`, folder, packageManager };
  if (scripts[script] !== undefined) addLine(walk, scripts[script], place);
  const { command, dependencies = [] } = wireit[script] ?? {};
  if (command !== undefined) addLine(walk, command, place);
  for (const each of dependencies)
    addScript(walk, folder, typeof each === 'string' ? each : each.script, packageManager);
}

function addLine(
  walk: Walk,
  line: string,
  place: Pick<CommandStep, 'at' | 'folder' | 'packageManager'>,
): void {
  for (const command of simpleCommands(line)) addStep(walk, { ...command, ...place });
}

/** An argument of concurrently: a whole line, or a script by its short form `npm:dev`. */
function addQuotedLine(
  walk: Walk,
  argument: string,
  { at, folder, packageManager = 'npm' }: CommandStep,
): void {
  const [, script] = /^(?:npm|pnpm|yarn|bun|node):(.+)$/.exec(argument) ?? [];
  if (script === undefined) {
    if (!argument.startsWith('-')) addLine(walk, argument, { at, folder, packageManager });
    return;
  }
  const { scripts = {} } = manifestOf(folder) ?? {};
  const pattern = new RegExp(`^${script.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`);
  for (const name of Object.keys(scripts))
    if (pattern.test(name)) addScript(walk, folder, name, packageManager);
}

interface ScriptCall {
  script: string;
  folders: string[];
  manager: string;
}

/** Scripts of package.json that a program runs. */
function scriptsOf({ root }: Walk, name: string, args: string[], folder: string): ScriptCall[] {
  const plain = args.filter((word) => !word.startsWith('-'));
  const [first = '', second = ''] = plain;
  const everywhere = () => projectFolders(projectRoot(folder, root));
  switch (name) {
    case 'npm':
    case 'pnpm':
    case 'yarn':
    case 'bun': {
      const isRun = /^(?:run|run-script|rum|urn|exec)$/.test(first);
      const script = isRun ? second : name !== 'npm' || LIFECYCLE.has(first) ? first : '';
      const isFiltered = args.some((word) =>
        /^(?:-w|--workspaces?|-F|--filter|-r|--recursive|-C|--prefix|workspaces?)(?:=|$)/.test(word),
      );
      return script === '' ? [] : [{ script, folders: isFiltered ? everywhere() : [folder], manager: name }];
    }
    case 'turbo':
    case 'lerna':
    case 'nx': {
      const script = /^(?:run|run-many|serve|exec)$/.test(first)
        ? second || optionValue(args, '--target', '-t')
        : first;
      const target = script?.includes(':') ? script.split(':')[1]! : script;
      return target ? [{ script: target, folders: everywhere(), manager: 'npm' }] : [];
    }
    case 'wireit':
      return [];
    case 'npm-run-all':
    case 'run-s':
    case 'run-p':
      return plain.map((script) => ({ script, folders: [folder], manager: 'npm' }));
    case 'node': {
      const script = optionValue(args, '--run');
      return script === undefined ? [] : [{ script, folders: [folder], manager: 'node' }];
    }
    default:
      return [];
  }
}

/** Program of a step and its arguments, behind wrappers (`cross-env A=1 node app.js`). */
export function programOf(words: string[]): { name: string; args: string[] } | undefined {
  let rest = words;
  for (;;) {
    const [word, ...args] = rest;
    if (word === undefined) return undefined;
    const name = basename(word).replace(/\.(?:cmd|exe|[cm]?js)$/, '');
    if (!WRAPPERS.test(name)) return { name, args };
    const at = args.findIndex((arg, i) => isProgram(arg, args[i - 1]));
    if (at < 0) return { name, args };
    rest = args.slice(at);
  }
}

/** Whether a word behind a wrapper is the program that it runs: no option, file of one, assignment. */
function isProgram(word: string, before: string | undefined): boolean {
  if (word.startsWith('-') || /^\w+=/.test(word)) return false;
  return before === undefined || !/^-(?:[efupgh]|-env-file|-user)$/.test(before);
}

/** Value of an option, as `--run dev` or `--run=dev`. */
function optionValue(args: string[], ...names: string[]): string | undefined {
  for (const [i, word] of args.entries()) {
    if (names.includes(word)) return args[i + 1];
    const name = names.find((each) => word.startsWith(`${each}=`));
    if (name !== undefined) return word.slice(name.length + 1);
  }
  return undefined;
}

/** Folder of the workspaces' root, at or above a folder. */
function projectRoot(folder: string, start: string): string {
  for (let at = folder; ; at = dirname(at)) {
    if (
      ['turbo.json', 'nx.json', 'lerna.json', 'pnpm-workspace.yaml'].some((name) =>
        existsSync(join(at, name)),
      )
    )
      return at;
    if (at === dirname(at)) return start;
  }
}

function relativeTo(root: string, folder: string): string {
  return folder.startsWith(`${root}/`) ? folder.slice(root.length + 1) : folder;
}
