/** The pictures above the list: the newest requests over time, and their histogram. */

import { memo, useMemo } from 'react';
import type { Summary } from '../../../domain/trace.js';
import { usePage } from '../hooks/page-context.js';
import { type LatencyBar, latencyDots } from '../parts/latency.js';
import { LatencyHistogram } from './LatencyHistogram.js';
import { LatencyStrip } from './LatencyStrip.js';

/** A time in a filter, in whole ms where that is exact enough. */
function filterTime(ms: number): string {
  return `${ms >= 10 ? Math.round(ms) : Number(ms.toPrecision(2))}ms`;
}

/** The pictures; nothing while there are too few requests for one. Scrolling does not draw them again. */
export const ListPictures = memo(function ListPictures({
  newest,
}: {
  newest: readonly Summary[] | undefined;
}) {
  const { state, go } = usePage();
  const { list } = state;
  const dots = useMemo(() => latencyDots(newest ?? []), [newest]);
  if (newest !== undefined && dots.length < 2) return null;
  const { from, to, ...rest } = list;
  const chosen = from !== undefined && to !== undefined ? { from, to } : undefined;
  const chooseBar = (bar: LatencyBar) => {
    const range = `time>=${filterTime(bar.from)} time<${filterTime(bar.to)}`;
    const others = list.filter.replace(/(?<!\s)\s*time(?:>=|<)[\d.]+ms/g, '').trim();
    go({ ...rest, filter: others === '' ? range : `${others} ${range}` });
  };
  return (
    <div className="pictures">
      <LatencyStrip dots={dots} chosen={chosen} onChoose={(span) => go(span ? { ...rest, ...span } : rest)} />
      <LatencyHistogram dots={dots} onChoose={chooseBar} />
    </div>
  );
});
