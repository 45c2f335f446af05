/** Rule: queries that return more rows or bytes than a page can show. */

import { formatSite } from '../../domain/site.js';
import { formatBytes, formatCount } from '../../domain/text.js';
import type { Call } from '../calls/calls.js';
import { runningMs } from '../calls/loops.js';
import { type Draft, type Rule, type Scene, weighConfidence } from '../scene.js';

const EXPORT_TYPES = /^(?:text\/csv|application\/(?:x-ndjson|zip|pdf|octet-stream|vnd\.))/i;

export const overFetching: Rule = (scene) => {
  const groups = new Map<string, Call[]>();
  for (const call of scene.calls) {
    if (!isLarge(scene, call)) continue;
    const key = `${call.shape} ${call.positions[0] ?? ''}`;
    const group = groups.get(key);
    if (group) group.push(call);
    else groups.set(key, [call]);
  }
  if (groups.size === 0 || isExport(scene)) return [];
  return [...groups.values()].map((calls) => draftOf(scene, calls));
};

function isLarge({ limits }: Scene, { span, sql, verb, isSetup }: Call): boolean {
  if (span.kind !== 'sql' || isSetup || sql!.isWrite || verb !== 'SELECT') return false;
  // A stream or a cursor takes its rows in pieces, as many as its reader has time for.
  if (span.detail?.paused !== undefined) return false;
  return (span.rows ?? 0) > limits.rows || bytesOf(span.detail?.bytes) > limits.bytes;
}

function bytesOf(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}

// A download needs all rows.
function isExport({ trace }: Scene): boolean {
  return (trace.headers?.response ?? []).some(
    ([name, value]) =>
      (/^content-type$/i.test(name) && EXPORT_TYPES.test(value)) ||
      (/^content-disposition$/i.test(name) && /^attachment/i.test(value)),
  );
}

function responseBytes({ trace }: Scene): number | undefined {
  const length = trace.headers?.response?.find(([name]) => /^content-length$/i.test(name))?.[1];
  return length === undefined ? undefined : Number(length);
}

function isLarger(a: Call, b: Call): boolean {
  const [rowsA = 0, rowsB = 0] = [a.span.rows, b.span.rows];
  return rowsA === rowsB ? bytesOf(a.span.detail?.bytes) > bytesOf(b.span.detail?.bytes) : rowsA > rowsB;
}

/** `20,000 rows`, or `3.2 MB in 4 rows` where the bytes are what is too much. */
function sizeText({ limits }: Scene, { span }: Call): string {
  const rows = span.rows ?? 0;
  const bytes = bytesOf(span.detail?.bytes);
  if (rows > limits.rows || bytes === 0) return formatCount(rows, 'row');
  return `${formatBytes(bytes)}${rows > 0 ? ` in ${formatCount(rows, 'row')}` : ''}`;
}

function draftOf(scene: Scene, calls: Call[]): Draft {
  const largest = calls.reduce((a, b) => (isLarger(b, a) ? b : a));
  const rows = largest.span.rows ?? 0;
  const bytes = responseBytes(scene);
  // Fewer than 10 bytes of response for each row: most rows were not used.
  const isUnused = bytes !== undefined && bytes < rows * 10;
  const hasLimit = largest.shape.includes(' LIMIT ');
  const where = largest.site ? ` at ${formatSite(largest.site)}` : '';
  const response = isUnused ? `, and the response had ${bytes} bytes` : '';
  const others = calls.length > 1 ? `, and ${calls.length - 1} more like it` : '';
  return {
    kind: 'over-fetching',
    severity: isUnused || rows >= scene.limits.rows * 10 ? 'medium' : 'info',
    message: `\`${largest.label}\`${where} returned ${sizeText(scene, largest)}${response}${others}`,
    suggestion: isUnused
      ? 'Let the database count, sum or choose (COUNT, GROUP BY, WHERE), and return only what is used.'
      : 'Return a page (LIMIT with a key to go on from), and only the columns that are used.',
    calls,
    site: largest.site,
    shape: largest.shape,
    ms: runningMs(calls),
    ...weighConfidence(
      0.4,
      [isUnused, 0.4, 'the response is smaller than that many rows'],
      [!hasLimit, 0.1, 'there is no LIMIT'],
      [rows >= scene.limits.rows * 10, 0.2, 'far more than a page shows'],
    ),
  };
}
