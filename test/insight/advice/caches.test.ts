import { test } from 'tap';
import { executeAdvice } from './executed.js';

test('what is advised for caches gives the same values in one round trip', (t) =>
  executeAdvice(t, 'caches.cjs', ['redis', 'memcached']));
