/** Budget and baseline files of `scooby check`: read and validated, and the baseline written. */

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { UserError } from '../../domain/errors.js';
import type { Baseline } from '../../insight/metrics/baseline.js';
import type { Budget, BudgetLimits } from '../../insight/metrics/budget.js';
import { parseDuration } from '../config/units.js';
import { fileErrorReason } from '../file-error.js';

const DEFAULT_BUDGET_FILE = 'scooby.budget.json';
const DEFAULT_BASELINE_FILE = 'scooby.baseline.json';

/** Description of what is wrong with a value; undefined for a valid value. */
type Validator = (value: unknown) => string | undefined;

const validateCount: Validator = (value) =>
  Number.isInteger(value) && (value as number) >= 0 ? undefined : 'has to be a whole number, 0 or more';
const validateTime: Validator = (value) =>
  parseMs(value) === undefined ? 'has to be a time: "200ms", "1.5s", or a number of ms' : undefined;
const validateKinds: Validator = (value) =>
  Array.isArray(value) && value.every((kind) => typeof kind === 'string')
    ? undefined
    : 'has to be a list of kinds: ["n+1", "slow"]';
const validateSeverity: Validator = (value) =>
  ['high', 'medium', 'low', 'info'].includes(value as string)
    ? undefined
    : 'has to be "high", "medium", "low" or "info"';
const validateFlag: Validator = (value) =>
  typeof value === 'boolean' ? undefined : 'has to be true or false';

const VALIDATORS: Record<keyof BudgetLimits, Validator> = {
  maxQueries: validateCount,
  maxQueryTime: validateTime,
  maxTime: validateTime,
  p95: validateTime,
  findings: validateKinds,
  severity: validateSeverity,
  allow: validateKinds,
  skip: validateFlag,
};
const TIME_KEYS = ['maxQueryTime', 'maxTime', 'p95'] as const;

/** A budget's time in ms; undefined when it is not one. */
function parseMs(value: unknown): number | undefined {
  if (typeof value === 'number') return value >= 0 ? value : undefined;
  if (typeof value !== 'string') return undefined;
  try {
    return parseDuration(value);
  } catch {
    return undefined;
  }
}

/**
 * Budget from `path`, else from scooby.budget.json if it exists, else an empty one. Throws a
 * UserError that names the invalid key.
 */
export function readBudget(path: string | undefined): { budget: Budget; file?: string } {
  const file = existingFile(path, DEFAULT_BUDGET_FILE);
  if (file === undefined) return { budget: {} };
  const content = readJson(file);
  if (!isObject(content)) throw new UserError(`${file}: it has to be an object: { "maxQueries": 30 }`);
  const { routes = {}, ...defaults } = content;
  if (!isObject(routes))
    throw new UserError(`${file}: "routes" has to be an object: { "GET /orders": { "maxQueries": 60 } }`);
  const limits = Object.entries(routes).map(([route, value]) => [
    route,
    parseLimits(file, value, `routes["${route}"]`),
  ]);
  return { budget: { ...parseLimits(file, defaults, ''), routes: Object.fromEntries(limits) }, file };
}

function parseLimits(file: string, content: unknown, section: string): BudgetLimits {
  if (!isObject(content))
    throw new UserError(`${file}: ${section} has to be an object: { "maxQueries": 60 }`);
  for (const [key, value] of Object.entries(content)) {
    const name = section === '' ? `"${key}"` : `${section}.${key}`;
    const validate = Object.hasOwn(VALIDATORS, key) ? VALIDATORS[key as keyof BudgetLimits] : undefined;
    if (!validate) {
      const known = [...Object.keys(VALIDATORS), ...(section === '' ? ['routes'] : [])].join(', ');
      throw new UserError(`${file}: ${name} is not known. Known keys: ${known}`);
    }
    const trouble = validate(value);
    if (trouble !== undefined)
      throw new UserError(`${file}: ${name} ${trouble}, not ${JSON.stringify(value)}`);
  }
  const limits = { ...content } as BudgetLimits;
  for (const key of TIME_KEYS) if (limits[key] !== undefined) limits[key] = parseMs(limits[key])!;
  return limits;
}

/**
 * Baseline from `path`, else from scooby.baseline.json; undefined when the file does not exist and
 * `update` will create it. Throws a UserError for a missing or invalid file.
 */
export function readBaseline(
  path: string | undefined,
  update: boolean,
): { baseline?: Baseline; file: string } {
  const file = path ?? DEFAULT_BASELINE_FILE;
  if (!existsSync(file)) {
    if (path === undefined || update) return { file };
    throw new UserError(
      `${file}: there is no such file. Create it:  scooby check --baseline ${file} --update-baseline -- …`,
    );
  }
  const content = readJson(file);
  const isBaseline =
    isObject(content) &&
    content.version === 1 &&
    Array.isArray(content.accepted) &&
    content.accepted.every((breach) => isObject(breach) && typeof breach.id === 'string');
  if (!isBaseline)
    throw new UserError(
      `${file}: it is not a baseline of this version of scooby. Create it again with --update-baseline.`,
    );
  return { baseline: content as unknown as Baseline, file };
}

/** Writes a baseline as JSON. Throws a UserError when the file cannot be written. */
export function writeBaseline(file: string, baseline: Baseline): void {
  try {
    writeFileSync(file, `${JSON.stringify(baseline, null, 2)}\n`);
  } catch (error) {
    throw new UserError(`${file}: it cannot be written (${fileErrorReason(error)})`);
  }
}

function existingFile(path: string | undefined, defaultPath: string): string | undefined {
  if (path === undefined) return existsSync(defaultPath) ? defaultPath : undefined;
  if (!existsSync(path)) throw new UserError(`${path}: there is no such file`);
  return path;
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new UserError(`${file}: it cannot be read as JSON (${(error as Error).message})`);
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
