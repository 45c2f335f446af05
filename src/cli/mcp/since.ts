/** Argument `since` of the tools: only requests of the last 10m, 1h, … */

import { z } from 'zod';
import { UserError } from '../../domain/errors.js';
import { type FilterQuery, parseFilter } from '../../domain/filter.js';

/** In the schema of a tool. */
export const SINCE_INPUT = z
  .string()
  .regex(/^\d{1,9}(?:ms|s|m|h|d)?$/)
  .optional()
  .describe('only requests of the last 30s, 10m, 2h');

/** Its condition. */
export function sinceQuery(since: string | undefined): FilterQuery {
  return since === undefined ? [] : toolQuery(`since:${since}`);
}

/** Condition of a text in the filter language. Throws a UserError for an invalid one. */
export function toolQuery(text: string): FilterQuery {
  const parsed = parseFilter(text);
  if ('trouble' in parsed) throw new UserError(`The filter is invalid: ${parsed.trouble}.`);
  return parsed.query;
}
