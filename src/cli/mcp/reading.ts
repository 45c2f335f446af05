/** What several tools read of a store, and the format that they print it in. */

import { routeNameOf } from '../../domain/route.js';
import type { Summary, Trace } from '../../domain/trace.js';
import type { StoreReader } from '../../store/store.js';
import type { OutputFormat } from '../../terminal/output-format.js';
import { plainStyle } from '../../terminal/style.js';
import { relativesOf } from '../print/relatives.js';
import { sourceLines } from '../print/source.js';
import { sourceReaderOf } from '../print/source-reader.js';
import { traceLines } from '../print/trace.js';
import { idForAdvice, type ToolAnswer } from './answer.js';
import { safeTrace } from './safe-trace.js';

/** Parts of a request that the tool `request` answers. */
export const REQUEST_PARTS = ['overview', 'calls', 'stacks', 'logs', 'source'] as const;
export type RequestPart = (typeof REQUEST_PARTS)[number];

const MAX_FACTS = 10;
const SHORT_ID = 8;

/** As in a pipe: lines are not wrapped, nothing is coloured. */
export function toolFormat(): OutputFormat {
  return { width: Number.POSITIVE_INFINITY, style: plainStyle, now: Date.now() };
}

/** A request as `scooby show` prints it. */
export async function requestAnswer(
  store: StoreReader,
  found: Trace,
  part: RequestPart,
): Promise<ToolAnswer> {
  const trace = safeTrace(found);
  return {
    title: `Request ${trace.id.slice(0, SHORT_ID)}, ${part}:`,
    lines: await partLines(store, trace, part),
    advice: adviceOf(trace, part),
    again: { request: trace.id, ...(part !== 'overview' && { part }) },
    facts: requestFacts(trace),
  };
}

async function partLines(store: StoreReader, trace: Trace, part: RequestPart): Promise<string[]> {
  const format = toolFormat();
  const code = await sourceReaderOf(store, trace);
  if (part === 'source') return sourceLines(trace, undefined, code, format);
  const relatives = await relativesOf(store, trace);
  const options = {
    overview: {},
    calls: { ungrouped: true },
    stacks: { stack: true },
    logs: { ungrouped: true, kinds: ['log'] },
  }[part];
  return traceLines(trace, { ...options, code, relatives }, format);
}

function adviceOf({ findings, totals }: Trace, part: RequestPart): string[] {
  if (part !== 'overview') return [];
  const verify =
    findings.length > 0
      ? [`After the fix: verify {"finding":"${idForAdvice(findings[0]!.id)}"}.`]
      : ['No problem was found in this request.'];
  return totals.log ? [...verify, 'Its log lines: part "logs".'] : verify;
}

/** Structured facts of a request. */
export function requestFacts(trace: Trace): Record<string, unknown> {
  const { id, method, status, duration, totals, findings } = trace;
  return {
    request: id,
    route: `${method} ${routeNameOf(trace)}`.slice(0, 200),
    ...(status !== undefined && { status }),
    ...(duration !== undefined && { ms: duration }),
    calls: Object.fromEntries(Object.entries(totals).map(([kind, { count }]) => [kind, count])),
    findings: findings.slice(0, MAX_FACTS).map(({ id, kind, severity, site }) => ({
      finding: id,
      kind,
      severity,
      ...(site !== undefined && { site }),
    })),
  };
}

/** The newest request of each route among the newest of the store. */
export async function newestByRoute(store: StoreReader, limit: number): Promise<Map<string, Summary>> {
  const newest = new Map<string, Summary>();
  for (const summary of await store.recent({}, limit)) {
    const route = `${summary.method} ${routeNameOf(summary)}`;
    if (!newest.has(route)) newest.set(route, summary);
  }
  return newest;
}
