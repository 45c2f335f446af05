/** Loops of a request that one statement may replace: the SELECTs of its N+1 findings. */

import { formatCount, formatWhole } from '../../domain/text.js';
import type { Finding, Span, Trace } from '../../domain/trace.js';

/** Calls of one shape, as indices into the trace's spans. */
export interface CallLoop {
  spans: number[];
  /** Shape of the calls, without values. */
  shape: string;
  finding?: Finding;
}

/** Most calls of a loop that are replaced by one statement. */
export const MAX_REPLACED_CALLS = 1000;

/** Reason why so many calls are not replaced by one statement. */
export function lengthRefusal({ length }: { length: number }): string | undefined {
  if (length <= MAX_REPLACED_CALLS) return undefined;
  return `The loop has ${formatCount(length, 'call')}: one statement is tried in place of at most ${formatWhole(MAX_REPLACED_CALLS)}.`;
}

/** Loops of a finding, by shape; the costliest first. */
export function loopsOfFinding(trace: Trace, finding: Finding): CallLoop[] {
  return groupsOf(trace, finding.spans).map((loop) => ({ ...loop, finding }));
}

/** Whether a finding is a loop of queries of which some may be replaced. */
export function isTriable(trace: Trace, { kind, spans }: Finding): boolean {
  return kind.startsWith('n+1') && spans.some((index) => isSelect(trace.spans[index]));
}

/** Loop of a call: the calls of its finding, else those of its shape and line. */
export function loopOfCall(trace: Trace, index: number): CallLoop {
  const { shape, site } = trace.spans[index]!;
  const finding = trace.findings.find(({ kind, spans }) => kind.startsWith('n+1') && spans.includes(index));
  const own = finding && loopsOfFinding(trace, finding).find(({ spans }) => spans.includes(index));
  if (own) return own;
  const spans = trace.spans.flatMap((span, n) =>
    span.kind === 'sql' && span.shape.text === shape.text && span.site === site ? [n] : [],
  );
  return { spans: spans.length > 0 ? spans : [index], shape: shape.text };
}

function groupsOf(trace: Trace, spans: number[]): CallLoop[] {
  const groups = new Map<string, number[]>();
  for (const index of spans) {
    const span = trace.spans[index];
    if (span?.kind !== 'sql') continue;
    const key = `${span.library}\n${span.shape.text}`;
    const group = groups.get(key);
    if (group) group.push(index);
    else groups.set(key, [index]);
  }
  const ms = (indices: number[]) =>
    indices.reduce((sum, index) => sum + (trace.spans[index]!.duration ?? 0), 0);
  return [...groups.values()]
    .filter((indices) => indices.length > 1)
    .sort(
      (a, b) => Number(isSelect(trace.spans[b[0]!])) - Number(isSelect(trace.spans[a[0]!])) || ms(b) - ms(a),
    )
    .map((indices) => ({ spans: indices, shape: trace.spans[indices[0]!]!.shape.text }));
}

function isSelect(span: Span | undefined): boolean {
  return span?.kind === 'sql' && span.shape.verb === 'SELECT';
}
