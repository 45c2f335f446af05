/** SQL writes in a loop: one statement for each row. */

import { formatSite } from '../../domain/site.js';
import { formatCount, formatMs } from '../../domain/text.js';
import { adviceForWrites } from '../advice/advice.js';
import type { Loop } from '../calls/loops.js';
import { isBatching } from '../patterns/batches.js';
import { transactionOf } from '../patterns/transactions.js';
import { areAfterResponse, type Draft, type Rule, type Scene, weighConfidence } from '../scene.js';

const WRITES = new Set(['INSERT', 'UPDATE', 'DELETE', 'REPLACE', 'MERGE']);

export const nPlusOneWrites: Rule = (scene) => {
  const drafts: Draft[] = [];
  for (const loop of scene.loops) {
    const [call] = loop.calls;
    if (!WRITES.has(call!.verb) || call!.isSetup || loop.distinct < scene.limits.loop || isBatching(loop))
      continue;
    const commits = commitsOf(scene, loop);
    // In one transaction, SQLite writes in a loop as fast as at once.
    if (call!.dialect === 'sqlite' && commits === 1) continue;
    for (const one of loop.calls) scene.claimed.add(one);
    drafts.push(draftOf(scene, loop, commits));
  }
  return drafts;
};

// How often the loop waits for the disk: once for each transaction, and for each statement outside of one.
function commitsOf(scene: Scene, loop: Loop): number {
  const seen = new Set<unknown>();
  for (const call of loop.calls) seen.add(transactionOf(scene, call) ?? call);
  return seen.size;
}

function draftOf(scene: Scene, loop: Loop, commits: number): Draft {
  const { calls, distinct, site: line, ms: time } = loop;
  const { limits } = scene;
  const call = calls[0]!;
  const late = areAfterResponse(scene, calls);
  const high =
    !late && call.dialect !== 'sqlite' && (distinct >= limits.loopHigh * 5 || time >= limits.loopHighMs * 4);
  const committed = commits > 1 ? `, with ${formatCount(commits, 'commit')}` : ', in one transaction';
  return {
    kind: 'n+1-writes',
    severity: high ? 'high' : late ? 'low' : 'medium',
    message: `${line ? formatSite(line) : call.span.library} ran \`${call.label}\` ${calls.length} times, a row at a time${committed}: ${formatMs(time)}`,
    suggestion: adviceForWrites(loop),
    calls,
    site: line,
    shape: call.shape,
    ms: time,
    ...weighConfidence(
      0.7,
      [line !== undefined, 0.1, 'all from one line'],
      [line === undefined, -0.2, 'no line of the app is known'],
      [commits > 1, 0.1, 'each statement commits by itself'],
      [distinct < limits.loop * 2, -0.1, 'few calls'],
      [late, -0.1, 'after the response'],
    ),
  };
}
