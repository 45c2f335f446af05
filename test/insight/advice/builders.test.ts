import { test } from 'tap';
import { executeAdvice } from './executed.js';

test('what is advised for query builders and Prisma gives the same rows in one statement', (t) =>
  executeAdvice(t, 'builders.cjs', 'postgres'));
