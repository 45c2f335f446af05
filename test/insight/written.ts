/** Outputs that contain a call's statement with its values, and the values that explain binds. */

import { sqlLines } from '../../src/cli/print/sql-script.js';
import type { Span } from '../../src/domain/trace.js';
import { dialectOf } from '../../src/insight/libraries.js';
import { recordedValues } from '../../src/insight/plan/values.js';
import { copyTextOf } from '../../src/screens/copy-text.js';
import { plainStyle } from '../../src/terminal/style.js';
import { sqlPanel } from '../../src/tui/panels/sql.js';
import { aTrace } from '../factory.js';

/** Statement of a call in each output; all have to be equal. */
export function outputsOf(span: Span): Record<'show' | 'call' | 'request' | 'group', string | undefined> {
  const trace = aTrace({ spans: [span, { ...span, duration: 1 }] });
  const shown = sqlLines({ ...trace, spans: [span] }, { width: 80, style: plainStyle, now: 0 });
  const from = shown.findIndex((line) => line.startsWith('-- #1 '));
  const context = { trace, source: () => undefined, libraries: false, columns: 80, sorted: 'total' as const };
  const row = sqlPanel.page({ ...context, grouped: true }).entries[0]!;
  return {
    show: shown.slice(from + 1).join('\n'),
    call: copyTextOf('sql', trace, span)?.text,
    request: copyTextOf('sql', trace, undefined)?.text,
    group: copyTextOf('sql', trace, trace.spans[row.span!])?.text,
  };
}

/** Values that explain binds, as the app's process receives them. */
export function boundValues(span: Span): { values: unknown; missing: string[] } {
  const { values, missing } = recordedValues(span, dialectOf({}, span.library));
  return { values: revived(values), missing };
}

function revived(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(revived);
  if (typeof value !== 'object' || value === null) return value;
  const { bytes, ...rest } = value as { bytes?: unknown };
  if (typeof bytes === 'string' && Object.keys(rest).length === 0) return Buffer.from(bytes, 'hex');
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, revived(item)]));
}

/** Strings that end literals, begin comments or control terminals if they are not escaped. */
export const NASTY = [
  "o'hara",
  "'; drop table users; --",
  "\\'; drop table users; --",
  "x\\' or 1=1 -- ",
  'a\\',
  "''\\\\''",
  'two\nlines\r\n\tand a tab',
  '$1 ? :name @x ?? $$ $q$',
  '"quoted" `ticked` [bracketed]',
  '\u202eright to left\u200b',
  'ünïcödé 🦉',
  '\\u{41} \u009b \u{e0001}',
  '-- no comment',
  '/* none */',
  '',
  '34',
  '\x1b[2J\x07',
  '{"a":"it\'s \\"quoted\\""}',
];
