/** Rule: SQL writes in a loop, one statement for each row. */

import { formatCount, formatMs } from '../../domain/text.js';
import { adviceForWrites } from '../advice/writes.js';
import { type Loop, loopSiteText } from '../calls/loops.js';
import { distinctWrites, isRepeatedAttempt } from '../patterns/attempts.js';
import { isBatching, isRangeByRange, isTableByTable } from '../patterns/batches.js';
import { isOfMaskedRows } from '../patterns/feeding-query.js';
import { distinctInOnePlace } from '../patterns/sessions.js';
import { isFromSeveralCallers } from '../patterns/several-callers.js';
import { transactionOf } from '../patterns/transactions.js';
import { isChain, isJobByJob, isMarkAfterSend, isProgress } from '../patterns/units.js';
import { type Draft, minimumOf, type Rule, type Scene, timesText, weighConfidence } from '../scene.js';

const WRITES = new Set(['INSERT', 'UPDATE', 'DELETE', 'REPLACE', 'MERGE']);

export const nPlusOneWrites: Rule = (scene) => {
  const drafts: Draft[] = [];
  for (const loop of scene.loops) {
    const [call] = loop.calls;
    if (!isWriteLoop(scene, loop)) continue;
    const commits = commitsOf(scene, loop);
    // In one transaction, SQLite writes row by row as fast as all rows at once.
    if (call!.dialect === 'sqlite' && commits === 1) continue;
    for (const member of loop.calls) scene.claimed.add(member);
    drafts.push(draftOf(scene, loop, commits));
  }
  return drafts;
};

function isWriteLoop(scene: Scene, loop: Loop): boolean {
  const [call] = loop.calls;
  const minimum = minimumOf(scene, loop);
  if (!WRITES.has(call!.verb) || call!.isSetup || loop.calls.length < minimum || isBatching(loop))
    return false;
  const isTooFew = distinctWrites(loop) < minimum || distinctInOnePlace(scene, loop) < minimum;
  if (isTooFew && !isOfMaskedRows(scene, loop)) return false;
  if (isTableByTable(loop) || isRangeByRange(loop)) return false;
  if (isRepeatedAttempt(loop) || isFromSeveralCallers(scene, loop)) return false;
  return !(
    isJobByJob(scene, loop) ||
    isMarkAfterSend(scene, loop) ||
    isChain(scene, loop) ||
    isProgress(loop)
  );
}

// A commit waits for the disk: one for each transaction, and each statement outside of one.
function commitsOf(scene: Scene, loop: Loop): number {
  const committed = new Set<unknown>();
  for (const call of loop.calls) committed.add(transactionOf(scene, call) ?? call);
  return committed.size;
}

function draftOf(scene: Scene, loop: Loop, commits: number): Draft {
  const { calls, distinct, site, ms } = loop;
  const { limits } = scene;
  const call = calls[0]!;
  const isHigh =
    call.dialect !== 'sqlite' && (distinct >= limits.loopHigh * 5 || ms >= limits.loopHighMs * 4);
  const commitText = commits > 1 ? `, with ${formatCount(commits, 'commit')}` : ', in one transaction';
  return {
    kind: 'n+1-writes',
    severity: isHigh ? 'high' : 'medium',
    message: `${loopSiteText(loop) ?? call.span.library} ran \`${call.label}\` ${timesText(scene, calls)}, a row at a time${commitText}: ${formatMs(ms)}`,
    suggestion: adviceForWrites(loop, scene.readLine),
    calls,
    site,
    loopSite: loop.loopSite,
    shape: call.shape,
    ms,
    ...weighConfidence(
      0.7,
      [site !== undefined, 0.1, 'all from one line'],
      [site === undefined, -0.2, 'no line of the app is known'],
      [commits > 1, 0.1, 'each statement commits by itself'],
      [distinct < limits.loop * 2, -0.1, 'few calls'],
    ),
  };
}
