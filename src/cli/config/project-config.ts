/**
 * Configuration of a project and its user: scooby.config.json, "scooby" in package.json, the user's
 * config.json.
 */

import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { InvalidArgumentError } from 'commander';
import { UserError } from '../../domain/errors.js';
import { FINDING_KINDS } from '../../domain/finding-kinds.js';
import type { GuestConfig } from '../../domain/link.js';
import type { RedactRules } from '../../domain/redaction.cjs';
import { DEFAULT_RULE_LIMITS, type RuleLimits } from '../../insight/scene.js';
import type { IgnoreRule } from '../../insight/suppress.js';
import { configFolder } from '../../tui/user-config.js';
import type { ConfigSection } from './config-section.js';
import { parseGuests } from './guest-config.js';
import { keyLines, locateJsonError } from './json-positions.js';
import { parseDuration, parseSize } from './units.js';

/** Ignored findings and limits of the rules. */
export interface FindingConfig {
  ignore: IgnoreRule[];
  limits: Partial<RuleLimits>;
}

/** Merged configuration of a project and its user. */
export interface ProjectConfig extends FindingConfig {
  /** Packages in node_modules whose code counts as the app's; `@acme/*` stands for a scope. */
  packages?: string[];
  /** What is masked besides, and what is not. */
  redact?: RedactRules;
  /** Instruments of the project's own. */
  guests?: GuestConfig[];
  /** Unparsed options of `scooby run`, by camel-case name. */
  run: Record<string, unknown>;
  /** Files that were read, highest priority first. */
  files: string[];
}

export const CONFIG_FILE_NAME = 'scooby.config.json';
const SECTION_KEYS = ['run', 'ignore', 'limits', 'packages', 'redact', 'instruments', 'watch', 'kinds'];
const REDACT_KEYS = ['names', 'patterns', 'allow'] as const;
/** Keys of the user's own file only: docs/browser.md. */
const BROWSER_KEYS = ['keys', 'theme', 'editor', 'mouse', 'ascii'];
const IGNORE_KEYS = ['kind', 'id', 'route', 'site', 'statement'];
const PACKAGE_NAME = /^(?:@[\w.-]+\/)?(?:[\w.-]+\*?|\*)$/;
/** A package that others have written says nothing of how the project is recorded. */
const DEPENDENCY = /[\\/]node_modules[\\/]/;
/** Limits that are durations in ms. */
const DURATION_LIMITS = ['loopHighMs', 'transaction', 'idle', 'poolWait', 'blocked', 'saved'];

/**
 * Configuration for a project: the nearest file at or above `cwd`, merged over the user's own file.
 * Throws a UserError with the file, line and key of an invalid setting.
 */
export function readProjectConfig(cwd: string, env: NodeJS.ProcessEnv = process.env): ProjectConfig {
  const [projectFile, userFile] = [nearestFile(cwd), join(configFolder(env), 'config.json')];
  const project = projectFile === undefined ? undefined : readFile(projectFile, false);
  const user = existsSync(userFile) ? readFile(userFile, true) : undefined;
  const { slow: projectSlow, ...projectLimits } = project?.limits ?? {};
  const { slow: userSlow, ...userLimits } = user?.limits ?? {};
  const slow = { ...userSlow, ...projectSlow };
  const packages = [...(project?.packages ?? []), ...(user?.packages ?? [])];
  const redact = mergeRedactRules(project?.redact, user?.redact);
  const guests = [project?.guests ?? [], user?.guests ?? []].flat();
  return {
    run: { ...user?.run, ...project?.run },
    ...(packages.length > 0 && { packages }),
    ...(redact && { redact }),
    ...(guests.length > 0 && { guests }),
    ignore: [...(project?.ignore ?? []), ...(user?.ignore ?? [])],
    limits: {
      ...userLimits,
      ...projectLimits,
      ...(Object.keys(slow).length > 0 && { slow }),
    },
    files: [project, user].flatMap((source) => (source === undefined || source.empty ? [] : source.file)),
  };
}

/**
 * Nearest configuration file; not above the repository, because files there belong to other
 * projects.
 */
function nearestFile(cwd: string): string | undefined {
  for (let folder = existsSync(cwd) ? realpathSync(cwd) : cwd; ; folder = dirname(folder)) {
    for (const name of [CONFIG_FILE_NAME, 'package.json']) {
      const file = join(folder, name);
      if (existsSync(file) && (name === CONFIG_FILE_NAME || (!DEPENDENCY.test(file) && hasScoobyKey(file))))
        return file;
    }
    if (folder === dirname(folder) || existsSync(join(folder, '.git'))) return undefined;
  }
}

function hasScoobyKey(file: string): boolean {
  try {
    return /"scooby"\s*:\s*\{/.test(readFileSync(file, 'utf8'));
  } catch {
    // A manifest that cannot be read is not ours to complain of.
    return false;
  }
}

/** Parses and validates a file; the user's own file may also have keys of the browser. */
function readFile(file: string, isUserFile: boolean) {
  const text = readFileSync(file, 'utf8');
  let root: unknown;
  try {
    root = JSON.parse(text);
  } catch (error) {
    const { line, message } = locateJsonError(text, error);
    throw new UserError(`${file}:${line}: this is not JSON: ${message}`);
  }
  const inPackage = file.endsWith('package.json');
  const path = inPackage ? 'scooby' : '';
  const section = parseSection(
    inPackage ? (root as { scooby?: unknown }).scooby : root,
    path,
    file,
    keyLines(text),
  );
  for (const key of Object.keys(section.value)) {
    if (SECTION_KEYS.includes(key) || (isUserFile && BROWSER_KEYS.includes(key)) || key === '$schema')
      continue;
    if (BROWSER_KEYS.includes(key))
      section.fail(key, `is the user's own; it belongs in ${join(configFolder(), 'config.json')}`);
    section.fail(
      key,
      `is not known; known keys: ${[...SECTION_KEYS, ...(isUserFile ? BROWSER_KEYS : [])].join(', ')}`,
    );
  }
  return {
    file,
    empty: isUserFile && !SECTION_KEYS.some((key) => key in section.value),
    ...parseSections(section, path, file, keyLines(text)),
  };
}

function parseSections(section: ConfigSection, path: string, file: string, lines: Map<string, number>) {
  const { run = {}, packages = [], ignore = [], limits = {}, redact = {} } = section.value;
  const at = (key: string) => (path === '' ? key : `${path}.${key}`);
  if (!Array.isArray(ignore))
    section.fail('ignore', 'has to be a list of findings, such as [{ "kind": "slow" }]');
  const isName = (name: unknown) => typeof name === 'string' && PACKAGE_NAME.test(name);
  if (!Array.isArray(packages) || !packages.every(isName))
    section.fail('packages', 'has to be a list of names of packages, such as ["unleash-server", "@acme/*"]');
  return {
    run: parseSection(run, at('run'), file, lines).value,
    packages: packages as string[],
    redact: parseRedactRules(parseSection(redact, at('redact'), file, lines)),
    ignore: (ignore as unknown[]).map((entry, n) =>
      parseIgnore(typeof entry === 'string' ? { kind: entry } : entry, at(`ignore.${n}`), file, lines),
    ),
    limits: parseRuleLimits(parseSection(limits, at('limits'), file, lines), at('limits'), file, lines),
    guests: parseGuests(section, file, (value, key) => parseSection(value, at(key), file, lines)),
  };
}

/** Rules of both files; undefined if there are none. */
function mergeRedactRules(...sources: (RedactRules | undefined)[]): RedactRules | undefined {
  const rules: RedactRules = {};
  for (const key of REDACT_KEYS) {
    const all = sources.flatMap((source) => source?.[key] ?? []);
    if (all.length > 0) rules[key] = all;
  }
  return Object.keys(rules).length > 0 ? rules : undefined;
}

function parseRedactRules({ value, fail }: ConfigSection): RedactRules {
  for (const [key, list] of Object.entries(value)) {
    if (!(REDACT_KEYS as readonly string[]).includes(key))
      fail(key, `is not known; known keys: ${REDACT_KEYS.join(', ')}`);
    const isText = (text: unknown) => typeof text === 'string' && text !== '';
    if (!Array.isArray(list) || !list.every(isText)) fail(key, 'has to be a list of strings');
  }
  const rules = value as RedactRules;
  for (const [n, pattern] of (rules.patterns ?? []).entries()) {
    try {
      if (new RegExp(pattern, 'g').test(''))
        fail(`patterns.${n}`, 'would match everywhere: also no text at all');
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      fail(`patterns.${n}`, `is no regular expression: ${error.message}`);
    }
  }
  return rules;
}

function parseSection(value: unknown, path: string, file: string, lines: Map<string, number>): ConfigSection {
  const pathOf = (key: string) => [path, key].filter((part) => part !== '').join('.');
  const fail = (key: string, message: string): never => {
    const name = pathOf(key).replace(/^scooby\./, '');
    throw new UserError(
      `${file}:${lineOf(pathOf(key), lines)}: ${name === '' ? 'this' : `"${name}"`} ${message}`,
    );
  };
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    fail('', 'has to be an object: { … }');
  return { value: value as Record<string, unknown>, fail };
}

/**
 * Line of a path; a path that is not written out, as the kind in `"ignore": ["slow"]`, has the line
 * of its parent.
 */
function lineOf(path: string, lines: Map<string, number>): number {
  return lines.get(path) ?? (path === '' ? 1 : lineOf(path.replace(/(?:^|\.)[^.]*$/, ''), lines));
}

function parseIgnore(content: unknown, path: string, file: string, lines: Map<string, number>): IgnoreRule {
  const { value, fail } = parseSection(content, path, file, lines);
  for (const [key, text] of Object.entries(value)) {
    if (!IGNORE_KEYS.includes(key)) fail(key, `is not known; known keys: ${IGNORE_KEYS.join(', ')}`);
    if (typeof text !== 'string' || text === '') fail(key, 'has to be a string that is not empty');
  }
  const { kind } = value as IgnoreRule;
  if (
    kind !== undefined &&
    !FINDING_KINDS.some(({ kind: known }) => known === kind || known.startsWith(`${kind}-`))
  )
    fail('kind', `is not a kind of finding; kinds: ${FINDING_KINDS.map((known) => known.kind).join(', ')}`);
  if (Object.keys(value).length === 0) fail('', `has to have at least one of ${IGNORE_KEYS.join(', ')}`);
  return value as IgnoreRule;
}

function parseRuleLimits(
  { value, fail }: ConfigSection,
  path: string,
  file: string,
  lines: Map<string, number>,
): Partial<RuleLimits> {
  const limits: Record<string, unknown> = {};
  for (const [key, content] of Object.entries(value)) {
    if (!Object.hasOwn(DEFAULT_RULE_LIMITS, key))
      fail(key, `is not known; known keys: ${Object.keys(DEFAULT_RULE_LIMITS).join(', ')}`);
    if (key === 'slow') {
      const slow = parseSection(content, `${path}.slow`, file, lines);
      limits.slow = Object.fromEntries(
        Object.entries(slow.value).map(([kind, limit]) => [
          kind,
          parseLimit(limit, parseDuration, (message) => slow.fail(kind, message)),
        ]),
      );
    } else {
      const parse = DURATION_LIMITS.includes(key) ? parseDuration : key === 'bytes' ? parseSize : Number;
      limits[key] = parseLimit(content, parse, (message) => fail(key, message));
    }
  }
  return limits;
}

function parseLimit(
  content: unknown,
  parse: (text: string) => number,
  fail: (message: string) => never,
): number {
  try {
    const value =
      typeof content === 'number' || typeof content === 'string' ? parse(String(content)) : Number.NaN;
    if (Number.isFinite(value) && value >= 0) return value;
  } catch (error) {
    if (error instanceof InvalidArgumentError) fail(`is invalid. ${error.message}`);
    throw error;
  }
  return fail('has to be a number');
}
