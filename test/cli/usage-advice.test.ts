import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { test } from 'tap';
import { withUsageAdvice } from '../../src/cli/usage-advice.js';

const program = new Command();
const list = program.command('list').option('--follow').option('-n, --limit <n>').option('--slower <time>');
const show = program.command('show').option('--waterfall').option('--ungrouped');
const unknown = (flag: string, command: Command, similar = '') =>
  withUsageAdvice(`error: unknown option '${flag}'${similar}\n`, command, [], '/');

test('a wrong option suggests the one of the same meaning, also of another command', (t) => {
  t.equal(unknown('--watch', list), "error: unknown option '--watch'\n(Did you mean --follow?)\n");
  t.equal(unknown('-f', list), "error: unknown option '-f'\n(Did you mean --follow?)\n");
  t.equal(unknown('--count', list), "error: unknown option '--count'\n(Did you mean --limit?)\n");
  t.equal(unknown('--timeline', show), "error: unknown option '--timeline'\n(Did you mean --waterfall?)\n");
  t.equal(
    unknown('--watch', show),
    "error: unknown option '--watch'\n(Did you mean scooby list --follow?)\n",
  );
  t.equal(
    unknown('--waterfall', list),
    "error: unknown option '--waterfall'\n(Did you mean scooby show --waterfall?)\n",
  );
  const similar = '\n(Did you mean --limit?)';
  t.equal(unknown('--limt', list, similar), `error: unknown option '--limt'${similar}\n`);
  t.equal(unknown('--nope', list), "error: unknown option '--nope'\n");
  t.end();
});

test('a command that starts an app, a script of the project, a file: scooby run', (t) => {
  const cwd = t.testdir({
    'app.js': '',
    'package.json': '{ "scripts": { "dev": "node app.js" } }',
    node_modules: { '.bin': { next: '' } },
  });
  writeFileSync(join(cwd, 'start.sh'), '#!/bin/sh\n');
  chmodSync(join(cwd, 'start.sh'), 0o755);
  const advice = (...words: string[]) =>
    withUsageAdvice(`error: unknown command '${words[0]}'\n`, program, words, cwd).split('\n')[1];
  const run = (start: string) => `To start an app under scooby:  scooby run -- ${start}`;
  t.equal(advice('node', '--inspect', 'app.js', 'a b'), run("node --inspect app.js 'a b'"));
  t.equal(advice('app.js', '--x'), run('node app.js --x'));
  t.equal(advice('dev'), run('npm run dev'));
  t.equal(advice('dev', '--x'), run('npm run dev -- --x'));
  t.equal(advice('next', 'dev'), run('npx next dev'));
  t.equal(advice('./start.sh'), run('./start.sh'));
  t.equal(advice('nosuchthing'), '');
  t.equal(advice('gone.js'), '');
  t.end();
});
