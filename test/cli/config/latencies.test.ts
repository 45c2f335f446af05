import { Command } from 'commander';
import { test } from 'tap';
import { latenciesOption } from '../../../src/cli/config/latencies.js';

const parsed = (...args: string[]) =>
  new Command()
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
    .addOption(latenciesOption('how far'))
    .parse(['--latency', ...args], { from: 'user' })
    .opts();

test('latencies of the command line', (t) => {
  t.same(parsed('sql=2ms,cache=1ms'), { latency: { sql: 2, cache: 1 } });
  t.throws(() => parsed('far'), { message: /Write a time such as 2ms, or times by kind or library/ });
  t.end();
});
