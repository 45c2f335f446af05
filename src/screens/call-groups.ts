/** Groups of a tab's calls, their marks, and why a tab has none. */

import { findingWord } from '../domain/finding-kinds.js';
import type { Span, Trace } from '../domain/trace.js';
import { type Group, groupsOf } from '../insight/calls/groups.js';
import { cleanText } from '../terminal/cells.js';

/** Marks for row ends: the kind of the first finding of each span, by span index. */
export function findingMarks(trace: Trace): Map<number, string> {
  const marks = new Map<number, string>();
  for (const finding of trace.findings) {
    for (const span of finding.spans) if (!marks.has(span)) marks.set(span, findingWord(finding.kind));
  }
  return marks;
}

/**
 * Groups of the calls at `indices`; their `spans` and `slowest` are indices into the trace's spans.
 */
export function groupsAt(trace: Trace, indices: number[], sorted: 'start' | 'total'): Group[] {
  const spans = indices.map((index) => trace.spans[index]!);
  const groups = groupsOf(spans).map((group) => ({
    ...group,
    slowest: indices[group.slowest]!,
    spans: group.spans.map((index) => indices[index]!),
  }));
  return sorted === 'total' ? groups.sort((a, b) => b.total - a.total) : groups;
}

/** Mark of calls that began after the response, which no finding has. */
export function lateMark({ afterResponse }: Pick<Span, 'afterResponse'>): string | undefined {
  return afterResponse && 'after response';
}

/** Lines for a tab without calls: none made, still running, or some not captured. */
export function emptyReason(nouns: string): (trace: Trace) => string[] {
  return (trace) => [
    trace.state === 'open'
      ? `no ${nouns} so far: the request is still running`
      : `this request made no ${nouns}`,
    ...(trace.notes ?? []).map((note) => `not captured: ${cleanText(note)}`),
    ...(trace.dropped ? [`${trace.dropped} calls were not kept: there were too many`] : []),
  ];
}
