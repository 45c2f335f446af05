/** SQL reads in a loop: one query for each row of another. */

import { formatSite } from '../../domain/site.js';
import { formatMs } from '../../domain/text.js';
import { adviceForReads } from '../advice/advice.js';
import { isParallel, type Loop } from '../calls/loops.js';
import { isBatching, isPaging, isThroughTables } from '../patterns/batches.js';
import { type FeedingQuery, feedingQueryOf, feedingQueryText } from '../patterns/feeding-query.js';
import { isPolling } from '../patterns/polling.js';
import { areAfterResponse, type Draft, type Rule, type Scene, shareOf, weighConfidence } from '../scene.js';

export const nPlusOne: Rule = (scene) => {
  const drafts: Draft[] = [];
  for (const loop of scene.loops) {
    if (!isReadLoop(scene, loop)) continue;
    for (const call of loop.calls) scene.claimed.add(call);
    drafts.push(draftOf(scene, loop));
  }
  return drafts;
};

// It reads one thing at a time, often enough to be worth a word.
function isReadLoop(scene: Scene, loop: Loop): boolean {
  const call = loop.calls[0]!;
  if (call.span.kind !== 'sql' || call.sql!.isWrite || call.isSetup || call.verb !== 'SELECT') return false;
  if (loop.distinct < scene.limits.loop || isBatching(loop) || isPaging(loop)) return false;
  if (isThroughTables(loop)) return false;
  return !isPolling(scene, loop.calls);
}

function draftOf(scene: Scene, loop: Loop): Draft {
  const call = loop.calls[0]!;
  const parallel = isParallel(loop);
  const source = feedingQueryOf(scene, loop);
  const fed = source?.calls[0]?.site;
  return {
    kind: parallel ? 'n+1-parallel' : 'n+1',
    severity: severityOf(scene, loop),
    message: messageOf(loop, source, parallel),
    suggestion: adviceForReads(loop, fed && formatSite(fed), isResolved(scene, loop, parallel)),
    calls: loop.calls,
    site: loop.site,
    shape: call.shape,
    ms: loop.ms,
    ...(source && { fed: feedingQueryText(source) }),
    ...confidenceOf(scene, loop, source),
  };
}

// Resolvers of siblings run at once; a promise that is returned rather than awaited leaves none on the stack.
function isResolved({ calls }: Scene, loop: Loop, parallel: boolean): boolean {
  const [first] = loop.calls;
  if (first!.path.packages.has('graphql')) return true;
  if (!parallel) return false;
  return calls.some(
    ({ span, start, end }) => span.kind === 'graphql' && start <= first!.start && end >= first!.end,
  );
}

function severityOf(scene: Scene, { calls, distinct, ms }: Loop): Draft['severity'] {
  const { limits } = scene;
  if (areAfterResponse(scene, calls)) return 'low';
  // A third of almost nothing is not much.
  const much = ms >= limits.loopHighMs || (ms >= limits.loopHighMs / 5 && shareOf(scene, ms) >= 0.3);
  // Asking SQLite costs no way to a server.
  if (calls[0]!.dialect === 'sqlite') return ms >= limits.loopHighMs ? 'medium' : 'low';
  return distinct >= limits.loopHigh || much ? 'high' : 'medium';
}

function messageOf(
  { calls, site: line, ms: time }: Loop,
  source: FeedingQuery | undefined,
  parallel: boolean,
): string {
  const { label } = calls[0]!;
  const how = parallel ? 'at the same time' : 'one after the other';
  const cost = parallel ? `${formatMs(time)} in all` : formatMs(time);
  const what = source ? `${how}: ${cost}` : `with other values each time, ${how}: ${cost}`;
  const then = source ? 'then ' : '';
  const ran = line
    ? `${formatSite(line)} ${then}ran \`${label}\` ${calls.length} times`
    : `\`${label}\` ${then}ran ${calls.length} times`;
  const lost = line ? '' : '; no line of the app was on the stack';
  return `${source ? `${feedingQueryText(source)}; ` : ''}${ran}${source ? ', ' : ' '}${what}${lost}`;
}

function confidenceOf(scene: Scene, loop: Loop, source: FeedingQuery | undefined) {
  const { calls, distinct, site: line } = loop;
  const { packages } = calls[0]!.path;
  return weighConfidence(
    0.6,
    [line !== undefined, 0.1, 'all from one line'],
    [line === undefined, -0.2, 'no line of the app is known'],
    [source?.exact === true, 0.2, 'another query returned exactly as many rows'],
    [source?.exact === false, 0.1, 'another query returned about as many rows'],
    [distinct === calls.length, 0.05, 'other values each time'],
    [distinct < scene.limits.loop * 2, -0.1, 'few calls'],
    [packages.has('dataloader'), -0.1, 'a DataLoader is at work'],
    [areAfterResponse(scene, calls), -0.1, 'after the response'],
  );
}
