/** Suggestions for loops whose body reads a row and writes it. */

import { sentence } from '../../domain/text.js';
import type { Call } from '../calls/calls.js';
import type { ReadLine } from '../calls/loop-line.js';
import { conditionText, type LoopCalls } from './advice.js';
import { mapperCallOf } from './mapper-call.js';
import { readShapeOf } from './read-shape.js';
import { sourceHintsOf } from './source-hints.js';
import { adviceForWrites, insertText, isUpsert, writesText } from './writes.js';

/**
 * Suggestion for the statements of a loop's body that one call of an ORM sent, such as `save`, which
 * looks for the row first; undefined if the app sent them.
 */
export function adviceForOneCall(
  reads: LoopCalls[],
  writes: LoopCalls[],
  readLine: ReadLine = () => undefined,
): string | undefined {
  const calls = [...reads, ...writes].map((loop) => loop.calls[0]!);
  const [found, ...others] = calls.map(mapperCallOf);
  const [position] = calls[0]!.positions;
  const isOneLine = others.every(
    (other, at) => other?.mapper === found?.mapper && calls[at + 1]!.positions[0] === position,
  );
  if (!found || found.isRaw || !isOneLine || writes.length === 0) return undefined;
  const isOneMethod =
    /save|upsert|create|update|insert|remove|delete|destroy/i.test(found.method) &&
    others.every((other) => other!.method === found.method);
  if (!isOneMethod && !isUpsert(sourceHintsOf(calls[0]!.site, readLine))) return undefined;
  const insert = writes.find((write) => write.calls[0]!.verb === 'INSERT');
  return adviceForWrites(insert ?? writes[0]!, readLine);
}

/**
 * Suggestion for a loop that looks for a row and inserts it if it is missing; undefined if the
 * statements are not those.
 */
export function adviceForLookThenWrite(
  reads: LoopCalls[],
  writes: LoopCalls[],
  readLine: ReadLine = () => undefined,
): string | undefined {
  const [read, ...otherReads] = reads;
  const insert = writes.find(({ calls }) => calls[0]!.verb === 'INSERT');
  if (!read || !insert || otherReads.length > 0 || writes.length > 2) return undefined;
  const [looked, inserted] = [read.calls[0]!, insert.calls[0]!];
  if (looked.sql?.tables[0] !== inserted.sql?.tables[0]) return undefined;
  if (/ DO NOTHING/.test(inserted.shape))
    return sentence(
      `the INSERT has ON CONFLICT, and needs no look: insert all rows at once: ${insertText(inserted, mapperCallOf(inserted), sourceHintsOf(inserted.site, readLine))}`,
    );
  const hints = sourceHintsOf(looked.site, readLine);
  const shape = readShapeOf(read as never);
  if (shape.kind !== 'key' && shape.kind !== 'keys') return undefined;
  const missing = insertText(inserted, mapperCallOf(inserted), sourceHintsOf(inserted.site, readLine));
  const others = writes
    .filter((write) => write !== insert)
    .map((write) => `; and ${writesText(write, sourceHintsOf(write.calls[0]!.site, readLine))}`);
  return sentence(
    `look for all at once, before the loop: ${conditionText(read, shape, hints)}; then insert those that are missing at once: ${missing}${others.join('')}${withoutLook(inserted, shape.columns)}`,
  );
}

// Only the database can say whether the columns have a unique key.
function withoutLook(inserted: Call, columns: string[]): string {
  if (mapperCallOf(inserted) || / ON (?:CONFLICT|DUPLICATE) /.test(inserted.shape)) return '';
  const names = columns.map((column) => column.replace(/^.*\./, '')).join(', ');
  const clause = inserted.dialect === 'mysql' ? 'INSERT IGNORE' : `ON CONFLICT (${names}) DO NOTHING`;
  return `. If there is a unique key on (${names}), \`${clause}\` needs no look`;
}
