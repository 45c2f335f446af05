/** Which calls ran between BEGIN and COMMIT. */

import type { Call } from '../calls/calls.js';
import type { Scene } from '../scene.js';

/** One transaction; without `close` it never ended. */
export interface Transaction {
  open: Call;
  close?: Call;
  /** The calls on its connection in between. */
  calls: Call[];
}

const known = new WeakMap<Scene, { all: Transaction[]; of: Map<Call, Transaction> }>();

/** Answers the transactions of a trace, by their start. */
export function transactionsOf(scene: Scene): Transaction[] {
  return read(scene).all;
}

/** Answers the transaction that a call ran in. */
export function transactionOf(scene: Scene, call: Call): Transaction | undefined {
  return read(scene).of.get(call);
}

function read(scene: Scene) {
  let found = known.get(scene);
  if (!found) {
    found = { all: [], of: new Map() };
    const open = new Map<unknown, Transaction>();
    for (const call of scene.calls) if (call.sql) follow(call, open, found.all, found.of);
    known.set(scene, found);
  }
  return found;
}

// Connections are told apart where the agent could; elsewhere one request is taken to use one at a time.
function follow(
  call: Call,
  open: Map<unknown, Transaction>,
  all: Transaction[],
  of: Map<Call, Transaction>,
): void {
  const connection = call.span.detail?.connection;
  const running = open.get(connection);
  if (opens(call)) {
    const transaction = { open: call, calls: [] };
    open.set(connection, transaction);
    all.push(transaction);
  } else if (running && closes(call)) {
    running.close = call;
    open.delete(connection);
  } else if (running) {
    running.calls.push(call);
    of.set(call, running);
  }
}

function opens({ verb, shape }: Call): boolean {
  return verb === 'BEGIN' || (verb === 'START' && shape.toUpperCase().startsWith('START TRANSACTION'));
}

function closes({ verb, shape }: Call): boolean {
  if (verb === 'COMMIT' || verb === 'END' || verb === 'ABORT') return true;
  return verb === 'ROLLBACK' && !/ TO /.test(shape);
}
