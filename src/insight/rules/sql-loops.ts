/** SQL in loops: reads, writes, and loops whose body runs several statements in turns. */

import { formatSite } from '../../domain/site.js';
import { formatMs } from '../../domain/text.js';
import type { Call } from '../calls/calls.js';
import type { Draft, Rule, Scene } from '../scene.js';
import { nPlusOne } from './n-plus-one.js';
import { nPlusOneWrites } from './n-plus-one-writes.js';

const MOST_STATEMENTS = 8;

export const sqlLoops: Rule = (scene) => joinTurns(scene, [...nPlusOne(scene), ...nPlusOneWrites(scene)]);

// Of the findings about the single statements of a loop, those that took turns become one.
function joinTurns(scene: Scene, drafts: Draft[]): Draft[] {
  const single = drafts.filter(({ kind }) => kind === 'n+1' || kind === 'n+1-writes');
  single.sort((a, b) => a.calls[0]!.start - b.calls[0]!.start);
  const joined = new Map<Draft, Draft>();
  for (let at = 0; at < single.length; at++) {
    if (joined.has(single[at]!)) continue;
    const group = [single[at]!];
    for (const other of single.slice(at + 1)) {
      if (group.length < MOST_STATEMENTS && !joined.has(other) && takeTurns(group[0]!, other))
        group.push(other);
    }
    if (group.length === 1) continue;
    const one = joinedOf(scene, group);
    for (const member of group) joined.set(member, one);
  }
  return [...new Set(drafts.map((draft) => joined.get(draft) ?? draft))];
}

// Each call of one is followed by one of the other, and both come from the same place above.
function takeTurns(a: Draft, b: Draft): boolean {
  if (Math.abs(a.calls.length - b.calls.length) > 1) return false;
  for (let at = 0; at < b.calls.length; at++) {
    const before = a.calls[at];
    const after = a.calls[at + 1];
    const turn = b.calls[at]!;
    if (!before || before.start > turn.start || (after && after.start < turn.start)) return false;
  }
  return shareFrame(a.calls[0]!, b.calls[0]!);
}

function shareFrame(a: Call, b: Call): boolean {
  const key = ({ file, function: fn }: { file: string; function: string }) => `${file} ${fn}`;
  const above = new Set(a.path.frames.map(key));
  return b.path.frames.some((frame) => above.has(key(frame)));
}

// Where the statements want different things done, each is told its own.
function suggestionOf(group: Draft[]): string {
  const each = new Map(group.map(({ suggestion = '', site: line }) => [suggestion, line]));
  if (each.size === 1) return [...each.keys()][0]!;
  return [...each]
    .map(([text, line]) => (line ? `${formatSite(line)}: ${text[0]!.toLowerCase()}${text.slice(1)}` : text))
    .join(' ');
}

const GRAVITY = ['info', 'low', 'medium', 'high'] as const;

function joinedOf(scene: Scene, group: Draft[]): Draft {
  const [first] = group;
  const calls = group.flatMap((draft) => draft.calls).sort((a, b) => a.start - b.start);
  const time = group.reduce((sum, draft) => sum + draft.ms, 0);
  const labels = [...new Set(group.map((draft) => `\`${draft.calls[0]!.label}\``))];
  const lines = [...new Set(group.flatMap((draft) => (draft.site ? [formatSite(draft.site)] : [])))];
  const severe = Math.max(...group.map(({ severity }) => GRAVITY.indexOf(severity)));
  const { fed } = first!;
  const turns = Math.min(...group.map((draft) => draft.calls.length));
  const what = `${turns} turns of a loop ran ${calls.length} statements, ${labels.join(', ')} (${lines.join(', ')}): ${formatMs(time)}`;
  return {
    ...first!,
    kind: 'n+1-group',
    severity: scene.limits.loopHighMs <= time && severe < 3 ? 'high' : GRAVITY[severe]!,
    message: fed ? `${fed}; ${what}` : what,
    suggestion: suggestionOf(group),
    calls,
    shape: group.map(({ shape }) => shape).join('; '),
    ms: time,
    confidence: Math.max(...group.map(({ confidence }) => confidence)),
    reasons: [...new Set(group.flatMap(({ reasons }) => reasons)), 'the statements take turns'],
  };
}
