/** Tool `findings`: what is wrong over all requests, the worst first. */

import { z } from 'zod';
import { findingWord } from '../../../domain/finding-kinds.js';
import { winText } from '../../../domain/finding-win.js';
import { escapeToOneLine, formatCount, formatMs } from '../../../domain/text.js';
import type { Finding, Trace } from '../../../domain/trace.js';
import type { Aggregate, StoreReader } from '../../../store/store.js';
import { findingLines } from '../../print/findings.js';
import { formatCallSite } from '../../print/frames.js';
import { sourceReaderOf } from '../../print/source-reader.js';
import { withStore } from '../../select/store-options.js';
import type { ToolAnswer } from '../answer.js';
import { newestByRoute, toolFormat } from '../reading.js';
import { safeFinding } from '../safe-trace.js';
import { SINCE_INPUT, sinceQuery } from '../since.js';
import { defineTool, PAGE_INPUT, PAGE_OUTPUT } from '../tool.js';

/** Findings that are looked up in their requests. */
const MAX_FINDINGS = 50;
/** Findings with their code and what to do. */
const IN_FULL = 3;
const MAX_FACTS = 10;
/** Requests among which the newest of a route is looked for. */
const MAX_RECENT = 1000;
const SEVERITIES: Finding['severity'][] = ['high', 'medium', 'low', 'info'];

interface Listed {
  aggregate: Aggregate;
  /** As the request has it in which it cost most; missing where that has expired. */
  finding?: Finding;
  trace?: Trace;
  /** The newest request of its route does not have it any more. */
  isGone: boolean;
}

export const findingsTool = defineTool({
  name: 'findings',
  title: 'Findings of all requests',
  description:
    'What is wrong in the requests that scooby recorded (N+1 queries, duplicates, slow and sequential calls, errors, a blocked event loop), the worst first: kind, line, ms, how often, finding id; the worst with their code and what to do. Begin here.',
  input: {
    route: z.string().max(500).optional().describe('only of this route, or of those with this text: /orders'),
    kind: z.string().max(50).optional().describe('only of this kind: n+1, duplicate, slow, …'),
    since: SINCE_INPUT,
    limit: z.number().int().min(1).max(MAX_FINDINGS).optional().describe('default 10'),
    ...PAGE_INPUT,
  },
  output: {
    total: z.number(),
    findings: z.array(
      z.object({
        finding: z.string(),
        kind: z.string(),
        severity: z.string(),
        route: z.string(),
        site: z.string().optional(),
        request: z.string(),
        gone: z.boolean().optional(),
      }),
    ),
    ...PAGE_OUTPUT,
  },
  run: ({ route, kind, since, limit = 10 }, { place }) =>
    withStore(place, async (store) => {
      const all = (await store.aggregates('finding', { query: sinceQuery(since) })).filter(
        (aggregate) => isOfKind(aggregate, kind) && isOfRoute(aggregate, route),
      );
      const listed = await listedFindings(store, all.slice(0, MAX_FINDINGS));
      return answerOf(store, listed.slice(0, limit), all.length, { route, kind, since, limit });
    }),
});

function isOfKind({ kind }: Aggregate, wanted = ''): boolean {
  return kind.startsWith(wanted.toLowerCase());
}

function isOfRoute({ route = '' }: Aggregate, wanted = ''): boolean {
  return route.toLowerCase().includes(wanted.toLowerCase());
}

/** With severities; first those that are still there, the severest and costliest first. */
async function listedFindings(store: StoreReader, aggregates: Aggregate[]): Promise<Listed[]> {
  const newest = await newestByRoute(store, MAX_RECENT);
  const traces = new Map<string, Trace | undefined>();
  const traceOf = async (id: string) => {
    if (!traces.has(id)) traces.set(id, await store.find(id));
    return traces.get(id);
  };
  const listed: Listed[] = [];
  for (const aggregate of aggregates) {
    const { key, route = '', worst } = aggregate;
    const trace = await traceOf(worst.id);
    const finding = trace?.findings.find(({ id }) => id === key);
    const summary = newest.get(route);
    const last = summary && (await traceOf(summary.id));
    const isGone = last?.state === 'done' && !last.findings.some(({ id }) => id === key);
    listed.push({
      aggregate,
      ...(trace && { trace }),
      ...(finding && { finding }),
      isGone,
    });
  }
  const rank = ({ finding, isGone }: Listed) =>
    (isGone ? SEVERITIES.length : 0) +
    (finding ? SEVERITIES.indexOf(finding.severity) : SEVERITIES.length - 1);
  return listed.sort((a, b) => rank(a) - rank(b));
}

async function answerOf(
  store: StoreReader,
  listed: Listed[],
  total: number,
  again: Record<string, unknown>,
): Promise<ToolAnswer> {
  const more = total - listed.length;
  const left =
    more > 0
      ? [
          `${formatCount(more, 'other finding is', 'other findings are')} not listed: raise limit, or ask by route or kind.`,
        ]
      : [];
  const blocks = await Promise.all(
    listed.map((each, n) => findingBlock(store, each, n < IN_FULL && !each.isGone)),
  );
  return {
    title:
      total === 0
        ? 'No finding is stored. Has the app served requests under scooby run?'
        : `${formatCount(total, 'finding')}:`,
    lines: blocks.flatMap((block, n) => (n === 0 ? block : ['', ...block])),
    advice:
      total === 0
        ? []
        : [
            ...left,
            'One request in full: request {"request":"<id>"}. After a fix: verify {"finding":"<id>"}.',
          ],
    again,
    facts: { total, findings: listed.slice(0, MAX_FACTS).map(factsOf) },
  };
}

/** `high  N+1  loadItems (src/orders.js:47)  431ms  in 12 requests of GET /orders  request 3fa85f64  finding 1a2b…`. */
async function findingBlock(store: StoreReader, listed: Listed, isInFull: boolean): Promise<string[]> {
  const { aggregate, finding, trace, isGone } = listed;
  const { kind, site, function: name, route = '', requests, worst, key } = aggregate;
  const parts = [
    finding?.severity ?? '',
    findingWord(escapeToOneLine(kind)),
    site === undefined ? '' : formatCallSite(name, site),
    finding && finding.ms > 0 ? formatMs(finding.ms) : '',
    finding && trace ? winText(finding, trace) : '',
    `in ${formatCount(requests, 'request')} of ${escapeToOneLine(route)}`,
    `request ${worst.id.slice(0, 8)}`,
    `finding ${escapeToOneLine(key)}`,
    isGone ? 'GONE: the newest request of the route has it no more' : '',
  ];
  const head = parts.filter((part) => part !== '').join('  ');
  if (!isInFull || !finding || !trace)
    return [
      head,
      `  ${escapeToOneLine(safeFinding({ kind, message: finding?.message ?? aggregate.text }).message)}`,
    ];
  // Its first lines are an empty one and its heading.
  const body = findingLines(
    { ...trace, findings: [safeFinding(finding)] },
    await sourceReaderOf(store, trace),
    toolFormat(),
  ).slice(2);
  return [head, ...body];
}

function factsOf({ aggregate, finding, isGone }: Listed) {
  const { kind, site, route = '', worst, key } = aggregate;
  return {
    ...{ finding: key, kind, severity: finding?.severity ?? 'info', route: route.slice(0, 200) },
    ...(site !== undefined && { site }),
    request: worst.id.slice(0, 8),
    ...(isGone && { gone: true }),
  };
}
