/** Runs of a store, as a table and as JSON. */

import { formatBytes, terminalSafeJson } from '../../domain/text.js';
import type { RunSummary, StoreReader } from '../../store/store.js';
import { formatAge } from '../../terminal/age.js';
import { cleanText } from '../../terminal/cells.js';
import type { OutputFormat } from '../../terminal/output-format.js';
import { type Cell, type Column, tableLines } from '../../terminal/table.js';
import { lostByRun } from './losses.js';

/** A run with what it takes, and how many different findings it has. */
export interface StoredRunFacts extends RunSummary {
  findings: number;
  bytes: number;
  /** Requests that it has not kept. */
  lost: number;
}

/** The newest runs of a store. */
export async function storedRuns(store: StoreReader, limit: number): Promise<StoredRunFacts[]> {
  const runs = await store.runs(limit);
  const bytes = await store.runBytes(runs.map(({ number }) => number));
  const lost = await lostByRun(store);
  const facts: StoredRunFacts[] = [];
  for (const [n, run] of runs.entries()) {
    const findings = await store.aggregates('finding', { run: run.number });
    facts.push({ ...run, findings: findings.length, bytes: bytes[n] ?? 0, lost: lost.get(run.number) ?? 0 });
  }
  return facts;
}

const HOST: Column = { head: 'HOST', dropOrder: 3 };
const LOST: Column = { head: 'NOT KEPT', align: 'right' };

/** Table of runs; of a shared store with their hosts. */
export function storedRunLines(runs: StoredRunFacts[], format: OutputFormat): string[] {
  const hasHosts = runs.some(({ host }) => host !== undefined);
  const hasLosses = runs.some(({ lost }) => lost > 0);
  const columns: Column[] = [
    { head: 'RUN', align: 'right' },
    { head: 'BEGAN', align: 'right' },
    { head: 'COMMAND', minWidth: 16 },
    ...(hasHosts ? [HOST] : []),
    { head: 'REQUESTS', align: 'right' },
    ...(hasLosses ? [LOST] : []),
    { head: 'FINDINGS', align: 'right', dropOrder: 2 },
    { head: 'SIZE', align: 'right', dropOrder: 1 },
  ];
  const rows = runs.map(({ number, start, command, host, requests, findings, bytes, lost }): Cell[] => [
    [`${number}`, 'accent'],
    [formatAge(start, format.now), 'dim'],
    [cleanText(command)],
    ...(hasHosts ? [[cleanText(host ?? '')] as Cell] : []),
    [requests.toLocaleString('en-US')],
    ...(hasLosses ? [[lost > 0 ? lost.toLocaleString('en-US') : '', 'error'] as Cell] : []),
    [findings > 0 ? findings.toLocaleString('en-US') : '', 'warn'],
    [formatBytes(bytes)],
  ]);
  return tableLines(columns, rows, format);
}

/** A line for each run. */
export function storedRunJson(runs: StoredRunFacts[]): string[] {
  return runs.map(({ number, start, command, host, requests, findings, bytes, lost }) =>
    terminalSafeJson({
      ...{ run: number, start, command },
      ...(host !== undefined && { host }),
      ...{ requests, findings, bytes },
      ...(lost > 0 && { lost }),
    }),
  );
}
