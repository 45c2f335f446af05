/**
 * Children that Node would end because its permission model does not let them read the agent: they run
 * without it. From Node 22 on a script may read what is preloaded, but code in an argument may not.
 */

import { isCodeOption, isPathAllowed } from '../../domain/node-permissions.cjs';
import { dataOf, listOf } from '../record/app-values.cjs';

const MODELS = ['--permission', '--experimental-permission'];
/** A script, whose own arguments follow, and options whose value may look like one. */
const SCRIPT = /\.[cm]?[jt]sx?$/;
const TAKES_FILE = /^(?:-r|--(?:require|import|loader|experimental-loader))$/;
const ARE_SCRIPTS_DENIED = process.versions.node.startsWith('20.');
/** Option that loads the agent, by the run folder that its path leads through. */
const AGENT_OPTION =
  /(?:^|\s)--(?:require|import)[\s=](?:"[^"]*[\\/]scooby-\d+-\w+[\\/][^"]*"|[^\s"]*[\\/]scooby-\d+-\w+[\\/][^\s"]*)/g;
const NAME = 'NODE_OPTIONS=';
/** Arguments that are looked at. */
const MAX_ARGUMENTS = 100;

/** Takes the agent out of the environment in the options of `ChildProcess#spawn`, which Node has made. */
export function leaveOutOfChild(options: unknown): void {
  if (!isDenied(listOf(dataOf(options, 'args'), MAX_ARGUMENTS))) return;
  const pairs = dataOf(options, 'envPairs');
  if (!Array.isArray(pairs)) return;
  const at = pairs.findIndex((pair) => typeof pair === 'string' && pair.startsWith(NAME));
  if (at >= 0) pairs[at] = NAME + withoutAgent(pairs[at].slice(NAME.length));
}

/**
 * Takes the agent out of the environment for a synchronous call with these arguments; returns the
 * function that puts it back, if so.
 */
export function leaveOutOfSyncChild({ 0: command, 1: list }: ArrayLike<unknown>): (() => void) | undefined {
  const words = typeof command === 'string' ? command.slice(0, 10_000).split(/\s+/) : [];
  if (!isDenied([...words, ...listOf(list, MAX_ARGUMENTS)])) return undefined;
  const { NODE_OPTIONS } = process.env;
  if (NODE_OPTIONS === undefined) return undefined;
  process.env.NODE_OPTIONS = withoutAgent(NODE_OPTIONS);
  return () => {
    process.env.NODE_OPTIONS = NODE_OPTIONS;
  };
}

function isDenied(list: unknown[]): boolean {
  if (!MODELS.some((model) => list.includes(model))) return false;
  const words = list.filter((word) => typeof word === 'string');
  if (!ARE_SCRIPTS_DENIED && !isCode(words)) return false;
  return !isPathAllowed(words, 'read', __filename);
}

/** Whether the code that runs is an argument: behind a script such an option is the script's own. */
function isCode(words: string[]): boolean {
  const code = words.findIndex(isCodeOption);
  const script = words.findIndex((word, i) => SCRIPT.test(word) && !TAKES_FILE.test(words[i - 1] ?? ''));
  return code >= 0 && (script < 0 || code < script);
}

function withoutAgent(options: string): string {
  return options.replace(AGENT_OPTION, '');
}
