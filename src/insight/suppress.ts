/** Ignored findings: by a `scooby-ignore` comment in the source, or by the project's config. */

import { formatSite } from '../domain/site.js';
import type { Frame, RecordedTrace } from '../domain/trace.js';
import { LineFacts } from './calls/line-facts.js';
import type { ReadLine } from './calls/loop-line.js';
import type { Draft } from './scene.js';

/** A rule of the config: ignores findings that match all of its fields. */
export interface IgnoreRule {
  kind?: string;
  /** The finding's id. */
  id?: string;
  /** `/orders/:id`; here and in `site` and `statement`, `*` matches any text. */
  route?: string;
  /** `src/orders.ts`, `src/orders.ts:47`, `src/*.ts`, or a folder: `src/admin/`. */
  site?: string;
  /** Part of the finding's shape, the normalized statement. */
  statement?: string;
}

/** Whether the finding's line, or a comment line above, has `scooby-ignore` for its kind or any. */
export function isIgnoredBySource({ kind, calls, site, loopSite }: Draft, readLine: ReadLine): boolean {
  // The comment may also stand at a wrapper's line, or where the loop is.
  const frames = [site, loopSite, calls[0]?.site, calls[0]?.path.frames[0]].filter(
    (frame) => frame !== undefined,
  );
  return frames.some((frame) => ignoreTexts.of(frame, readLine).some((text) => coversKind(text, kind)));
}

/** What follows `scooby-ignore` in the comments at a frame's line and above it. */
const ignoreTexts = new LineFacts((frame, readLine) => {
  const above = readLine(frame, frame.line - 1);
  const isComment = above !== undefined && /^\s*(?:\/\/|\/\*|\*)/.test(above);
  return [readLine(frame), isComment ? above : undefined].flatMap((line) => ignoreText(line) ?? []);
});

function ignoreText(line: string | undefined): string | undefined {
  const comment = line === undefined ? -1 : line.search(/\/[/*]/);
  return comment < 0 ? undefined : /\bscooby-ignore\b([^*\n]*)/.exec(line!.slice(comment))?.[1];
}

function coversKind(text: string, kind: string): boolean {
  // `scooby-ignore n+1: a reason`, `scooby-ignore n+1 -- a reason`
  const kinds = text
    .split(/:|--| - /, 1)[0]!
    .split(/[\s,]+/)
    .filter((word) => word !== '');
  return kinds.length === 0 || kinds.some((word) => covers(word, kind));
}

/** Whether one of the config's rules matches the finding. */
export function isIgnoredByConfig(
  draft: Draft,
  id: string,
  { route, url }: RecordedTrace,
  rules: IgnoreRule[],
): boolean {
  return rules.some((rule) => {
    if (Object.keys(rule).length === 0) return false;
    if (rule.kind !== undefined && !covers(rule.kind, draft.kind)) return false;
    if (rule.id !== undefined && rule.id !== id) return false;
    if (rule.route !== undefined && !matchesPattern(rule.route, route ?? url)) return false;
    if (rule.statement !== undefined && !matchesPattern(`*${rule.statement}*`, draft.shape)) return false;
    return rule.site === undefined || isAt(rule.site, draft.site);
  });
}

// `n+1` covers n+1-writes, n+1-cache, …
function covers(word: string, kind: string): boolean {
  return word === kind || kind.startsWith(`${word}-`);
}

function matchesPattern(pattern: string, text: string): boolean {
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

function isAt(pattern: string, frame: Frame | undefined): boolean {
  if (!frame) return false;
  return (
    matchesPattern(pattern, frame.file) ||
    matchesPattern(pattern, formatSite(frame)) ||
    (pattern.endsWith('/') && frame.file.startsWith(pattern))
  );
}
