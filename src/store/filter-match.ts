/**
 * Filter queries evaluated on a request in memory; filter-sql.ts has the same conditions in SQL.
 */

import { type FilterQuery, termNeedsTrace } from '../domain/filter.js';
import { type FilterOp, type FilterTerm, foldCase } from '../domain/filter-term.js';
import { mostWin } from '../domain/finding-win.js';
import { hasErrors, queriesOf, queryTimeOf } from '../domain/request.js';
import { routeNameOf } from '../domain/route.js';
import { isRoutine } from '../domain/routine.js';
import type { Sample } from '../domain/sample.js';
import { readableUrl } from '../domain/text.js';
import type { Summary, Trace } from '../domain/trace.js';
import { unitOf } from '../domain/unit.js';

/**
 * A request to be matched; calls and the whole trace are loaded only for conditions that need them.
 */
export interface Candidate {
  summary: Summary;
  /** Text (without values) and call site of its calls. */
  calls(): Pick<Sample, 'text' | 'site'>[];
  whole(): Trace;
}

/** Whether a request matches a query; `now` is epoch ms. */
export function matchesQuery(query: FilterQuery, candidate: Candidate, now: number): boolean {
  if (query.length === 0) return true;
  return query.some((all) => all.every((term) => holds(term, candidate, now)));
}

function holds(term: FilterTerm, candidate: Candidate, now: number): boolean {
  if (termNeedsTrace(term)) return holdsInside(term, candidate.whole());
  const { summary } = candidate;
  switch (term.field) {
    case 'text':
      return isTextIn(term, textsOf(candidate));
    case 'path':
      return isTextIn(term, [summary.url, readableUrl(summary.url)]);
    case 'unit':
      return isTextIn(term, [unitOf(summary)]);
    case 'route':
      return isTextIn(term, [routeNameOf(summary)]);
    case 'finding':
      return isTextIn(term, summary.findings);
    case 'errors':
      return hasErrors(summary) !== term.not;
    case 'routine':
      return isRoutine(summary) !== term.not;
    case 'start':
      return isNumber(term, summary.start);
    case 'age':
      return isNumber({ ...term, ...ageBound(term, now) }, summary.start);
    case 'time':
      return isNumber(term, summary.duration);
    case 'queries':
      return isNumber(term, queriesOf(summary));
    case 'qtime':
      return isNumber(term, queryTimeOf(summary));
    case 'win':
      return isNumber(term, summary.win ?? 0);
    case 'status':
      return isNumber(term, summary.status);
    default:
      return isTextIn(term, [summary[term.field as 'method' | 'id' | 'state']]);
  }
}

/** Whether a term on the headers or on the calls of one kind holds; summaries do not have these. */
export function holdsInside(term: FilterTerm, trace: Trace): boolean {
  const { headers, spans, app } = trace;
  if (term.field === 'service') return isTextIn(term, app === undefined ? [] : [app.command, app.cwd]);
  if (term.field === 'error') return isTextIn(term, errorTexts(trace));
  if (term.field === 'host')
    return isTextIn(term, [headers?.request.find(([name]) => name.toLowerCase() === 'host')?.[1] ?? '']);
  return isTextIn(
    term,
    spans
      .filter(({ kind }) => kind === term.field)
      .flatMap(({ name, detail }) => [name, ...valuesOf(detail?.params)]),
  );
}

/** Values of a call's parameters as text. */
function valuesOf(params: unknown): string[] {
  if (typeof params !== 'object' || params === null) return [];
  return Object.values(params).map((value) =>
    typeof value === 'string' ? value : (JSON.stringify(value) ?? ''),
  );
}

/** Texts of what a request threw, with its causes, and of the calls that failed. */
function errorTexts({ errors = [], spans, error: ofUnit }: Trace): string[] {
  const thrown = errors.flatMap((error) => [error, ...(error.causes ?? [])]);
  const texts = thrown.map(({ name, message, code = '' }) => `${name}: ${message} ${code}`);
  return [...texts, ...spans.map(({ error }) => error), ofUnit].filter((text) => text !== undefined);
}

function textsOf({ summary, calls }: Candidate): string[] {
  const { method, url, route, status } = summary;
  const texts = [method, url, readableUrl(url), route, status?.toString()];
  return [...texts, ...calls().flatMap(({ text, site }) => [text, site])].filter(
    (text) => text !== undefined,
  );
}

function isTextIn({ op, value, not }: FilterTerm, texts: string[]): boolean {
  const wanted = String(value);
  const found = texts.some((text) =>
    op === '=' ? foldCase(text) === wanted : foldCase(text).includes(wanted),
  );
  return found !== not;
}

/** Comparison of a number; without a number no condition holds, and each negated condition does. */
function isNumber(term: FilterTerm, value: number | undefined): boolean {
  if (value === undefined) return term.not;
  const range = statusClass(term);
  const found = range
    ? value >= range[0] && value <= range[1]
    : compares(value, term.op, term.value as number);
  return found !== term.not;
}

function compares(value: number, op: FilterOp, wanted: number): boolean {
  switch (op) {
    case '>':
      return value > wanted;
    case '>=':
      return value >= wanted;
    case '<':
      return value < wanted;
    case '<=':
      return value <= wanted;
    default:
      return value === wanted;
  }
}

/** First and last status of a class such as `5xx`; undefined for a single status. */
export function statusClass({ value }: FilterTerm): [low: number, high: number] | undefined {
  if (typeof value === 'number') return undefined;
  const low = Number(value.slice(0, 1)) * 100;
  return [low, low + 99];
}

const MIRRORED: Record<FilterOp, FilterOp> = {
  ':': '=',
  '=': '=',
  '>': '<',
  '>=': '<=',
  '<': '>',
  '<=': '>=',
};

/** Condition on the start (epoch ms) equal to a condition on the age: the start has an index. */
export function ageBound({ op, value }: FilterTerm, now: number): { op: FilterOp; value: number } {
  return { op: MIRRORED[op], value: now - (value as number) };
}

/** Summary of a trace, for lists. */
export function summaryOf(trace: Trace): Summary {
  const win = mostWin(trace.findings);
  const { id, method, url, route, status, start, duration, state, totals } = trace;
  return {
    id,
    method,
    url,
    ...(route !== undefined && { route }),
    ...(status !== undefined && { status }),
    start,
    ...(duration !== undefined && { duration }),
    state,
    totals,
    findings: [...new Set(trace.findings.map((finding) => finding.kind))],
    ...(win !== undefined && { win }),
    spans: trace.spans.length,
  };
}
