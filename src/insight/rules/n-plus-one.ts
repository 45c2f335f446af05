/** Rule: SQL reads in a loop, one query for each row of another query. */

import { formatSite } from '../../domain/site.js';
import { formatMs } from '../../domain/text.js';
import { adviceForReads, type ReadsContext } from '../advice/advice.js';
import { isParallel, type Loop, loopSiteText } from '../calls/loops.js';
import { isSearch } from '../patterns/attempts.js';
import { isBatching, isBatchOfEachRow, isOnePerTable, isTableByTable } from '../patterns/batches.js';
import { isCacheFill } from '../patterns/cache-fills.js';
import {
  type FeedingQuery,
  feedingQueryOf,
  feedingQueryText,
  isOfMaskedRows,
} from '../patterns/feeding-query.js';
import { mixedLoopsOf } from '../patterns/mixed-loops.js';
import { isPaging } from '../patterns/paging.js';
import { isWatching } from '../patterns/polling.js';
import { distinctInOnePlace } from '../patterns/sessions.js';
import { isFromSeveralCallers } from '../patterns/several-callers.js';
import { isJobByJob } from '../patterns/units.js';
import {
  type Draft,
  minimumOf,
  type Rule,
  type Scene,
  shareOf,
  timesText,
  weighConfidence,
} from '../scene.js';

/** Statements of a loop that a message names. */
const MAX_LABELS = 4;

export const nPlusOne: Rule = (scene) => {
  const drafts: Draft[] = [];
  const report = (loop: Loop) => {
    for (const call of loop.calls) scene.claimed.add(call);
    drafts.push(draftOf(scene, loop));
  };
  for (const loop of scene.loops) if (isReadLoop(scene, loop)) report(loop);
  for (const loop of mixedLoopsOf(scene)) report(loop);
  return drafts;
};

function isReadLoop(scene: Scene, loop: Loop): boolean {
  const call = loop.calls[0]!;
  if (call.span.kind !== 'sql' || call.sql!.isWrite || call.isSetup || call.verb !== 'SELECT') return false;
  const minimum = minimumOf(scene, loop);
  const isTooFew = loop.distinct < minimum || distinctInOnePlace(scene, loop) < minimum;
  if (isTooFew && (loop.calls.length < minimum || !isOfMaskedRows(scene, loop))) return false;
  const feeding = feedingQueryOf(scene, loop);
  if (isBatching(loop) && !isBatchOfEachRow(loop, feeding)) return false;
  if (isPaging(loop) || isOnePerTable(loop) || isTableByTable(loop)) return false;
  if (isFromSeveralCallers(scene, loop) || isJobByJob(scene, loop) || isCacheFill(scene, loop)) return false;
  // As many calls as a query returned rows: they work through those rows, whatever they look like.
  return feeding?.isExact || !(isSearch(loop) || isWatching(scene, loop));
}

function draftOf(scene: Scene, loop: Loop): Draft {
  const parallel = isParallel(loop);
  const feeding = feedingQueryOf(scene, loop);
  const feedingSite = feeding?.calls[0]?.site;
  return {
    kind: parallel ? 'n+1-parallel' : 'n+1',
    severity: severityOf(scene, loop),
    message: messageOf(scene, loop, feeding, parallel),
    suggestion: adviceOf(loop, {
      feedingSite: feedingSite && formatSite(feedingSite),
      isByResolvers: isByResolvers(scene, loop, parallel),
      readLine: scene.readLine,
    }),
    calls: loop.calls,
    site: loop.site,
    loopSite: loop.loopSite,
    shape: shapesOf(loop).join('; '),
    ms: loop.ms,
    ...(feeding && { feedingQuery: feedingQueryText(feeding) }),
    ...confidenceOf(scene, loop, feeding),
  };
}

function shapesOf({ calls }: Loop): string[] {
  return [...new Set(calls.map(({ shape }) => shape))];
}

function adviceOf(loop: Loop, context: ReadsContext): string {
  const advice = adviceForReads(loop, context);
  return shapesOf(loop).length === 1
    ? advice
    : `Once for each table: ${advice[0]!.toLowerCase()}${advice.slice(1)}`;
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

function messageOf(scene: Scene, loop: Loop, feeding: FeedingQuery | undefined, parallel: boolean): string {
  const { calls, ms } = loop;
  const site = loopSiteText(loop);
  const labels = [...new Set(calls.map(({ label }) => label))]
    .slice(0, MAX_LABELS)
    .map((label) => `\`${label}\``)
    .join(', ');
  const how = parallel ? 'at the same time' : 'one after the other';
  const cost = formatMs(ms);
  const what = feeding ? `${how}: ${cost}` : `with other values each time, ${how}: ${cost}`;
  const then = feeding ? 'then ' : '';
  const ran = site
    ? `${site} ${then}ran ${labels} ${timesText(scene, calls)}`
    : `${labels} ${then}ran ${timesText(scene, calls)}`;
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
