import { test } from 'tap';
import { executeAdvice } from './executed.js';

test('what is advised for ORMs gives the same rows in one statement', (t) =>
  executeAdvice(t, 'orms.cjs', 'postgres'));
