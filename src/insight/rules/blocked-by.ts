/** Rule: time that a request waited while the code of another one blocked the event loop. */

import { formatSite } from '../../domain/site.js';
import { formatMs } from '../../domain/text.js';
import type { Call } from '../calls/calls.js';
import { blocksOf, confidenceOfBlock, WHOLE_LOOP } from '../patterns/blocks.js';
import type { Draft, Rule, Scene } from '../scene.js';

export const blockedBy: Rule = (scene) => {
  const waits = blocksOf(scene, ({ span }) =>
    span.kind === 'blocked' ? `${span.detail?.trace}` : undefined,
  );
  return waits.flatMap((calls) => draftOf(scene, calls) ?? []);
};

function draftOf(scene: Scene, calls: Call[]): Draft | undefined {
  const total = calls.reduce((sum, { span }) => sum + (span.duration ?? 0), 0);
  if (total < scene.limits.blocked) return undefined;
  const [call] = calls;
  const { site, span } = call!;
  const { trace, request } = span.detail ?? {};
  const name = typeof request === 'string' ? request : 'another request';
  const isOutside = typeof trace !== 'string';
  return {
    kind: 'blocked-by',
    severity: total >= scene.limits.blocked * 4 ? 'high' : 'medium',
    message: `Waited ${formatMs(total)} because ${isOutside ? 'code outside of requests' : name} ran ${whatRan(call!)}`,
    suggestion: isOutside
      ? 'The event loop was blocked by something else than requests: a timer, a job, a start.'
      : `Mend that request: \`scooby show ${trace.slice(0, 8)}\`.`,
    calls,
    site,
    shape: call!.shape,
    ms: total,
    ...confidenceOfBlock(scene, call!, total),
  };
}

/** `buildCsv (report.ts:88)`, `JSON.parse in load (app.js:3)`. */
function whatRan({ span, site }: Call): string {
  if (span.name === WHOLE_LOOP) return `long code${site ? `, with the call at ${formatSite(site)}` : ''}`;
  if (site === undefined) return `\`${span.name}\``;
  const own = site.function === '<anonymous>' ? '' : site.function;
  if (own === '')
    return span.name === 'anonymous' ? formatSite(site) : `\`${span.name}\` at ${formatSite(site)}`;
  const where = `(${formatSite(site)})`;
  if (own.split('.').at(-1) === span.name) return `${own} ${where}`;
  return `\`${span.name}\` in ${own} ${where}`;
}
