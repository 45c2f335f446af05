/** Digests of rows: a hash of each row's exact cells and the cells that are its key, for comparing many rows. */

import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { DigestedRows, RowDigest } from './link.js';

/** Bytes of a hash that are kept. */
const HASH_LENGTH = 12;

/** Digest of rows, which are arrays or objects of cells as the server wrote them. */
export function digestRows(
  rows: unknown[],
  columns: string[],
  { keys, added }: RowDigest,
  ms: number,
): DigestedRows {
  const places = keys.map((key) => (typeof key === 'number' ? key : placeOf(key, columns)));
  return {
    columns,
    ms,
    rows: rows.map((row) => {
      const cells = (Array.isArray(row) ? row : Object.values(row as object)).map(cellText);
      const own = added === 0 ? cells : cells.slice(0, -added);
      const hash = createHash('sha1').update(JSON.stringify(own)).digest('base64').slice(0, HASH_LENGTH);
      return [hash, ...places.map((place) => (place === undefined ? null : (cells.at(place) ?? null)))];
    }),
  };
}

/** Place of the only column of a name; of several, none is known to be the key. */
function placeOf(name: string, columns: string[]): number | undefined {
  const same = columns.filter((column) => column === name);
  if (same.length === 1) return columns.indexOf(name);
  const folded = columns.map((column) => column.toLowerCase());
  const alike = folded.filter((column) => column === name.toLowerCase());
  return same.length === 0 && alike.length === 1 ? folded.indexOf(name.toLowerCase()) : undefined;
}

function cellText(cell: unknown): string | null {
  if (cell === null || cell === undefined) return null;
  if (Buffer.isBuffer(cell)) return cell.toString(isUtf8(cell) ? 'utf8' : 'latin1');
  return typeof cell === 'string' ? cell : String(cell);
}
