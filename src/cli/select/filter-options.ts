/** Which requests a command is about: the filter and the options that list and top have in common, as one query. */

import { type Command, InvalidArgumentError } from 'commander';
import { UserError } from '../../domain/errors.js';
import { type FilterQuery, intersectQueries, parseFilter } from '../../domain/filter.js';
import { type FilterOp, type FilterTerm, parseFieldTerm } from '../../domain/filter-term.js';
import { parseDuration } from '../config/units.js';

/** What those options say: each is the term of the filter language that it comes to. */
export interface FilterFlags {
  path?: FilterTerm;
  method?: FilterTerm;
  status?: FilterTerm;
  slower?: FilterTerm;
  since?: FilterTerm;
}

/** Adds those options, and the words of a filter, to a command. */
export function addFilterOptions(command: Command): Command {
  return command
    .argument(
      '[filter...]',
      "only those that match the browser's filter: status>=400, n1, sql:users, !health",
    )
    .option('--path <text>', 'only those with this text in their path or query: path:<text>', term('path'))
    .option('--method <name>', 'only GET, POST, …: method=<name>', term('method', '='))
    .option('--status <code>', 'only 404, or a class: 5xx: status:<code>', parseStatus)
    .option(
      '--slower <time>',
      'only those that took at least that long: 100ms, 2s: slower:<time>',
      time('slower'),
    )
    .option('--since <time>', 'only those of that long ago, or newer: 10m, 1h: since:<time>', time('since'));
}

function term(field: string, op: FilterOp = ':'): (text: string) => FilterTerm {
  return (text) => {
    const found = parseFieldTerm(field, op, text);
    if (typeof found === 'object') return found;
    throw new InvalidArgumentError(`${found}.`);
  };
}

function time(field: string): (text: string) => FilterTerm {
  return (text) => ({ ...term(field)('0'), value: parseDuration(text) });
}

function parseStatus(text: string): FilterTerm {
  if (/^[1-5](?:\d\d|xx)$/i.test(text)) return term('status')(text);
  throw new InvalidArgumentError('Write a status such as 404, or a class such as 5xx.');
}

/** Query that the words and the options ask for. Throws a UserError where the filter is not understood. */
export function queryFromOptions(
  filter: string[],
  { path, method, status, slower, since }: FilterFlags,
): FilterQuery {
  const parsed = parseFilter(filter.join(' '));
  if ('trouble' in parsed) throw new UserError(`The filter is not understood: ${parsed.trouble}.`);
  const terms = [path, method, status, slower, since].filter((one) => one !== undefined);
  return intersectQueries(parsed.query, terms.length > 0 ? [terms] : []);
}
