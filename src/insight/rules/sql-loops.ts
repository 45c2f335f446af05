/** Rule: SQL in loops; the statements of a loop's body become one finding. */

import { formatSite } from '../../domain/site.js';
import { formatMs } from '../../domain/text.js';
import { adviceForLookThenWrite, adviceForOneCall } from '../advice/look-then-write.js';
import type { Call } from '../calls/calls.js';
import type { Draft, Rule, Scene } from '../scene.js';
import { nPlusOne } from './n-plus-one.js';
import { nPlusOneWrites } from './n-plus-one-writes.js';

/** Statements of a loop's body that are joined. */
const MAX_STATEMENTS = 8;

export const sqlLoops: Rule = (scene) =>
  joinAlternating(scene, [...nPlusOne(scene), ...nPlusOneWrites(scene)]);

// Findings about single statements that alternate become one finding.
function joinAlternating(scene: Scene, drafts: Draft[]): Draft[] {
  const single = drafts.filter(({ kind }) => kind === 'n+1' || kind === 'n+1-writes');
  single.sort((a, b) => a.calls[0]!.start - b.calls[0]!.start);
  const joined = new Map<Draft, Draft>();
  for (let at = 0; at < single.length; at++) {
    if (joined.has(single[at]!)) continue;
    const group = [single[at]!];
    for (const other of single.slice(at + 1)) {
      if (group.length < MAX_STATEMENTS && !joined.has(other) && isAlternating(group[0]!, other))
        group.push(other);
    }
    if (group.length === 1) continue;
    const draft = joinedDraft(scene, group);
    for (const member of group) joined.set(member, draft);
  }
  return [...new Set(drafts.map((draft) => joined.get(draft) ?? draft))];
}

// Each call of `a` is followed by a call of `b`, and a function is on both stacks.
function isAlternating(a: Draft, b: Draft): boolean {
  if (Math.abs(a.calls.length - b.calls.length) > 1) return false;
  for (let at = 0; at < b.calls.length; at++) {
    const before = a.calls[at];
    const after = a.calls[at + 1];
    const between = b.calls[at]!;
    if (!before || before.start > between.start || (after && after.start < between.start)) return false;
  }
  return hasCommonFunction(a.calls[0]!, b.calls[0]!);
}

function hasCommonFunction(a: Call, b: Call): boolean {
  const key = ({ file, function: fn }: { file: string; function: string }) => `${file} ${fn}`;
  const functions = new Set(a.path.frames.map(key));
  return b.path.frames.some((frame) => functions.has(key(frame)));
}

// Different suggestions are listed, each with its call site.
function suggestionOf(group: Draft[]): string {
  const siteBySuggestion = new Map(group.map(({ suggestion = '', site }) => [suggestion, site]));
  if (siteBySuggestion.size === 1) return [...siteBySuggestion.keys()][0]!;
  return [...siteBySuggestion]
    .map(([text, site]) => (site ? `${formatSite(site)}: ${text[0]!.toLowerCase()}${text.slice(1)}` : text))
    .join(' ');
}

function lookThenWriteOf({ readLine }: Scene, group: Draft[]): string | undefined {
  const reads = group.filter(({ kind }) => kind === 'n+1');
  const writes = group.filter(({ kind }) => kind === 'n+1-writes');
  return adviceForOneCall(reads, writes, readLine) ?? adviceForLookThenWrite(reads, writes, readLine);
}

const SEVERITIES = ['info', 'low', 'medium', 'high'] as const;

function joinedDraft(scene: Scene, group: Draft[]): Draft {
  const [first] = group;
  const calls = group.flatMap((draft) => draft.calls).sort((a, b) => a.start - b.start);
  const ms = group.reduce((sum, draft) => sum + draft.ms, 0);
  const labels = [...new Set(group.map((draft) => `\`${draft.calls[0]!.label}\``))];
  const sites = [...new Set(group.flatMap((draft) => (draft.site ? [formatSite(draft.site)] : [])))];
  const maxSeverity = Math.max(...group.map(({ severity }) => SEVERITIES.indexOf(severity)));
  const { feedingQuery } = first!;
  const turns = Math.min(...group.map((draft) => draft.calls.length));
  const what = `${turns} turns of a loop ran ${calls.length} statements, ${labels.join(', ')} (${sites.join(', ')}): ${formatMs(ms)}`;
  return {
    ...first!,
    kind: 'n+1-group',
    severity: scene.limits.loopHighMs <= ms ? 'high' : SEVERITIES[maxSeverity]!,
    message: feedingQuery ? `${feedingQuery}; ${what}` : what,
    suggestion: lookThenWriteOf(scene, group) ?? suggestionOf(group),
    calls,
    shape: group.map(({ shape }) => shape).join('; '),
    ms,
    confidence: Math.max(...group.map(({ confidence }) => confidence)),
    reasons: [...new Set(group.flatMap(({ reasons }) => reasons)), 'the statements take turns'],
  };
}
