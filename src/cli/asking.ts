/** Which requests a command is about: the options and the filter that list and top have in common. */

import { type Command, InvalidArgumentError } from 'commander';
import { UserError } from '../errors.js';
import { parseFilter } from '../query.js';
import { statusRange } from '../store/filter.js';
import type { Among } from '../store/store.js';
import { parseDuration } from './units.js';

/** What those options say. */
export interface AskingFlags {
  path?: string;
  method?: string;
  status?: string;
  slower?: number;
  since?: number;
}

/** Adds those options, and the words of a filter, to a command. */
export function takesFilter(command: Command): Command {
  return command
    .argument(
      '[filter...]',
      "only those that match the browser's filter: status>=400, n1, sql:users, !health",
    )
    .option('--path <text>', 'only those with this text in their path or query')
    .option('--method <name>', 'only GET, POST, …')
    .option('--status <code>', 'only 404, or a class: 5xx', parseStatus)
    .option('--slower <time>', 'only those that took at least that long: 100ms, 2s', parseDuration)
    .option('--since <time>', 'only those of that long ago, or newer: 10m, 1h', parseDuration);
}

function parseStatus(text: string): string {
  if (!statusRange(text))
    throw new InvalidArgumentError('Write a status such as 404, or a class such as 5xx.');
  return text;
}

/** Answers which requests are asked for; `now` is epoch ms. Throws a UserError where the filter is not understood. */
export function amongOf(filter: string[], flags: AskingFlags, now: number): Among {
  const { path, method, status, slower, since } = flags;
  const parsed = parseFilter(filter.join(' '));
  if ('trouble' in parsed) throw new UserError(`The filter is not understood: ${parsed.trouble}.`);
  return {
    ...(path !== undefined && { path }),
    ...(method !== undefined && { method }),
    ...(status !== undefined && { status }),
    ...(slower !== undefined && { slower }),
    ...(since !== undefined && { since: now - since }),
    ...(parsed.query.length > 0 && { query: parsed.query }),
  };
}
