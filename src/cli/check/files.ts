/** The files of `scooby check`: the budget and the baseline, read with errors that name what is wrong, and the baseline written. */

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { UserError } from '../../domain/errors.js';
import type { Baseline } from '../../insight/metrics/baseline.js';
import type { Budget, BudgetLimits } from '../../insight/metrics/budget.js';
import { parseDuration } from '../config/units.js';

/** Their names where none is given. */
const BUDGET = 'scooby.budget.json';
const BASELINE = 'scooby.baseline.json';

type Check = (value: unknown) => string | undefined;

const isCount: Check = (value) =>
  Number.isInteger(value) && (value as number) >= 0 ? undefined : 'wants a whole number, 0 or more';
const isTime: Check = (value) =>
  msOf(value) === undefined ? 'wants a time: "200ms", "1.5s", or ms' : undefined;
const isKinds: Check = (value) =>
  Array.isArray(value) && value.every((kind) => typeof kind === 'string')
    ? undefined
    : 'wants a list of kinds: ["n+1", "slow"]';
const isSeverity: Check = (value) =>
  ['high', 'medium', 'low', 'info'].includes(value as string)
    ? undefined
    : 'wants "high", "medium", "low" or "info"';
const isFlag: Check = (value) => (typeof value === 'boolean' ? undefined : 'wants true or false');

const KEYS: Record<keyof BudgetLimits, Check> = {
  maxQueries: isCount,
  maxQueryTime: isTime,
  maxTime: isTime,
  p95: isTime,
  findings: isKinds,
  severity: isSeverity,
  allow: isKinds,
  skip: isFlag,
};
const TIMES = ['maxQueryTime', 'maxTime', 'p95'] as const;

function msOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value >= 0 ? value : undefined;
  if (typeof value !== 'string') return undefined;
  try {
    return parseDuration(value);
  } catch {
    return undefined;
  }
}

/** Answers the budget in the file that was named, or in scooby.budget.json where there is one; throws a UserError that names the bad key. */
export function readBudget(named: string | undefined): { budget: Budget; file?: string } {
  const file = fileFor(named, BUDGET);
  if (file === undefined) return { budget: {} };
  const told = parsed(file);
  if (!isObject(told)) throw new UserError(`${file}: it wants an object: { "maxQueries": 30 }`);
  const { routes = {}, ...all } = told;
  if (!isObject(routes))
    throw new UserError(`${file}: "routes" wants an object: { "GET /orders": { "maxQueries": 60 } }`);
  const limits = Object.entries(routes).map(([route, value]) => [
    route,
    limitsIn(file, value, `routes["${route}"]`),
  ]);
  return { budget: { ...limitsIn(file, all, ''), routes: Object.fromEntries(limits) }, file };
}

function limitsIn(file: string, told: unknown, place: string): BudgetLimits {
  if (!isObject(told)) throw new UserError(`${file}: ${place} wants an object: { "maxQueries": 60 }`);
  for (const [key, value] of Object.entries(told)) {
    const name = place === '' ? `"${key}"` : `${place}.${key}`;
    const check = Object.hasOwn(KEYS, key) ? KEYS[key as keyof BudgetLimits] : undefined;
    if (!check) {
      const there = [...Object.keys(KEYS), ...(place === '' ? ['routes'] : [])].join(', ');
      throw new UserError(`${file}: there is no ${name}. There are: ${there}`);
    }
    const trouble = check(value);
    if (trouble !== undefined)
      throw new UserError(`${file}: ${name} ${trouble}, not ${JSON.stringify(value)}`);
  }
  const limits = { ...told } as BudgetLimits;
  for (const key of TIMES) if (limits[key] !== undefined) limits[key] = msOf(limits[key])!;
  return limits;
}

/** Answers the baseline in the file that was named, or in scooby.baseline.json where there is one; throws a UserError for another file. */
export function readBaseline(
  named: string | undefined,
  update: boolean,
): { baseline?: Baseline; file: string } {
  const file = named ?? BASELINE;
  if (!existsSync(file)) {
    if (named === undefined || update) return { file };
    throw new UserError(
      `${file}: there is no such file. Make it:  scooby check --baseline ${file} --update-baseline -- …`,
    );
  }
  const told = parsed(file);
  const isOurs =
    isObject(told) &&
    told.version === 1 &&
    Array.isArray(told.accepted) &&
    told.accepted.every((one) => isObject(one) && typeof one.id === 'string');
  if (!isOurs)
    throw new UserError(`${file}: it is no baseline of this version. Make it anew with --update-baseline.`);
  return { baseline: told as unknown as Baseline, file };
}

/** Writes a baseline. */
export function writeBaseline(file: string, baseline: Baseline): void {
  try {
    writeFileSync(file, `${JSON.stringify(baseline, null, 2)}\n`);
  } catch (error) {
    throw new UserError(`${file}: it cannot be written (${(error as Error).message})`);
  }
}

function fileFor(named: string | undefined, usual: string): string | undefined {
  if (named === undefined) return existsSync(usual) ? usual : undefined;
  if (!existsSync(named)) throw new UserError(`${named}: there is no such file`);
  return named;
}

function parsed(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new UserError(`${file}: it cannot be read as JSON (${(error as Error).message})`);
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
