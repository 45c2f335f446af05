/** The tabs of the detail, in their order. A kind without a panel gets one of its own after them. */

import type { Trace } from '../../domain/trace.js';
import { cachePanel } from './cache.js';
import { callsPanel } from './calls-table.js';
import { cpuPanel } from './cpu.js';
import { headersPanel } from './headers.js';
import { httpPanel } from './http.js';
import { logsPanel } from './logs.js';
import { overviewPanel } from './overview.js';
import type { Panel } from './panel.js';
import { rpcPanel } from './rpc.js';
import { sqlPanel } from './sql.js';
import { timelinePanel } from './timeline.js';

/** The panels that are always there. */
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

const SHOWN = new Set(PANELS.flatMap(({ kind }) => kind ?? []));

/** Answers the panels for a trace: those that are always there, and one for each kind that none of them shows. */
export function panelsOf(trace: Trace | undefined): Panel[] {
  const unknown = new Set(trace?.spans.map((span) => span.kind).filter((kind) => !SHOWN.has(kind)));
  return unknown.size === 0 ? PANELS : [...PANELS, ...[...unknown].map((kind) => callsPanel(kind))];
}
