/** All rules, by priority: rules that read `claimed` skip the calls of earlier rules. */

import type { Rule } from '../scene.js';
import { blockedBy } from './blocked-by.js';
import { blockedLoop } from './blocked-loop.js';
import { cacheNotFilled } from './cache-not-filled.js';
import { couldBeParallel } from './could-be-parallel.js';
import { duplicates } from './duplicates.js';
import { errors } from './errors.js';
import { longTransactions } from './long-transactions.js';
import { overFetching } from './over-fetching.js';
import { poolWait } from './pool-wait.js';
import { remoteLoops } from './remote-loops.js';
import { slow } from './slow.js';
import { sqlLoops } from './sql-loops.js';
import { swallowedErrors } from './swallowed-errors.js';

export const rules: Rule[] = [
  errors,
  sqlLoops,
  remoteLoops,
  duplicates,
  couldBeParallel,
  slow,
  overFetching,
  longTransactions,
  poolWait,
  cacheNotFilled,
  swallowedErrors,
  blockedLoop,
  blockedBy,
];
