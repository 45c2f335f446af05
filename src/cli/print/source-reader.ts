/** Source files of the app as they were when a request ran, compared with the files on disk. */

import { existsSync, readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import type { Trace } from '../../domain/trace.js';
import type { StoreReader } from '../../store/store.js';
import { splitLines } from '../../terminal/code-frame.js';

/** Note on a line whose file was edited or deleted after the request. */
export type ChangeNote = 'changed since' | 'gone since' | `changed since, now line ${number}`;

/** Source files of one request. */
export interface SourceReader {
  /** Lines of a file at the time of the request; undefined when its text was not stored. */
  lines(file: string): string[] | undefined;
  /**
   * Change of a line (from 1) since the request; undefined when the file is unchanged or cannot be
   * compared.
   */
  changeNote(file: string, line: number): ChangeNote | undefined;
}

/** Reader of a request's source files, which are all read at once, and of the project's folder. */
export async function sourceReaderOf(
  store: Pick<StoreReader, 'source'>,
  trace: Pick<Trace, 'sources' | 'app'>,
): Promise<SourceReader> {
  const hashes = Object.entries(trace.sources ?? {});
  const texts = new Map(
    await Promise.all(hashes.map(async ([file, hash]) => [file, (await store.source(hash))?.text] as const)),
  );
  const storedLines = memoize((file) => {
    const text = texts.get(file);
    return text === undefined ? undefined : splitLines(text);
  });
  const currentLines = memoize((file) => {
    const path = isAbsolute(file) ? file : join(trace.app?.cwd ?? '.', file);
    return readLines(path);
  });
  const isProjectHere = trace.app !== undefined && existsSync(trace.app.cwd);
  return {
    lines: storedLines,
    changeNote(file, line) {
      const before = storedLines(file);
      if (!before || !isProjectHere) return undefined;
      const after = currentLines(file);
      if (!after) return 'gone since';
      if (before.length === after.length && before.every((text, at) => text === after[at])) return undefined;
      const current = uniqueLine(after, before[line - 1]);
      return current === undefined || current === line
        ? 'changed since'
        : `changed since, now line ${current}`;
    },
  };
}

function memoize<T>(read: (file: string) => T): (file: string) => T {
  const cache = new Map<string, T>();
  return (file) => {
    if (!cache.has(file)) cache.set(file, read(file));
    return cache.get(file)!;
  };
}

function readLines(path: string): string[] | undefined {
  try {
    return splitLines(readFileSync(path, 'utf8'));
  } catch {
    return undefined; // deleted, or replaced by a folder
  }
}

/**
 * Number (from 1) of the only line with this text; undefined when there is none or more than one.
 */
function uniqueLine(lines: string[], text: string | undefined): number | undefined {
  if (text === undefined || text.trim() === '') return undefined;
  const at = lines.indexOf(text);
  return at < 0 || lines.lastIndexOf(text) !== at ? undefined : at + 1;
}
