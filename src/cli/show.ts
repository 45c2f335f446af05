/** `scooby show`: one request, and every call that it made. */

import type { Command } from 'commander';
import { UserError } from '../errors.js';
import { publicTrace } from '../public.js';
import type { Store } from '../store/store.js';
import { json } from '../text.js';
import type { Trace } from '../trace.js';
import { clean } from '../tui/cells.js';
import { tabText, tabTitles } from '../tui/tab-text.js';
import { choose } from './choose.js';
import { type ReadingFlags, takesStore, withStore } from './reading.js';
import { print, type Screen, screenOf } from './screen.js';
import { coloured } from './style.js';
import { traceLines } from './trace-text.js';

type ShowFlags = ReadingFlags & { stack?: boolean; ungrouped?: boolean; tab?: string };

/** Adds the command to the program. */
export function registerShow(program: Command): void {
  const command = program
    .command('show')
    .description('one request: what it did, in order, and which line did it')
    .argument('<id>', 'its id or the beginning of it; last or -1, -2 for the one before')
    .option('--stack', 'all frames of every call')
    .option('--ungrouped', 'every call by itself, also where one ran many times in a row')
    .option('--tab <title>', 'a tab of the browser as text: overview, sql, headers, timeline, …')
    .option('--json', 'all that is known, as docs/trace.md describes')
    .addHelpText(
      'after',
      `
Examples:
  scooby show last            the newest request
  scooby show -2              the one before it
  scooby show 5f0c9a4e        any beginning of an id that means only one
  scooby show last --stack    who called, all the way
  scooby show last --json | jq '.spans[].name'`,
    )
    .action((id: string, flags: ShowFlags) => withStore(flags, (store) => show(store, id, flags)));
  takesStore(command);
}

function show(store: Store, id: string, flags: ShowFlags): void {
  const screen = screenOf(flags);
  const trace = choose(store, id, screen.now);
  if (flags.json) print([json(publicTrace(trace), 2)]);
  else if (flags.tab !== undefined) print(tabLines(store, trace, flags, screen));
  else print(traceLines(trace, { ...flags, code: codeOf(store, trace) }, screen));
}

/** Answers what the browser shows in a tab; throws a UserError when it has no such tab. */
function tabLines(store: Store, trace: Trace, flags: ShowFlags, screen: Screen): string[] {
  const source = (file: string) => {
    const hash = trace.sources?.[file];
    return hash === undefined ? undefined : store.source(hash)?.text;
  };
  const lines = tabText(trace, flags.tab!, {
    columns: screen.width,
    colour: screen.style === coloured,
    grouped: !flags.ungrouped,
    libraries: flags.stack === true,
    source,
  });
  if (!lines)
    throw new UserError(`There is no tab "${clean(flags.tab!)}". There are: ${tabTitles(trace).join(', ')}`);
  return lines;
}

/** Answers how to find a line of a file as it was when the request ran. */
function codeOf(store: Store, trace: Trace): (file: string, line: number) => string | undefined {
  const texts = new Map<string, string[]>();
  return (file, line) => {
    const hash = trace.sources?.[file];
    if (hash === undefined) return undefined;
    let lines = texts.get(hash);
    if (!lines) texts.set(hash, (lines = store.source(hash)?.text.split('\n') ?? []));
    return lines[line - 1];
  };
}
