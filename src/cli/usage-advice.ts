/** Advice on a wrong command line: what the user most likely meant by a command or an option. */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { isProgram } from './programs.js';
import { quoteShellWord } from './start-problems/shell-words.js';

/** Options by the words that other programs have for them. */
const MEANINGS: Record<string, string> = {
  follow: 'watch tail live stream f',
  limit: 'count max max-count rows number lines last head top',
  since: 'after newer from within recent age',
  slower: 'slow min min-time min-duration longer above threshold duration time',
  path: 'url uri filter grep search match endpoint route',
  method: 'verb',
  status: 'code http-status',
  by: 'group group-by sort order order-by sum',
  json: 'format output o raw jsonl ndjson',
  db: 'database file store sqlite data',
  color: 'colour ansi',
  'no-color': 'no-colour no-colors monochrome plain-text',
  port: 'listen proxy-port proxy p',
  upstream: 'target backend proxy-to app-port app origin',
  wait: 'timeout start-timeout delay',
  ttl: 'keep retention expire expires max-age',
  'max-size': 'size limit-size quota',
  quiet: 'silent q s no-log',
  ui: 'open browser tui screen interactive',
  record: 'sample capture only',
  ungrouped: 'all flat full expand every verbose v',
  stack: 'trace stacktrace stack-trace stacks frames backtrace',
  waterfall: 'timeline gantt bars flame flamegraph',
  source: 'code src files',
  sql: 'queries query statements',
  kind: 'type kinds types only',
  tab: 'panel view section',
  ascii: 'no-unicode',
  plain: 'text lines no-tui accessible',
  budget: 'limits config fail-under thresholds rules',
  'update-baseline': 'update accept update-snapshot u write-baseline',
  analyze: 'analyse run execute',
  runs: 'run',
};

/**
 * Text of a usage error, `error: …` as commander words it, with what was meant. `words` are the
 * arguments of the program.
 */
export function withUsageAdvice(text: string, command: Command, words: string[], cwd: string): string {
  const [, flag] = /^error: unknown option '([^'=]+)/.exec(text) ?? [];
  const advice =
    flag !== undefined
      ? optionAdvice(flag, command)
      : /^error: unknown command /.test(text)
        ? commandAdvice(words, cwd)
        : undefined;
  if (advice === undefined) return text;
  return `${text.trimEnd().replace(/\n\(Did you mean [^\n]*\)$/, '')}\n${advice}\n`;
}

/** The option of that meaning, in this command or else in another one. */
function optionAdvice(flag: string, command: Command): string | undefined {
  const wanted = flag.replace(/^-+/, '').toLowerCase();
  const names = Object.keys(MEANINGS).filter((name) => MEANINGS[name]!.split(' ').includes(wanted));
  const own = names.find((name) => hasOption(command, name));
  if (own !== undefined) return `(Did you mean --${own}?)`;
  const others = command.parent?.commands ?? command.commands;
  for (const name of [wanted, ...names]) {
    const other = others.find((each) => each !== command && hasOption(each, name));
    if (other !== undefined) return `(Did you mean scooby ${other.name()} --${name}?)`;
  }
  return undefined;
}

function hasOption({ options }: Command, name: string): boolean {
  return options.some(({ long, hidden }) => long === `--${name}` && !hidden);
}

/** `scooby run -- …` where the words are a command, a script of the project or a file to run. */
function commandAdvice(words: string[], cwd: string): string | undefined {
  const start = startCommand(words, cwd);
  return start && `To start an app under scooby:  scooby run -- ${start.map(quoteShellWord).join(' ')}`;
}

function startCommand(words: string[], cwd: string): string[] | undefined {
  const [first = '', ...rest] = words;
  if (/\.(?:[cm]?js|[cm]ts|ts)$/.test(first) && existsSync(join(cwd, first))) return ['node', first, ...rest];
  if (scriptsOf(cwd).includes(first))
    return ['npm', 'run', first, ...(rest.length > 0 ? ['--', ...rest] : [])];
  if (existsSync(join(cwd, 'node_modules/.bin', first))) return ['npx', ...words];
  return isProgram(first, cwd) ? words : undefined;
}

function scriptsOf(cwd: string): string[] {
  try {
    return Object.keys(JSON.parse(readFileSync(join(cwd, 'package.json'), 'utf8')).scripts ?? {});
  } catch {
    // No package.json, or not one that npm could read either.
    return [];
  }
}
