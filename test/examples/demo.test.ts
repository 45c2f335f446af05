import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { test } from 'tap';

const ROOT = join(import.meta.dirname, '../../..');

test('the demo shows the page with an N+1 and the line that makes it', async (t) => {
  const env = { ...process.env, SCOOBY_DB: join(t.testdir(), 'db') };
  // Ends by itself and with 0, as standard output is no terminal.
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['examples/demo.mjs'], {
    cwd: ROOT,
    env,
  });
  t.match(stderr, /^GET \/orders 200 \S+ 52 sql \S+/m);
  t.match(stdout, /^ *\S+ +GET +\/orders +200 .* 52 /m, 'the list has it');
  t.match(stdout, /^ *\S+ +GET +\/products\/3\/reviews +500 /m, 'the list has the page that fails');
  t.match(stdout, /50× sql .*\n +select name, city from customers where id = \$1\n/);
  t.match(stdout, / newestOrders \(examples\/shop\/orders\.js:11:33\)\n/);
});
