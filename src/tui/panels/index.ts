/**
 * Tabs of the detail pane in their order, followed by a tab for each kind of call without a panel.
 */

import type { Trace } from '../../domain/trace.js';
import { cachePanel } from './cache.js';
import { callsPanel } from './calls-table.js';
import { cpuPanel, heapPanel } from './cpu.js';
import { headersPanel } from './headers.js';
import { httpPanel } from './http.js';
import { logsPanel } from './logs.js';
import { overviewPanel } from './overview.js';
import type { Panel } from './panel.js';
import { rpcPanel } from './rpc.js';
import { sqlPanel } from './sql.js';
import { timelinePanel } from './timeline.js';

/** Panels that every request has. */
export const PANELS: Panel[] = [
  overviewPanel,
  sqlPanel,
  cachePanel,
  rpcPanel,
  httpPanel,
  logsPanel,
  cpuPanel,
  headersPanel,
  timelinePanel,
];

const KINDS_WITH_PANEL = new Set(PANELS.flatMap(({ kind }) => kind ?? []));

/** Panels of a trace: PANELS, then a panel for each kind of call that PANELS does not cover. */
export function panelsOf(trace: Trace | undefined): Panel[] {
  const otherKinds = new Set(
    trace?.spans.map((span) => span.kind).filter((kind) => !KINDS_WITH_PANEL.has(kind)),
  );
  const heap = trace?.profiles?.heap ? [heapPanel] : [];
  if (otherKinds.size + heap.length === 0) return PANELS;
  return [...PANELS, ...heap, ...[...otherKinds].map((kind) => callsPanel(kind))];
}
