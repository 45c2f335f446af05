import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { test } from 'tap';
import { completionLines } from '../../../src/cli/commands/completion.js';
import { PROGRAM } from '../../scooby.js';

const program = new Command('scooby');
program
  .command('list')
  .description("list the app's requests")
  .option('-n, --limit <count>', 'rows: [20]')
  .addOption(new Option('--by <what>', 'sum up').choices(['route', 'run']))
  .addOption(new Option('--hidden').hideHelp());

test('bash completes commands, options and values of the program itself', (t) => {
  const { stdout: script } = spawnSync(process.execPath, [PROGRAM, 'completion', 'bash'], {
    encoding: 'utf8',
  });
  const path = join(t.testdir(), 'completion.bash');
  writeFileSync(path, script);
  const complete = (...words: string[]) => {
    const line = `source ${path}; COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _scooby; printf '%s\n' "\${COMPREPLY[@]}"`;
    return spawnSync('bash', ['--norc', '-c', line], { encoding: 'utf8' }).stdout.trim().split('\n');
  };
  t.same(complete('scooby', 'li'), ['list']);
  t.same(complete('scooby', 'st'), ['status', 'store']);
  t.same(complete('scooby', 'help', 'sh'), ['show']);
  t.same(complete('scooby', 'list', '--fol'), ['--follow']);
  t.same(complete('scooby', 'list', '--by', ''), ['route', 'run']);
  t.same(complete('scooby', 'top', '--by', 's'), ['statement', 'site']);
  t.same(complete('scooby', 'completion', 'f'), ['fish']);
  t.same(complete('scooby', 'list', '--db', path.slice(0, -2)), [path], 'a file where a value is wanted');
  t.same(complete('scooby', 'ui', '--att'), [''], 'a hidden option');
  t.end();
});

test('zsh and fish: the same commands, options and values', (t) => {
  const zsh = completionLines(program, 'zsh');
  t.ok(zsh.includes("    'list:list the app'\\''s requests'"));
  t.ok(
    zsh.includes(
      "    list) _arguments -s '-n[rows\\: \\[20\\]]:value:_files' '--limit[rows\\: \\[20\\]]:value:_files' '--by[sum up]:value:(route run)' '-h[display help for command]' '--help[display help for command]' '*:file:_files' ;;",
    ),
  );
  t.same(
    completionLines(program, 'fish').filter((line) => / -a (?:list|'route run') /.test(line)),
    [
      "complete -c scooby -n __fish_use_subcommand -f -a list -d 'list the app\\'s requests'",
      "complete -c scooby -n '__fish_seen_subcommand_from list' -l by -x -a 'route run' -d 'sum up'",
    ],
  );
  t.end();
});
