/** The app's files as they were when a request ran, and what has become of them since. */

import { existsSync, readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import type { Trace } from '../../domain/trace.js';
import type { Store } from '../../store/store.js';
import { linesOf } from '../../terminal/code-frame.js';

/** What became of a line: its file changed around it, or it is no longer where it was. */
export type ChangeNote = 'changed since' | 'gone since' | `changed since, now line ${number}`;

/** Reads the files of one request. */
export interface SourceReader {
  /** Answers the lines of a file as it was; undefined where it was not kept. */
  lines(file: string): string[] | undefined;
  /** Answers what has become of a line; undefined where its file is as it was, and where nothing is known. */
  changeNote(file: string, line: number): ChangeNote | undefined;
}

/** Answers the code of a request, from the store and from the project's folder. */
export function sourceReaderOf(
  store: Pick<Store, 'source'>,
  trace: Pick<Trace, 'sources' | 'app'>,
): SourceReader {
  const then = remembered((file) => {
    const hash = trace.sources?.[file];
    const source = hash === undefined ? undefined : store.source(hash);
    return source && linesOf(source.text);
  });
  const now = remembered((file) => {
    const path = isAbsolute(file) ? file : join(trace.app?.cwd ?? '.', file);
    return readLines(path);
  });
  const isHere = trace.app !== undefined && existsSync(trace.app.cwd);
  return {
    lines: then,
    changeNote(file, line) {
      const before = then(file);
      if (!before || !isHere) return undefined;
      const after = now(file);
      if (!after) return 'gone since';
      if (before.length === after.length && before.every((text, at) => text === after[at])) return undefined;
      const moved = only(after, before[line - 1]);
      return moved === undefined || moved === line ? 'changed since' : `changed since, now line ${moved}`;
    },
  };
}

function remembered<T>(read: (file: string) => T): (file: string) => T {
  const known = new Map<string, T>();
  return (file) => {
    if (!known.has(file)) known.set(file, read(file));
    return known.get(file)!;
  };
}

function readLines(path: string): string[] | undefined {
  try {
    return linesOf(readFileSync(path, 'utf8'));
  } catch {
    return undefined; // deleted, or a folder by now
  }
}

/** Answers the line, from 1, that has this text, when it is only one. */
function only(lines: string[], text: string | undefined): number | undefined {
  if (text === undefined || text.trim() === '') return undefined;
  const at = lines.indexOf(text);
  return at < 0 || lines.lastIndexOf(text) !== at ? undefined : at + 1;
}
