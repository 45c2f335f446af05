/** Transactions of a trace: the calls between BEGIN and COMMIT or ROLLBACK of a connection. */

import type { Call } from '../calls/calls.js';
import { isBegin, isEnd } from '../calls/transaction-ends.js';
import type { Scene } from '../scene.js';

/** A transaction; `close` is missing if it did not end within the trace. */
export interface Transaction {
  open: Call;
  close?: Call;
  /** Calls on its connection between `open` and `close`. */
  calls: Call[];
}

interface TransactionIndex {
  all: Transaction[];
  byCall: Map<Call, Transaction>;
}

const indexByCalls = new WeakMap<Scene['calls'], TransactionIndex>();

/** Transactions of a trace, sorted by start. */
export function transactionsOf(scene: Pick<Scene, 'calls'>): Transaction[] {
  return indexOf(scene).all;
}

/** Transaction that contains a call; its BEGIN and COMMIT are not contained. */
export function transactionOf(scene: Pick<Scene, 'calls'>, call: Call): Transaction | undefined {
  return indexOf(scene).byCall.get(call);
}

function indexOf(scene: Pick<Scene, 'calls'>): TransactionIndex {
  let index = indexByCalls.get(scene.calls);
  if (!index) {
    index = { all: [], byCall: new Map() };
    const openByConnection = new Map<unknown, Transaction>();
    for (const call of scene.calls) if (call.sql) addCall(call, openByConnection, index);
    indexByCalls.set(scene.calls, index);
  }
  return index;
}

// Calls without a connection id (the agent could not read it) count as one connection.
function addCall(
  call: Call,
  openByConnection: Map<unknown, Transaction>,
  { all, byCall }: TransactionIndex,
): void {
  const connection = call.span.detail?.connection;
  const running = openByConnection.get(connection);
  if (isBegin(call)) {
    const transaction = { open: call, calls: [] };
    openByConnection.set(connection, transaction);
    all.push(transaction);
  } else if (running && isEnd(call)) {
    running.close = call;
    openByConnection.delete(connection);
  } else if (running) {
    running.calls.push(call);
    byCall.set(call, running);
  }
}
