/** `scooby completion`: a completion script for bash, zsh or fish, made from the program's own commands. */

import { Argument, type Command, type Option } from 'commander';
import { printDocument } from '../output.js';

const SHELLS = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof SHELLS)[number];

/** Adds the command to the program. */
export function registerCompletion(program: Command): void {
  program
    .command('completion')
    .description('print a script that completes commands and options in a shell')
    .addArgument(new Argument('<shell>', 'shell to complete in').choices(SHELLS))
    .addHelpText(
      'after',
      `
Examples:
  scooby completion bash >> ~/.bashrc
  scooby completion zsh > ~/.zsh/completions/_scooby     a folder of $fpath
  scooby completion fish > ~/.config/fish/completions/scooby.fish`,
    )
    .action((shell: Shell) => printDocument(completionLines(program, shell)));
}

/** Lines of the script for a shell. */
export function completionLines(program: Command, shell: Shell): string[] {
  return { bash: bashLines, zsh: zshLines, fish: fishLines }[shell](program);
}

function visibleOptions(command: Command): Option[] {
  return [...command.createHelp().visibleOptions(command)];
}

function namesOf(option: Option): string[] {
  return [option.short, option.long].filter((name) => name !== undefined);
}

function optionWords(command: Command): string {
  return visibleOptions(command).flatMap(namesOf).join(' ');
}

function commandWords(program: Command): string {
  return program
    .createHelp()
    .visibleCommands(program)
    .map((command) => command.name())
    .join(' ');
}

function argumentChoices(command: Command): string[] {
  return command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []);
}

/** Values of an option of that name in a command, as `case` patterns of bash. */
function choiceCases(command: Command): string[] {
  return visibleOptions(command).flatMap((option) =>
    option.argChoices
      ? [
          `      ${command.name()}:${namesOf(option).join(`|${command.name()}:`)}) words='${option.argChoices.join(' ')}' ;;`,
        ]
      : [],
  );
}

/** Options of a command with any value, as a `case` pattern of bash: files are completed. */
function valueCases(command: Command): string[] {
  const names = visibleOptions(command)
    .filter(({ required, argChoices }) => required && !argChoices)
    .flatMap(namesOf);
  if (names.length === 0) return [];
  const pattern = names.map((name) => `${command.name()}:${name}`).join('|');
  return [`      ${pattern}) COMPREPLY=($(compgen -f -- "$word")); return ;;`];
}

// Behind `--` the words are a command of the app: files are completed.
function bashLines(program: Command): string[] {
  const { commands } = program;
  return [
    '_scooby() {',
    `  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" command="\${COMP_WORDS[1]}" words=""`,
    '  local i',
    '  for ((i = 1; i < COMP_CWORD; i++)); do',
    `    if [[ "\${COMP_WORDS[i]}" == "--" ]]; then COMPREPLY=($(compgen -f -- "$word")); return; fi`,
    '  done',
    `  if ((COMP_CWORD == 1)); then words='${commandWords(program)} ${optionWords(program)}'`,
    '  else',
    '    case "$command:$before" in',
    ...commands.flatMap(choiceCases),
    ...commands.flatMap(valueCases),
    '    esac',
    '    if [[ -z "$words" ]]; then case "$command" in',
    `      help) words='${commandWords(program)}' ;;`,
    ...commands.map(
      (command) =>
        `      ${command.name()}) words='${[...argumentChoices(command), optionWords(command)].join(' ')}' ;;`,
    ),
    '    esac; fi',
    '  fi',
    '  COMPREPLY=($(compgen -W "$words" -- "$word"))',
    '}',
    'complete -o default -F _scooby scooby',
  ];
}

function zshLines(program: Command): string[] {
  const help = program.createHelp();
  const described = help
    .visibleCommands(program)
    .map((command) => `    ${zshQuoted(`${command.name()}:${command.description()}`)}`);
  return [
    '#compdef scooby',
    '_scooby() {',
    '  local -a commands=(',
    ...described,
    '  )',
    "  if (( CURRENT == 2 )); then _describe -t commands 'command' commands; return; fi",
    `  if (( \${words[(Ie)--]} > 0 && \${words[(Ie)--]} < CURRENT )); then _files; return; fi`,
    '  local command="$words[2]"',
    '  shift words; (( CURRENT-- ))',
    '  case "$command" in',
    "    help) _describe -t commands 'command' commands ;;",
    ...program.commands.map(
      (command) => `    ${command.name()}) _arguments -s ${zshSpecs(command).join(' ')} ;;`,
    ),
    '  esac',
    '}',
    'if [ "$funcstack[1]" = "_scooby" ]; then _scooby "$@"; else compdef _scooby scooby; fi',
  ];
}

function zshSpecs(command: Command): string[] {
  const choices = argumentChoices(command);
  const options = visibleOptions(command).flatMap((option) =>
    namesOf(option).map((name) => {
      const text = option.description.replace(/[[\]\\:]/g, '\\$&');
      const value = option.argChoices ? `:value:(${option.argChoices.join(' ')})` : ':value:_files';
      return zshQuoted(`${name}[${text}]${option.required || option.optional ? value : ''}`);
    }),
  );
  return [...options, zshQuoted(choices.length > 0 ? `*:value:(${choices.join(' ')})` : '*:file:_files')];
}

function zshQuoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function fishLines(program: Command): string[] {
  const quoted = (text: string) => `'${text.replace(/[\\']/g, '\\$&')}'`;
  const options = (command: Command, condition: string) =>
    visibleOptions(command).map((option) =>
      [
        `complete -c scooby -n ${quoted(condition)}`,
        option.short ? `-s ${option.short.slice(1)}` : '',
        option.long ? `-l ${option.long.slice(2)}` : '',
        option.argChoices ? `-x -a ${quoted(option.argChoices.join(' '))}` : option.required ? '-r' : '',
        `-d ${quoted(option.description)}`,
      ]
        .filter((part) => part !== '')
        .join(' '),
    );
  const { commands } = program;
  return [
    ...program
      .createHelp()
      .visibleCommands(program)
      .map(
        (command) =>
          `complete -c scooby -n __fish_use_subcommand -f -a ${command.name()} -d ${quoted(command.description())}`,
      ),
    ...options(program, '__fish_use_subcommand'),
    `complete -c scooby -n '__fish_seen_subcommand_from help' -f -a '${commandWords(program)}'`,
    ...commands.flatMap((command) => {
      const condition = `__fish_seen_subcommand_from ${command.name()}`;
      const choices = argumentChoices(command);
      return [
        ...options(command, condition),
        ...(choices.length > 0
          ? [`complete -c scooby -n ${quoted(condition)} -f -a ${quoted(choices.join(' '))}`]
          : []),
      ];
    }),
  ];
}
