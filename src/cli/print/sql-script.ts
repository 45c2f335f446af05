/**
 * SQL of a request as a script: its statements in order, one per line, with the values filled in.
 */

import { statusTextOf } from '../../domain/request.js';
import { escapeToOneLine, formatCount, formatMs } from '../../domain/text.js';
import type { Span, Trace } from '../../domain/trace.js';
import { renderSpan, scriptLines } from '../../insight/sql/render.js';
import { formatDateTime } from '../../terminal/age.js';
import type { OutputFormat } from '../../terminal/output-format.js';
import { formatCallSite } from './frames.js';

/**
 * Lines of the script; a statement that cannot run, because a value is masked or cut, is a comment
 * with the reason.
 */
export function sqlLines(trace: Trace, { style }: OutputFormat): string[] {
  const statements = trace.spans.flatMap((span, index) => (span.kind === 'sql' ? [{ span, index }] : []));
  const { method, url } = trace;
  const title = trace.outside ? 'outside of requests' : `${method} ${url} ${statusTextOf(trace)}`;
  const writes = statements.filter(({ span }) => span.shape.statement?.isWrite).length;
  const head = [
    `-- ${escapeToOneLine(title)}, ${formatDateTime(trace.start)}: ${formatCount(statements.length, 'statement')}`,
    ...(writes > 0 ? [`-- ${formatCount(writes, 'statement writes', 'statements write')}`] : []),
  ];
  return [
    ...head.map((line) => style('dim', line)),
    ...statements.flatMap(({ index }) => scriptEntry(trace, index, style)),
  ];
}

function scriptEntry(trace: Trace, index: number, style: OutputFormat['style']): string[] {
  const span = trace.spans[index]!;
  const comment = style('dim', `-- #${index + 1} ${factsOf(span)}`);
  const [first = '', second] = scriptLines(renderSpan(trace, span));
  return ['', comment, ...(second === undefined ? [first] : [style('warn', first), style('dim', second)])];
}

/** `loadItems (src/orders.js:47), 8.2ms, 3 rows`. */
function factsOf({ site, frame, duration, rows, error }: Span): string {
  const where = site === undefined ? 'no line of the app' : formatCallSite(frame?.function, site);
  const facts = [
    where,
    duration === undefined ? 'not finished' : formatMs(duration),
    rows === undefined ? '' : formatCount(rows, 'row'),
    error === undefined ? '' : `failed: ${error.split('\n', 1)[0]}`,
  ];
  return escapeToOneLine(facts.filter((fact) => fact !== '').join(', '));
}
