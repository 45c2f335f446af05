import { readFileSync } from 'node:fs';
import { test } from 'tap';
import { libraries, PAGE } from './libraries.js';

test('docs/libraries.md matches the lists of instruments and call-site libraries', async (t) => {
  t.equal(readFileSync(PAGE, 'utf8'), libraries(), 'node dist/test/agent/libraries.js writes it');
});
