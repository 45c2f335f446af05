/** Gathers the report of a run: its routes, its findings with code, and what has changed against another. */

import { formatMs } from '../../domain/text.js';
import type { Finding, Trace } from '../../domain/trace.js';
import type {
  ReportDifference,
  ReportedRun,
  ReportFigure,
  ReportFinding,
  ReportMention,
} from '../../export/run-report.js';
import type { AcceptedBreach } from '../../insight/metrics/baseline.js';
import { compareDurations } from '../../insight/metrics/compare.js';
import type { Aggregate, RunSummary, StoreReader } from '../../store/store.js';
import { splitLines } from '../../terminal/code-frame.js';
import { safeFinding } from '../mcp/safe-trace.js';
import { routeAggregates } from '../print/by-route-and-run.js';
import { type Difference, diffRuns, type MetricChange } from '../select/difference.js';
import { scoobyVersion } from '../version.js';

const MAX_ROUTES = 60;
const MAX_FINDINGS = 60;
const MAX_MENTIONS = 30;
const MAX_CHANGED_ROUTES = 10;
const SEVERITIES: Finding['severity'][] = ['high', 'medium', 'low', 'info'];

/** What a report compares with: another run, or the problems that a baseline has accepted. */
export type Against = { run: RunSummary } | { file: string; accepted: AcceptedBreach[] };

/** Report of a run of a store. */
export async function runReport(
  store: StoreReader,
  run: RunSummary,
  against: Against | undefined,
  now: number,
): Promise<ReportedRun> {
  const selection = { run: run.number };
  const [requests] = await store.aggregates('request', selection);
  const routes = await routeAggregates(store, selection);
  const aggregates = await store.aggregates('finding', selection);
  const difference = against && (await reportDifference(store, run, against, aggregates));
  const known = against && (await knownFindings(store, against));
  const findings = await reportFindings(store, aggregates.slice(0, MAX_FINDINGS), known);
  return {
    ...{ command: run.command, run: run.number, began: run.start, written: now, version: scoobyVersion() },
    ...(run.host !== undefined && { host: run.host }),
    figures: figuresOf(run, requests),
    routes: routes
      .slice(0, MAX_ROUTES)
      .map(({ kind, text, count, p50, p95, worst, queries, mostQueries, errors, findings }) => ({
        ...{
          method: kind,
          route: text,
          requests: count,
          p50,
          p95,
          worst: worst.ms,
          queries: queries / Math.max(1, count),
        },
        ...{ mostQueries, errors, findings },
      })),
    moreRoutes: Math.max(0, routes.length - MAX_ROUTES),
    findings,
    moreFindings: Math.max(0, aggregates.length - MAX_FINDINGS),
    ...(difference && { difference }),
  };
}

function figuresOf(run: RunSummary, requests: Aggregate | undefined): ReportFigure[] {
  if (requests === undefined) return [{ name: 'requests', text: '0' }];
  const { p50, p95, errors, queries, count } = requests;
  return [
    { name: 'requests', text: run.requests.toLocaleString('en-US') },
    { name: 'p50', text: formatMs(p50) },
    { name: 'p95', text: formatMs(p95) },
    { name: 'queries each', text: (queries / Math.max(1, count)).toFixed(1).replace(/\.0$/, '') },
    { name: 'errors', text: errors.toLocaleString('en-US') },
  ];
}

/** Findings with the request in which each costs most: the severest first, then what wins or costs most. */
async function reportFindings(
  store: StoreReader,
  aggregates: Aggregate[],
  known: Set<string> | undefined,
): Promise<ReportFinding[]> {
  const found: ReportFinding[] = [];
  for (const aggregate of aggregates) {
    const { key, kind, text, site, function: name, route = '', requests, worst } = aggregate;
    const trace = await store.find(worst.id);
    const finding = trace?.findings.find(({ id }) => id === key);
    const base = { id: key, kind, severity: 'info' as const, message: text };
    const place = { ...(site !== undefined && { site }), ...(name !== undefined && { function: name }) };
    const { win, suggestion, severity, message } = finding ?? {
      ...base,
      win: undefined,
      suggestion: undefined,
    };
    found.push({
      ...safeFinding({ ...base, severity, message }),
      ...place,
      ...(suggestion !== undefined && { suggestion }),
      ...(win !== undefined && { win }),
      // The figure of the sum is what mending it wins.
      ...{ route, requests, ms: finding?.ms ?? worst.ms, worst: worst.id },
      ...(trace?.duration !== undefined && { duration: trace.duration }),
      ...(trace && (await linesOf(store, trace, site))),
      ...(known && !known.has(key) && { isNew: true }),
    });
  }
  const rank = ({ severity }: ReportFinding) => SEVERITIES.indexOf(severity);
  return found.sort((a, b) => rank(a) - rank(b) || (b.win ?? b.ms) - (a.win ?? a.ms));
}

async function linesOf(store: StoreReader, { sources = {} }: Trace, site: string | undefined) {
  const file = Object.keys(sources).find((name) => site?.startsWith(`${name}:`));
  const source = file === undefined ? undefined : await store.source(sources[file]!);
  return source && { lines: splitLines(source.text) };
}

async function knownFindings(store: StoreReader, against: Against): Promise<Set<string>> {
  if ('file' in against) return new Set(against.accepted.map(({ id }) => id));
  const before = await store.aggregates('finding', { run: against.run.number });
  return new Set(before.map(({ key }) => key));
}

async function reportDifference(
  store: StoreReader,
  run: RunSummary,
  against: Against,
  aggregates: Aggregate[],
): Promise<ReportDifference> {
  if ('run' in against) return differenceOfRuns(await diffRuns(store, against.run, run), against.run);
  const ids = new Set(aggregates.map(({ key }) => key));
  const accepted = against.accepted.filter(({ rule }) => rule === 'finding');
  const known = new Set(accepted.map(({ id }) => id));
  return {
    against: against.file,
    figures: [],
    gone: accepted
      .filter(({ id }) => !ids.has(id))
      .slice(0, MAX_MENTIONS)
      .map(({ kind = '', message = '', site, route }) =>
        mention({ kind, message, route, ...(site && { site }) }),
      ),
    added: aggregates
      .filter(({ key }) => !known.has(key))
      .slice(0, MAX_MENTIONS)
      .map(({ kind, text, site, route }) =>
        mention({ kind, message: text, ...(site && { site }), ...(route && { route }) }),
      ),
    stays: aggregates.filter(({ key }) => known.has(key)).length,
    routes: [],
  };
}

function differenceOfRuns(
  { metrics, findings, routes = [] }: Difference,
  before: RunSummary,
): ReportDifference {
  const mentioned = (list: Difference['findings']['gone']) =>
    list
      .slice(0, MAX_MENTIONS)
      .map(({ kind, message, site }) => mention({ kind, message, ...(site && { site }) }));
  return {
    against: `run ${before.number}: ${before.command}`,
    figures: metrics.map(figureChange),
    gone: mentioned(findings.gone),
    added: mentioned(findings.new),
    stays: findings.stays.length,
    routes: routes
      .filter(({ verdict }) => verdict !== 'same')
      .slice(0, MAX_CHANGED_ROUTES)
      .map(({ verdict, kind, text, before, after }) => ({
        ...{ route: `${kind} ${text}`, verdict },
        ...(before && { before: before.ms }),
        ...(after && { after: after.ms }),
      })),
  };
}

function figureChange({ name, unit, before, after }: MetricChange): ReportDifference['figures'][number] {
  const shown = (value: number | undefined) =>
    value === undefined
      ? '-'
      : unit === 'ms'
        ? formatMs(value)
        : Number(value.toFixed(1)).toLocaleString('en-US');
  const [old, now] = [shown(before), shown(after)];
  // More requests are no deterioration.
  const isAlike = unit === 'ms' && compareDurations(before ?? 0, after ?? 0) === 'same';
  const isNeutral = name === 'requests' || old === now || isAlike;
  const change = isNeutral ? 'same' : (after ?? 0) > (before ?? 0) ? 'worse' : 'better';
  return { name, before: old, after: now, change };
}

function mention(finding: ReportMention): ReportMention {
  return safeFinding(finding);
}
