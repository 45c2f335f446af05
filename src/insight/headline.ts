/** Headline of a request: the worst of its findings in a few words, and the line that it is at. */

import { findingWord, N_PLUS_ONE } from '../domain/finding-kinds.js';
import { errorTitle, isGraveError } from '../domain/request-error.js';
import { kindOf } from '../domain/span-kinds.js';
import { formatCount, formatMs } from '../domain/text.js';
import type { Finding, Trace } from '../domain/trace.js';

/** What a row of a list says of a request. */
export interface Headline {
  severity: Finding['severity'];
  /** `file:line` of the app. */
  site?: string;
  /** What the line did: `ran 50 queries`. */
  text: string;
}

const SEVERITIES: Finding['severity'][] = ['high', 'medium', 'low', 'info'];

/** The headline; undefined for a request without findings and errors. */
export function headlineOf(
  trace: Pick<Trace, 'findings' | 'errors' | 'spans' | 'status' | 'state'>,
): Headline | undefined {
  const grave = trace.errors?.find((error) => isGraveError(error, trace));
  if (grave)
    return {
      severity: 'high',
      ...(grave.site !== undefined && { site: grave.site }),
      text: errorTitle(grave),
    };
  const [worst] = [...trace.findings].sort(
    (a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) || b.ms - a.ms,
  );
  if (worst === undefined) return undefined;
  const { severity, site } = worst;
  return { severity, ...(site !== undefined && { site }), text: deedOf(worst, trace) };
}

/** Kinds of findings whose calls are the same again and again. */
const REPEATS = ['duplicate', 'same-query'];

function deedOf({ kind, spans, ms, message }: Finding, trace: Pick<Trace, 'spans'>): string {
  const call = trace.spans[spans[0] ?? -1];
  if (call === undefined) return message;
  const { noun, nouns } = kindOf(call.kind);
  if (kind.startsWith(N_PLUS_ONE.kind)) return `ran ${formatCount(spans.length, noun, nouns)}`;
  if (REPEATS.includes(kind)) return `ran the same ${noun} ${formatCount(spans.length, 'time')}`;
  if (kind === 'slow')
    return `waited ${formatMs(ms)} for ${spans.length > 1 ? formatCount(spans.length, noun, nouns) : `a ${noun}`}`;
  return `${findingWord(kind)}: ${message}`;
}
