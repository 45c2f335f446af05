import { test } from 'tap';
import { executeAdvice } from './executed.js';

test('what is advised for statements in SQL gives the same rows in one statement', (t) =>
  executeAdvice(t, 'drivers.cjs', ['postgres', 'mariadb']));
