/** Options of `scooby run` from a configuration file. */

import { readFileSync } from 'node:fs';
import { type Command, InvalidArgumentError } from 'commander';
import { UserError } from '../../domain/errors.js';
import { keyLines } from './json-positions.js';
import { CONFIG_FILE_NAME, type ProjectConfig } from './project-config.js';

/** Options of a single run, which a configuration cannot set. */
/** Options that can be given several times: a list in a configuration. */
const REPEATABLE = new Set(['include', 'exclude']);
const NOT_CONFIGURABLE = ['db', 'color', 'showSecrets'];

/** Mutually exclusive options: the command line's overrides the configuration's. */
const EXCLUSIVE_WITH: Record<string, string> = {
  port: 'takePort',
  takePort: 'port',
  store: 'db',
};

/**
 * Sets the options of `scooby run` that are not on the command line to the configured values.
 * Throws a UserError with the file, line and key of an invalid option.
 */
export function applyProjectConfig(command: Command, { run, files }: ProjectConfig): void {
  const options = new Map(command.options.map((option) => [option.attributeName(), option]));
  for (const name of NOT_CONFIGURABLE) options.delete(name);
  for (const [key, value] of Object.entries(run)) {
    const option = options.get(key);
    const fail = (message: string): never => {
      throw new UserError(`${positionOf(key, files)}: "run.${key}" ${message}`);
    };
    // Of a machine, before that of a project.
    if (key === 'store' && process.env.SCOOBY_STORE) continue;
    if (option === undefined) fail(`is not known; known options: ${[...options.keys()].join(', ')}`);
    if (
      [key, EXCLUSIVE_WITH[key]].some(
        (name) => name !== undefined && command.getOptionValueSource(name) === 'cli',
      )
    )
      continue;
    command.setOptionValueWithSource(key, parseOption(option!, value, fail), 'config');
  }
}

/** Value of an option as Commander would parse it from the command line. */
function parseOption(
  option: Command['options'][number],
  value: unknown,
  fail: (message: string) => never,
): unknown {
  const { parseArg, argChoices, variadic } = option;
  if (REPEATABLE.has(option.attributeName())) return parseList(option, value, fail);
  if (typeof value === 'boolean') {
    if (option.negate) return value;
    if (option.required) fail('needs a value');
    return value || undefined;
  }
  if (!option.required && !option.optional) fail('has to be true or false');
  if (variadic) {
    if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
    return fail('has to be a list of strings');
  }
  if (typeof value !== 'string' && typeof value !== 'number') fail('has to be a string or a number');
  if (argChoices !== undefined && !argChoices.includes(String(value)))
    fail(`has to be ${argChoices.join(' or ')}`);
  try {
    return parseArg === undefined || argChoices !== undefined
      ? String(value)
      : parseArg(String(value), undefined);
  } catch (error) {
    if (error instanceof InvalidArgumentError) fail(`is invalid. ${error.message}`);
    throw error;
  }
}

function parseList(
  { parseArg }: Command['options'][number],
  value: unknown,
  fail: (message: string) => never,
) {
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string'))
    return fail('has to be a list of strings');
  try {
    return value.reduce<unknown>((list, item) => parseArg!(item, list), undefined);
  } catch (error) {
    if (error instanceof InvalidArgumentError) fail(`is invalid. ${error.message}`);
    throw error;
  }
}

/** `file:line` of a key of `run`; the file alone if the key is not found. */
function positionOf(key: string, files: string[]): string {
  for (const file of files) {
    const line = keyLines(readFileSync(file, 'utf8')).get(
      `${file.endsWith('package.json') ? 'scooby.' : ''}run.${key}`,
    );
    if (line !== undefined) return `${file}:${line}`;
  }
  return files[0] ?? CONFIG_FILE_NAME;
}
