/** What a request logged. */

import { parseSite } from '../../domain/site.js';
import { kindOf } from '../../domain/span-kinds.js';
import { formatMs } from '../../domain/text.js';
import type { Trace } from '../../domain/trace.js';
import { cleanText, fitText, type Line } from '../../terminal/cells.js';
import { emptyReason } from './calls-table.js';
import { emptyPage, type Panel } from './panel.js';
import { spanText } from './span-detail.js';

const ROLES: Record<string, string> = {
  // An app names its levels.
  __proto__: null as never,
  error: 'error',
  fatal: 'error',
  warn: 'warn',
  warning: 'warn',
  debug: 'dim',
  trace: 'dim',
};

const KIND = 'log';
const { title, short, key, nouns } = kindOf(KIND);
const reason = emptyReason(nouns);

const spans = (trace: Trace) => trace.spans.filter((span) => span.kind === KIND);

export const logsPanel: Panel = {
  ...{ title, short, key },
  kind: KIND,
  empty: true,
  spans,
  headline: (trace) => (spans(trace).length > 0 ? String(spans(trace).length) : ''),
  page: (reading) => {
    const { trace } = reading;
    const indices = trace.spans.flatMap((span, index) => (span.kind === KIND ? [index] : []));
    if (indices.length === 0) return emptyPage(...reason(trace));
    const head: Line = [['      AT LEVEL  MESSAGE', 'head']];
    return {
      head: () => [head],
      entries: indices.map((index) => {
        const span = trace.spans[index]!;
        const level = typeof span.detail?.level === 'string' ? cleanText(span.detail.level) : '';
        const place = parseSite(span.site);
        return {
          span: index,
          ...(place ? { place } : {}),
          line: () => [
            [`${fitText(`+${formatMs(span.start)}`, 8, 'right')} `, 'dim'],
            [`${fitText(level, 6)} `, ROLES[level.toLowerCase()] ?? 'accent'],
            cleanText(span.name),
          ],
        };
      }),
      text: (row) => spanText(trace.spans[indices[row] ?? indices[0]!]!, reading),
    };
  },
};
