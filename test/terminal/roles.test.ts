import { test } from 'tap';
import { severityRole, statusRole } from '../../src/terminal/roles.js';

test('a status and a severity have one role each', (t) => {
  t.same([undefined, 101, 204, 299, 300, 399, 400, 499, 500, 599].map(statusRole), [
    'dim',
    'ok',
    'ok',
    'ok',
    'accent',
    'accent',
    'warn',
    'warn',
    'error',
    'error',
  ]);
  t.same((['high', 'medium', 'low', 'info'] as const).map(severityRole), ['error', 'warn', 'accent', 'dim']);
  t.end();
});
