/** Logs tab: the log messages of a request. */

import { parseSite } from '../../domain/site.js';
import { kindOf } from '../../domain/span-kinds.js';
import { formatMs } from '../../domain/text.js';
import type { Trace } from '../../domain/trace.js';
import { emptyReason } from '../../screens/call-groups.js';
import { levelRole } from '../../screens/log-level.js';
import { cleanText, fitText, type Line } from '../../terminal/cells.js';
import { emptyPage, type Panel } from './panel.js';
import { spanText } from './span-detail.js';

const KIND = 'log';
const { title, short, key, nouns } = kindOf(KIND);
const reason = emptyReason(nouns);

const spans = (trace: Trace) => trace.spans.filter((span) => span.kind === KIND);

export const logsPanel: Panel = {
  title,
  short,
  key,
  kind: KIND,
  canBeEmpty: true,
  spans,
  badge: (trace) => (spans(trace).length > 0 ? String(spans(trace).length) : ''),
  page: (context) => {
    const { trace } = context;
    const indices = trace.spans.flatMap((span, index) => (span.kind === KIND ? [index] : []));
    if (indices.length === 0) return emptyPage(...reason(trace));
    const head: Line = [['      AT LEVEL  MESSAGE', 'head']];
    return {
      headLines: () => [head],
      entries: indices.map((index) => {
        const span = trace.spans[index]!;
        const level = typeof span.detail?.level === 'string' ? cleanText(span.detail.level) : '';
        const position = parseSite(span.site);
        return {
          span: index,
          ...(position ? { position } : {}),
          line: () => [
            [`${fitText(`+${formatMs(span.start)}`, 8, 'right')} `, 'dim'],
            [`${fitText(level, 6)} `, levelRole(level)],
            cleanText(span.name),
          ],
        };
      }),
      text: (row) => spanText(trace.spans[indices[row] ?? indices[0]!]!, context),
    };
  },
};
