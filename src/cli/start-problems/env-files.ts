/** NODE_OPTIONS in files of the environment: `node --env-file`, dotenv, env-cmd. */

import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type CommandStep, OWN_COMMAND, programOf } from './command-steps.js';
import type { StartProblem } from './start-problem.js';

/** Programs that put a file's variables over those of the environment, with the option for that. */
const OVERRIDING: [name: RegExp, option: RegExp | undefined, files: RegExp][] = [
  [/^dotenv$/, /^(?:-o|--override)$/, /^-e$/],
  [/^dotenvx$/, /^(?:-o|--overload)$/, /^(?:-f|--env-file)$/],
  [/^env-cmd$/, undefined, /^(?:-f|--file)$/],
];

/**
 * Problems of a step whose file sets NODE_OPTIONS: Node does not read it, as the agent has the
 * variable, and other programs put it in the agent's place.
 */
export function envFileProblems(step: CommandStep, env: NodeJS.ProcessEnv): StartProblem[] {
  const problem = overridingProblem(step);
  const options = step.at === OWN_COMMAND ? undefined : nodeOptionsOf(step, env);
  if (options === undefined) return problem === undefined ? [] : [problem];
  const { file, value } = options;
  const own = {
    cause: `NODE_OPTIONS in ${file} (--env-file of ${step.at}) is not read, as the agent has that variable`,
    remedy: `set it before scooby run: NODE_OPTIONS="${value}" scooby run -- …`,
  };
  return problem === undefined ? [own] : [own, problem];
}

/**
 * NODE_OPTIONS from the files of `node --env-file`, which Node reads where the environment has none,
 * of the last file that has it. Undefined without.
 */
export function nodeOptionsOf(
  { words, folder }: Pick<CommandStep, 'words' | 'folder'>,
  env: NodeJS.ProcessEnv,
): { file: string; value: string } | undefined {
  if (env.NODE_OPTIONS) return undefined;
  const { name, args } = programOf(words) ?? { name: '', args: [] };
  if (name !== 'node') return undefined;
  const files = args.flatMap((word, i) => {
    const [, value] = /^--env-file(?:-if-exists)?(?:=(.*))?$/s.exec(word) ?? [undefined, null];
    if (value === null) return [];
    return value ?? args[i + 1] ?? [];
  });
  const found = files.map((file) => ({ file, value: variableIn(resolve(folder, file), 'NODE_OPTIONS') }));
  const last = found.findLast(({ value }) => value !== undefined);
  return last?.value ? { file: last.file, value: last.value } : undefined;
}

function overridingProblem({ words, at, folder }: CommandStep): StartProblem | undefined {
  const index = words.findIndex((word) => OVERRIDING.some(([name]) => name.test(word.replace(/^.*\//, ''))));
  const program = OVERRIDING.find(([name]) => name.test(words[index]?.replace(/^.*\//, '') ?? ''));
  if (program === undefined) return undefined;
  const [, option, flag] = program;
  const args = words.slice(index + 1);
  if (option !== undefined && !args.some((word) => option.test(word))) return undefined;
  const files = args.filter((_, i) => flag.test(args[i - 1] ?? ''));
  const file = (files.length > 0 ? files : ['.env']).find((each) =>
    variableIn(resolve(folder, each), 'NODE_OPTIONS'),
  );
  if (file === undefined) return undefined;
  return {
    cause: `${file} has NODE_OPTIONS, which ${words[index]} (${at}) puts in the place of the agent's`,
    remedy: 'take it out of that file, and set it before scooby run',
  };
}

/** Value of a variable in a file of the environment; undefined where it has none. */
function variableIn(path: string, name: string): string | undefined {
  if (!existsSync(path)) return undefined;
  const line = new RegExp(`^\\s*(?:export\\s+)?${name}\\s*=[ \\t]*(.*)$`, 'm');
  const [, text] = line.exec(readFileSync(path, 'utf8')) ?? [];
  if (text === undefined) return undefined;
  const [, , quoted] = /^(["'`])(.*?)\1/.exec(text) ?? [];
  return quoted ?? text.replace(/\s+#.*$/, '').trim();
}
