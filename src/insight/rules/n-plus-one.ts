/** Rule: SQL reads in a loop, one query for each row of another query. */

import { formatSite } from '../../domain/site.js';
import { formatMs } from '../../domain/text.js';
import { adviceForReads } from '../advice/advice.js';
import { isParallel, type Loop } from '../calls/loops.js';
import { isBatching, isOnePerTable, isPaging } from '../patterns/batches.js';
import { type FeedingQuery, feedingQueryOf, feedingQueryText } from '../patterns/feeding-query.js';
import { isPolling } from '../patterns/polling.js';
import { type Draft, type Rule, type Scene, shareOf, weighConfidence } from '../scene.js';

export const nPlusOne: Rule = (scene) => {
  const drafts: Draft[] = [];
  for (const loop of scene.loops) {
    if (!isReadLoop(scene, loop)) continue;
    for (const call of loop.calls) scene.claimed.add(call);
    drafts.push(draftOf(scene, loop));
  }
  return drafts;
};

function isReadLoop(scene: Scene, loop: Loop): boolean {
  const call = loop.calls[0]!;
  if (call.span.kind !== 'sql' || call.sql!.isWrite || call.isSetup || call.verb !== 'SELECT') return false;
  if (loop.distinct < scene.limits.loop || isBatching(loop) || isPaging(loop)) return false;
  if (isOnePerTable(loop)) return false;
  return !isPolling(scene, loop.calls);
}

function draftOf(scene: Scene, loop: Loop): Draft {
  const call = loop.calls[0]!;
  const parallel = isParallel(loop);
  const feeding = feedingQueryOf(scene, loop);
  const feedingSite = feeding?.calls[0]?.site;
  return {
    kind: parallel ? 'n+1-parallel' : 'n+1',
    severity: severityOf(scene, loop),
    message: messageOf(loop, feeding, parallel),
    suggestion: adviceForReads(loop, {
      feedingSite: feedingSite && formatSite(feedingSite),
      isByResolvers: isByResolvers(scene, loop, parallel),
      readLine: scene.readLine,
    }),
    calls: loop.calls,
    site: loop.site,
    shape: call.shape,
    ms: loop.ms,
    ...(feeding && { feedingQuery: feedingQueryText(feeding) }),
    ...confidenceOf(scene, loop, feeding),
  };
}

// GraphQL resolvers of siblings run concurrently. A promise that is returned, not awaited, leaves
// no resolver on the stack: then a graphql span that covers the call is the evidence.
function isByResolvers({ calls }: Scene, loop: Loop, parallel: boolean): boolean {
  const [first] = loop.calls;
  if (first!.path.packages.has('graphql')) return true;
  if (!parallel) return false;
  return calls.some(
    ({ span, start, end }) => span.kind === 'graphql' && start <= first!.start && end >= first!.end,
  );
}

function severityOf(scene: Scene, { calls, distinct, ms }: Loop): Draft['severity'] {
  const { limits } = scene;
  // A large share of a short request is not expensive: at least a fifth of loopHighMs is needed.
  const isExpensive = ms >= limits.loopHighMs || (ms >= limits.loopHighMs / 5 && shareOf(scene, ms) >= 0.3);
  // A query of SQLite has no round trip to a server.
  if (calls[0]!.dialect === 'sqlite') return ms >= limits.loopHighMs ? 'medium' : 'low';
  return distinct >= limits.loopHigh || isExpensive ? 'high' : 'medium';
}

function messageOf({ calls, site, ms }: Loop, feeding: FeedingQuery | undefined, parallel: boolean): string {
  const { label } = calls[0]!;
  const how = parallel ? 'at the same time' : 'one after the other';
  const cost = parallel ? `${formatMs(ms)} in all` : formatMs(ms);
  const what = feeding ? `${how}: ${cost}` : `with other values each time, ${how}: ${cost}`;
  const then = feeding ? 'then ' : '';
  const ran = site
    ? `${formatSite(site)} ${then}ran \`${label}\` ${calls.length} times`
    : `\`${label}\` ${then}ran ${calls.length} times`;
  const noSite = site ? '' : '; no line of the app was on the stack';
  return `${feeding ? `${feedingQueryText(feeding)}; ` : ''}${ran}${feeding ? ', ' : ' '}${what}${noSite}`;
}

function confidenceOf(scene: Scene, loop: Loop, feeding: FeedingQuery | undefined) {
  const { calls, distinct, site } = loop;
  const { packages } = calls[0]!.path;
  return weighConfidence(
    0.6,
    [site !== undefined, 0.1, 'all from one line'],
    [site === undefined, -0.2, 'no line of the app is known'],
    [feeding?.isExact === true, 0.2, 'another query returned exactly as many rows'],
    [feeding?.isExact === false, 0.1, 'another query returned about as many rows'],
    [distinct === calls.length, 0.05, 'other values each time'],
    [distinct < scene.limits.loop * 2, -0.1, 'few calls'],
    [packages.has('dataloader'), -0.1, 'a DataLoader is at work'],
  );
}
