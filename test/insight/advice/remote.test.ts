import { test } from 'tap';
import { executeAdvice } from './executed.js';

test('what is advised for MongoDB gives the same documents with one command', (t) =>
  executeAdvice(t, 'mongodb.cjs', []));
