/** Rule: transactions that are open for long, idle during other calls, or never end. */

import { unionMs } from '../../domain/intervals.js';
import { formatSite } from '../../domain/site.js';
import { formatMs } from '../../domain/text.js';
import type { Call } from '../calls/calls.js';
import { blocksOfOthers } from '../patterns/blocked-times.js';
import { transactionSiteOf } from '../patterns/transaction-site.js';
import { type Transaction, transactionsOf } from '../patterns/transactions.js';
import { type Draft, type Rule, type Scene, weighConfidence } from '../scene.js';

export const longTransactions: Rule = (scene) =>
  transactionsOf(scene).flatMap((transaction) => draftOf(scene, transaction) ?? []);

function draftOf(scene: Scene, transaction: Transaction): Draft | undefined {
  const { open, close } = transaction;
  if (!close) return isLeaked(scene, transaction) ? leakDraft(scene, transaction) : undefined;
  // While code of other requests blocks the event loop, no transaction goes on.
  const whole = close.end - open.start;
  const blocks = blocksOfOthers(scene, { start: open.start, end: close.end });
  const time = whole - unionMs(blocks);
  const calls = [open, ...transaction.calls, close];
  const idle = Math.max(0, whole - unionMs([...calls, ...blocks]));
  const { limits } = scene;
  const isIdle = idle >= limits.idle && idle * 2 >= time;
  if (!isIdle && time < limits.transaction) return undefined;
  const others = isIdle ? callsDuring(scene, transaction) : [];
  return {
    kind: 'transaction',
    severity: time >= limits.transaction || others.length > 0 ? 'high' : 'medium',
    message: `${siteText(scene, transaction)} held a transaction open for ${formatMs(time)}${isIdle ? idleMessage(idle, others) : ''}`,
    suggestion: isIdle
      ? 'Do what needs no database before BEGIN or after COMMIT: until then a connection and its locks are held.'
      : 'Commit earlier or in smaller steps: until then a connection and its locks are held.',
    calls,
    site: transactionSiteOf(scene, transaction),
    shape: shapeOf(transaction),
    ms: time,
    ...weighConfidence(
      0.8,
      [hasConnection(open), 0.1, 'one connection from BEGIN to its end'],
      [!hasConnection(open), -0.2, 'the connection is not known'],
      [others.length > 0, 0.05, 'other calls ran meanwhile'],
    ),
  };
}

function idleMessage(idle: number, others: Call[]): string {
  const [first] = others;
  const reason = first
    ? ` while \`${first.label}\`${first.site ? ` at ${formatSite(first.site)}` : ''} ran`
    : '';
  return `, ${formatMs(idle)} of it doing nothing${reason}`;
}

// HTTP and RPC calls between BEGIN and COMMIT, the longest first.
function callsDuring(scene: Scene, { open, close }: Transaction): Call[] {
  return scene.calls
    .filter(
      ({ span, start, end }) =>
        (span.kind === 'http' || span.kind === 'rpc') && start < close!.start && end > open.end,
    )
    .sort((a, b) => b.end - b.start - (a.end - a.start));
}

// Only a complete trace whose spans name the connection proves that the transaction did not end.
function isLeaked({ trace }: Scene, { open, calls }: Transaction): boolean {
  if (trace.state !== 'done' || trace.dropped || !hasConnection(open) || open.span.error !== undefined)
    return false;
  return calls.every(({ span }) => span.duration !== undefined);
}

function leakDraft(scene: Scene, transaction: Transaction): Draft {
  const { trace } = scene;
  const { open } = transaction;
  const time = Math.max(0, (trace.duration ?? open.end) - open.start);
  return {
    kind: 'transaction',
    severity: 'high',
    message: `${siteText(scene, transaction)} began a transaction that had not ended when the response was over`,
    suggestion:
      'End it on every way out: COMMIT, or ROLLBACK in `catch`, and release the connection in `finally`.',
    calls: [open, ...transaction.calls],
    site: transactionSiteOf(scene, transaction),
    shape: shapeOf(transaction),
    ms: time,
    ...weighConfidence(0.7, [true, 0.1, 'no COMMIT or ROLLBACK on its connection']),
  };
}

function hasConnection({ span }: Call): boolean {
  return span.detail?.connection !== undefined;
}

function siteText(scene: Scene, transaction: Transaction): string {
  const site = transactionSiteOf(scene, transaction);
  return site ? formatSite(site) : transaction.open.span.library;
}

// BEGIN is the same for all transactions: their statements distinguish them.
function shapeOf({ calls }: Transaction): string {
  return [...new Set(calls.map(({ shape }) => shape))].slice(0, 5).join('; ');
}
