/** What a project, or its user, has decided once for all: `scooby.config.json`, or "scooby" in package.json. */

import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { UserError } from '../../domain/errors.js';
import { FINDING_KINDS } from '../../domain/finding-kinds.js';
import { DEFAULT_RULE_LIMITS, type RuleLimits } from '../../insight/scene.js';
import type { Ignore } from '../../insight/suppress.js';
import { configFolder } from '../../tui/user-config.js';
import { keyLines, locateJsonError } from './json-positions.js';
import { parseDuration, parseSize } from './units.js';

/** Decisions on findings. */
export interface FindingConfig {
  ignore: Ignore[];
  limits: Partial<RuleLimits>;
}

/** A configuration, and where it came from. */
export interface ProjectConfig extends FindingConfig {
  /** Of `scooby run`: by the names of its options, as they were written. */
  run: Record<string, unknown>;
  /** The files that were read, the strongest first. */
  files: string[];
}

/** An object of a file, with what it takes to name the place of a fault in it. */
interface Part {
  value: Record<string, unknown>;
  fail(key: string, words: string): never;
}

const NAME = 'scooby.config.json';
const SECTIONS = ['run', 'ignore', 'limits'];
/** Of the user's own file: see docs/browser.md. */
const BROWSER = ['keys', 'theme', 'editor', 'mouse', 'ascii'];
const IGNORE = ['kind', 'id', 'route', 'site', 'statement'];
/** Those of the limits that are ms. */
const TIMES = ['loopHighMs', 'transaction', 'idle', 'poolWait', 'blocked', 'saved'];

/**
 * Answers what is configured for a project: the nearest file at or above `cwd`, over the user's own in the configuration
 * folder. Throws a UserError that names file, line and key where one of them is wrong.
 */
export function readProjectConfig(cwd: string, env: NodeJS.ProcessEnv = process.env): ProjectConfig {
  const [project, user] = [nearest(cwd), join(configFolder(env), 'config.json')];
  const own = project === undefined ? undefined : read(project, false);
  const personal = existsSync(user) ? read(user, true) : undefined;
  const { slow: ownSlow, ...ownLimits } = own?.limits ?? {};
  const { slow, ...limits } = personal?.limits ?? {};
  const slowest = { ...slow, ...ownSlow };
  return {
    run: { ...personal?.run, ...own?.run },
    ignore: [...(own?.ignore ?? []), ...(personal?.ignore ?? [])],
    limits: {
      ...limits,
      ...ownLimits,
      ...(Object.keys(slowest).length > 0 && { slow: slowest }),
    },
    files: [own, personal].flatMap((one) => (one === undefined || one.empty ? [] : one.file)),
  };
}

/** The nearest, and none above the repository: what lies there is somebody else's. */
function nearest(cwd: string): string | undefined {
  for (let folder = existsSync(cwd) ? realpathSync(cwd) : cwd; ; folder = dirname(folder)) {
    for (const name of [NAME, 'package.json']) {
      const file = join(folder, name);
      if (existsSync(file) && (name === NAME || /"scooby"\s*:\s*\{/.test(readFileSync(file, 'utf8'))))
        return file;
    }
    if (folder === dirname(folder) || existsSync(join(folder, '.git'))) return undefined;
  }
}

function read(file: string, personal: boolean) {
  const text = readFileSync(file, 'utf8');
  let whole: unknown;
  try {
    whole = JSON.parse(text);
  } catch (error) {
    const { line, words } = locateJsonError(text, error);
    throw new UserError(`${file}:${line}: this is not JSON: ${words}`);
  }
  const inPackage = file.endsWith('package.json');
  const path = inPackage ? 'scooby' : '';
  const part = partOf(inPackage ? (whole as { scooby?: unknown }).scooby : whole, path, file, keyLines(text));
  for (const key of Object.keys(part.value)) {
    if (SECTIONS.includes(key) || (personal && BROWSER.includes(key)) || key === '$schema') continue;
    if (BROWSER.includes(key))
      part.fail(key, `is the user's own; it belongs in ${join(configFolder(), 'config.json')}`);
    part.fail(key, `is not known; there are ${[...SECTIONS, ...(personal ? BROWSER : [])].join(', ')}`);
  }
  return {
    file,
    empty: personal && !SECTIONS.some((key) => key in part.value),
    ...sections(part, path, file, keyLines(text)),
  };
}

function sections(part: Part, path: string, file: string, lines: Map<string, number>) {
  const { run = {}, ignore = [], limits = {} } = part.value;
  const at = (key: string) => (path === '' ? key : `${path}.${key}`);
  if (!Array.isArray(ignore)) part.fail('ignore', 'is a list of findings, such as [{ "kind": "slow" }]');
  return {
    run: partOf(run, at('run'), file, lines).value,
    ignore: (ignore as unknown[]).map((one, n) =>
      ignoreOf(typeof one === 'string' ? { kind: one } : one, at(`ignore.${n}`), file, lines),
    ),
    limits: limitsOf(partOf(limits, at('limits'), file, lines), at('limits'), file, lines),
  };
}

function partOf(value: unknown, path: string, file: string, lines: Map<string, number>): Part {
  const place = (key: string) => [path, key].filter((one) => one !== '').join('.');
  const fail = (key: string, words: string): never => {
    const name = place(key).replace(/^scooby\./, '');
    throw new UserError(
      `${file}:${lineOf(place(key), lines)}: ${name === '' ? 'this' : `"${name}"`} ${words}`,
    );
  };
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    fail('', 'has to be an object: { … }');
  return { value: value as Record<string, unknown>, fail };
}

/** What is written short has the line of what it stands in. */
function lineOf(path: string, lines: Map<string, number>): number {
  return lines.get(path) ?? (path === '' ? 1 : lineOf(path.replace(/(?:^|\.)[^.]*$/, ''), lines));
}

function ignoreOf(given: unknown, path: string, file: string, lines: Map<string, number>): Ignore {
  const { value, fail } = partOf(given, path, file, lines);
  for (const [key, one] of Object.entries(value)) {
    if (!IGNORE.includes(key)) fail(key, `is not known; there are ${IGNORE.join(', ')}`);
    if (typeof one !== 'string' || one === '') fail(key, 'has to be a text');
  }
  const { kind } = value as Ignore;
  if (
    kind !== undefined &&
    !FINDING_KINDS.some(({ kind: known }) => known === kind || known.startsWith(`${kind}-`))
  )
    fail('kind', `is no kind of finding; there are ${FINDING_KINDS.map((known) => known.kind).join(', ')}`);
  if (Object.keys(value).length === 0) fail('', `has to say what to ignore: ${IGNORE.join(', ')}`);
  return value as Ignore;
}

function limitsOf(
  { value, fail }: Part,
  path: string,
  file: string,
  lines: Map<string, number>,
): Partial<RuleLimits> {
  const limits: Record<string, unknown> = {};
  for (const [key, given] of Object.entries(value)) {
    if (!Object.hasOwn(DEFAULT_RULE_LIMITS, key))
      fail(key, `is not known; there are ${Object.keys(DEFAULT_RULE_LIMITS).join(', ')}`);
    if (key === 'slow') {
      const slow = partOf(given, `${path}.slow`, file, lines);
      limits.slow = Object.fromEntries(
        Object.entries(slow.value).map(([kind, one]) => [
          kind,
          amount(one, parseDuration, (words) => slow.fail(kind, words)),
        ]),
      );
    } else {
      const parse = TIMES.includes(key) ? parseDuration : key === 'bytes' ? parseSize : Number;
      limits[key] = amount(given, parse, (words) => fail(key, words));
    }
  }
  return limits;
}

function amount(given: unknown, parse: (text: string) => number, fail: (words: string) => never): number {
  try {
    const value = typeof given === 'number' || typeof given === 'string' ? parse(String(given)) : Number.NaN;
    if (Number.isFinite(value) && value >= 0) return value;
  } catch (error) {
    if (error instanceof InvalidArgumentError) fail(`is not understood. ${error.message}`);
    throw error;
  }
  return fail('has to be a number');
}

// They name what is run once, not how.
const NOT_CONFIGURED = ['db', 'color'];

/** Options that exclude each other: the one on the command line takes the other's place. */
const RIVALS: Record<string, string> = { port: 'takePort', takePort: 'port' };

/** Sets what the user has not said on the command line as the configuration has it. Throws a UserError, as readConfig does. */
export function applyProjectConfig(command: Command, { run, files }: ProjectConfig): void {
  const options = new Map(command.options.map((option) => [option.attributeName(), option]));
  for (const name of NOT_CONFIGURED) options.delete(name);
  for (const [key, value] of Object.entries(run)) {
    const option = options.get(key);
    const fail = (words: string): never => {
      throw new UserError(`${placeOf(key, files)}: "run.${key}" ${words}`);
    };
    if (option === undefined) fail(`is not known; there are ${[...options.keys()].join(', ')}`);
    if ([key, RIVALS[key]].some((one) => one !== undefined && command.getOptionValueSource(one) === 'cli'))
      continue;
    command.setOptionValueWithSource(key, parsed(option!, value, fail), 'config');
  }
}

function parsed(option: Command['options'][number], value: unknown, fail: (words: string) => never): unknown {
  const { parseArg, argChoices, variadic } = option;
  if (typeof value === 'boolean') {
    if (option.required) fail('needs a value');
    return value || undefined;
  }
  if (!option.required && !option.optional) fail('has to be true or false');
  if (variadic) {
    if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value;
    return fail('has to be a list of texts');
  }
  if (typeof value !== 'string' && typeof value !== 'number') fail('has to be a text or a number');
  if (argChoices !== undefined && !argChoices.includes(String(value)))
    fail(`has to be ${argChoices.join(' or ')}`);
  try {
    return parseArg === undefined || argChoices !== undefined
      ? String(value)
      : parseArg(String(value), undefined);
  } catch (error) {
    if (error instanceof InvalidArgumentError) fail(`is not understood. ${error.message}`);
    throw error;
  }
}

/** Answers the file and line in which a key of `run` stands. */
function placeOf(key: string, files: string[]): string {
  for (const file of files) {
    const line = keyLines(readFileSync(file, 'utf8')).get(
      `${file.endsWith('package.json') ? 'scooby.' : ''}run.${key}`,
    );
    if (line !== undefined) return `${file}:${line}`;
  }
  return files[0] ?? NAME;
}
