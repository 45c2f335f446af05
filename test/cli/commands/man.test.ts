/** The man page that is made from the help. */

import { Command } from 'commander';
import { test } from 'tap';
import { manLines } from '../../../src/cli/commands/man.js';

test('commands, options and examples are in the page, and nothing of them is a request of roff', (t) => {
  const program = new Command('scooby').description('See it.').helpOption(false).helpCommand(false);
  program
    .command('list')
    .helpOption(false)
    .description('list requests')
    .option('-n, --limit <count>', 'maximum of rows', '20')
    .addHelpText('after', "\nExamples:\n  scooby list '\\d'\n.hidden");
  program.command('secret', { hidden: true });
  t.same(manLines(program, '1.2.3'), [
    '.TH SCOOBY 1 "" "scooby 1.2.3" "User Commands"',
    '.SH NAME',
    'scooby \\- See it.',
    '.SH SYNOPSIS',
    '.B scooby\n[command]',
    '.PP',
    'Without a command, on a terminal, the browser is opened.',
    '.SH OPTIONS',
    '.SH COMMANDS',
    '.SS scooby list [options]',
    'list requests',
    '.TP',
    '.B \\-n, \\-\\-limit <count>',
    'maximum of rows (default: "20")',
    '.PP',
    '.nf',
    'Examples:',
    "  scooby list '\\ed'",
    '\\&.hidden',
    '.fi',
  ]);
  t.end();
});
