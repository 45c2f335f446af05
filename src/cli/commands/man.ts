/** `scooby man`: the man page, made from the help of every command; the build packs it in man/. */

import type { Command } from 'commander';
import { printDocument } from '../output.js';
import { scoobyVersion } from '../version.js';

/** Adds the command to the program, hidden: readers have `man scooby`. */
export function registerMan(program: Command): void {
  program
    .command('man', { hidden: true })
    .description('print the man page: scooby man | man -l -')
    .action(() => printDocument(manLines(program, scoobyVersion())));
}

/** Lines of the page in the macros of man(7). */
export function manLines(program: Command, version: string): string[] {
  const commands = program.createHelp().visibleCommands(program);
  return [
    `.TH SCOOBY 1 "" "scooby ${version}" "User Commands"`,
    '.SH NAME',
    `scooby \\- ${roffText(program.description())}`,
    '.SH SYNOPSIS',
    `.B scooby\n${roffText(program.usage())}`,
    '.PP',
    'Without a command, on a terminal, the browser is opened.',
    '.SH OPTIONS',
    ...optionLines(program),
    '.SH COMMANDS',
    ...commands.flatMap(commandLines),
    ...afterLines(program),
  ];
}

function commandLines(command: Command): string[] {
  return [
    `.SS ${roffText(`scooby ${command.name()} ${command.usage()}`)}`,
    roffText(command.description()),
    ...command
      .createHelp()
      .visibleArguments(command)
      .filter(({ description }) => description !== '')
      .flatMap((argument) => entryLines(argument.name(), argument.description)),
    ...optionLines(command),
    ...afterLines(command),
  ];
}

function optionLines(command: Command): string[] {
  const help = command.createHelp();
  return help
    .visibleOptions(command)
    .flatMap((option) => entryLines(help.optionTerm(option), help.optionDescription(option)));
}

function entryLines(term: string, description: string): string[] {
  return ['.TP', `.B ${roffText(term)}`, roffText(description)];
}

/** The text that follows a command's help, such as its examples, line by line. */
function afterLines(command: Command): string[] {
  const parts: string[] = [];
  const { writeOut } = command.configureOutput();
  command.configureOutput({ writeOut: (text) => void parts.push(text) });
  command.outputHelp();
  command.configureOutput({ ...(writeOut && { writeOut }) });
  const lines = parts.slice(1).join('').trim().split('\n');
  return lines.length === 1 && lines[0] === '' ? [] : ['.PP', '.nf', ...lines.map(roffText), '.fi'];
}

/** Text that is no request of roff. */
function roffText(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^(?=[.'])/gm, '\\&');
}
