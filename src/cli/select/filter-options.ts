/** Filter argument and filter options of list and top, combined into one query. */

import { type Command, InvalidArgumentError } from 'commander';
import { UserError } from '../../domain/errors.js';
import { type FilterQuery, intersectQueries, parseFilter } from '../../domain/filter.js';
import { type FilterOp, type FilterTerm, parseFieldTerm } from '../../domain/filter-term.js';
import type { Selection, StoreReader } from '../../store/store.js';
import { parseDuration } from '../config/units.js';
import { chooseRun } from './run.js';

/** Filter options, each parsed to its term of the filter language. */
export interface FilterFlags {
  path?: FilterTerm;
  method?: FilterTerm;
  status?: FilterTerm;
  slower?: FilterTerm;
  since?: FilterTerm;
  /** Name of a machine; of a shared store. */
  host?: string;
  run?: string;
}

/** Adds the filter argument and the filter options to a command. */
export function addFilterOptions(command: Command): Command {
  return command
    .argument(
      '[filter...]',
      "only requests that match the filter (docs/browser.md): status>=400, n1, sql:users, '!health'",
    )
    .option(
      '--path <text>',
      'only requests with this text in their URL (same as path:<text>)',
      termParser('path'),
    )
    .option(
      '--method <name>',
      'only GET, POST, … requests (same as method=<name>)',
      termParser('method', '='),
    )
    .option('--status <code>', 'only a status (404) or a class (5xx) (same as status:<code>)', parseStatus)
    .option(
      '--slower <time>',
      'only requests that took at least 100ms, 2s, … (same as slower:<time>)',
      durationTermParser('slower'),
    )
    .option(
      '--since <time>',
      'only requests of the last 10m, 1h, … (same as since:<time>)',
      durationTermParser('since'),
    )
    .option('--host <name>', 'only requests of apps on this machine (of a shared store)')
    .option('--run <run>', 'only requests of this run: last, previous, or a number from scooby runs');
}

function termParser(field: string, op: FilterOp = ':'): (text: string) => FilterTerm {
  return (text) => {
    const termOrError = parseFieldTerm(field, op, text);
    if (typeof termOrError === 'object') return termOrError;
    throw new InvalidArgumentError(`${termOrError}.`);
  };
}

function durationTermParser(field: string): (text: string) => FilterTerm {
  return (text) => ({ ...termParser(field)('0'), value: parseDuration(text) });
}

function parseStatus(text: string): FilterTerm {
  if (/^[1-5](?:\d\d|xx)$/i.test(text)) return termParser('status')(text);
  throw new InvalidArgumentError('Write a status such as 404, or a class such as 5xx.');
}

/**
 * Query of the filter's words and the options, all of which must match. Throws a UserError for an
 * invalid filter.
 */
export function queryFromOptions(
  filter: string[],
  { path, method, status, slower, since }: FilterFlags,
): FilterQuery {
  const parsed = parseFilter(filter.join(' '));
  if ('trouble' in parsed) throw new UserError(`The filter is invalid: ${parsed.trouble}.`);
  const terms = [path, method, status, slower, since].filter((term) => term !== undefined);
  return intersectQueries(parsed.query, terms.length > 0 ? [terms] : []);
}

/**
 * Selection of the filter's words and the options. Throws a UserError for an invalid filter, or a run
 * that does not exist.
 */
export async function selectionFromOptions(
  store: StoreReader,
  filter: string[],
  flags: FilterFlags,
): Promise<Selection & { query: FilterQuery }> {
  const { host, run } = flags;
  const query = queryFromOptions(filter, flags);
  return {
    query,
    ...(host !== undefined && { host }),
    ...(run !== undefined && { run: (await chooseRun(store, run)).number }),
  };
}
