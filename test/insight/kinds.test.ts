import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { KINDS } from '../../src/insight/kinds.js';
import { ROOT } from '../scooby.js';

test('the kinds are those that the documentation explains', (t) => {
  const rows = readFileSync(join(ROOT, 'docs/findings.md'), 'utf8').match(/^\| `.*?\|/gm)!;
  t.same([...KINDS].sort(), rows.flatMap((row) => row.match(/(?<=`)[^`, |]+/g)!).sort());
  t.end();
});
