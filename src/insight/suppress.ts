/** What nobody wants to hear of: by a comment on the line, or by config. */

import { formatSite } from '../domain/site.js';
import type { Frame, RecordedTrace } from '../domain/trace.js';
import type { LineOf } from './calls/call-site.js';
import type { Draft } from './scene.js';

/** Findings that fit all that is given are left out. */
export interface Ignore {
  kind?: string;
  /** The finding's id. */
  id?: string;
  /** `/orders/:id`; `*` stands for anything, here and in the next two. */
  route?: string;
  /** `src/orders.ts`, `src/orders.ts:47`, `src/*.ts`, or a folder: `src/admin/`. */
  site?: string;
  /** A part of the normalised statement. */
  statement?: string;
}

/** Answers whether the line says `// scooby-ignore`, alone or with the finding's kind, or the line above is only such a comment. */
export function isIgnoredBySource({ kind, calls, site }: Draft, lineOf: LineOf): boolean {
  // A helper's own line counts as well.
  const frames = [site, calls[0]?.site, calls[0]?.path.frames[0]].filter((frame) => frame !== undefined);
  return frames.some((frame) => {
    const above = lineOf(frame, frame.line - 1);
    return (
      names(lineOf(frame), kind) ||
      (above !== undefined && /^\s*(?:\/\/|\/\*|\*)/.test(above) && names(above, kind))
    );
  });
}

function names(text: string | undefined, kind: string): boolean {
  const found = text === undefined ? null : /\/[/*].*?\bscooby-ignore\b([^*\n]*)/.exec(text);
  if (!found) return false;
  // What follows a colon or a dash is the reason.
  const kinds = found[1]!
    .split(/\s*(?::|--| - )/, 1)[0]!
    .split(/[\s,]+/)
    .filter((word) => word !== '');
  return kinds.length === 0 || kinds.some((word) => covers(word, kind));
}

/** Answers whether config says to leave the finding out. */
export function isIgnoredByConfig(
  draft: Draft,
  id: string,
  { route, url }: RecordedTrace,
  ignores: Ignore[],
): boolean {
  return ignores.some((ignore) => {
    if (Object.keys(ignore).length === 0) return false;
    if (ignore.kind !== undefined && !covers(ignore.kind, draft.kind)) return false;
    if (ignore.id !== undefined && ignore.id !== id) return false;
    if (ignore.route !== undefined && !fits(ignore.route, route ?? url)) return false;
    if (ignore.statement !== undefined && !fits(`*${ignore.statement}*`, draft.shape)) return false;
    return ignore.site === undefined || isAt(ignore.site, draft.site);
  });
}

// `n+1` covers n+1-writes, n+1-cache and the like.
function covers(word: string, kind: string): boolean {
  return word === kind || kind.startsWith(`${word}-`);
}

/** Answers whether a text is the pattern, in which `*` stands for anything. */
function fits(pattern: string, text: string): boolean {
  const [first = '', ...parts] = pattern.split('*');
  const last = parts.pop();
  if (last === undefined) return text === pattern;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const part of parts) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}

function isAt(place: string, frame: Frame | undefined): boolean {
  if (!frame) return false;
  return (
    fits(place, frame.file) ||
    fits(place, formatSite(frame)) ||
    (place.endsWith('/') && frame.file.startsWith(place))
  );
}
