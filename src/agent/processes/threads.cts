/** Messages between threads: each is received in the request that it was sent in. */

import { subscribe } from 'node:diagnostics_channel';
import type { Worker, WorkerOptions } from 'node:worker_threads';
import { replaceMethod } from '../call/wrap.cjs';
import { attempt } from '../guard.cjs';
import { withoutPublishing } from '../quiet-channel.cjs';
import { currentRequest, enterRequest } from '../request/context.cjs';
import { state } from '../run-config.cjs';
import { hashText, makeContextTable, takeContext, type Way, writeContext } from './context-table.cjs';
import { isTaskMessage, requestOfTask, type TaskMessage } from './pool-tasks.cjs';
import { receiveIn, requestOfId, requestToShare } from './remote-requests.cjs';

// By which Node itself hands a message to a port (per_context/messageport.js), since Node 14.
const DISPATCH = Symbol.for('nodejs.internal.kHybridDispatch');
const TO_THREAD: Way = 0;
const FROM_THREAD: Way = 1;
const TO_POOL: Way = 2;

type Port = Record<typeof DISPATCH, Function> & { postMessage: Function };

let onThread: (thread: number, request: string) => void = () => {};
let isWatched = false;
// The module itself, whose functions are replaced: an import of it is a copy.
const threads: typeof import('node:worker_threads') = require('node:worker_threads');
// Bound at load, before another class of the app's or a test's replaces it.
const OwnWorker = threads.Worker;
/** The agent's own threads, which have no part in requests, and are none of the app's. */
const ownThreads = new WeakSet<object>();

/** Sets the listener of threads that are started in a request. */
export function onThreadStarted(listener: (thread: number, request: string) => void): void {
  onThread = listener;
}

/** Watches this thread's messages: those to its parent now, others once it starts a thread. */
export function watchThreads(): void {
  makeContextTable();
  subscribe('worker_threads', (message) => attempt(watchWorker, (message as { worker: object }).worker));
  const { parentPort, threadId } = threads;
  if (parentPort === null) return;
  // Before all ports are: a function is wrapped once.
  watchPort(parentPort as unknown as Port, FROM_THREAD, TO_THREAD, threadId);
  watchPorts();
}

/** Starts a thread of the agent's own, whose messages are not watched. */
export function startUnwatched(script: string, options: WorkerOptions): Worker {
  const worker = withoutPublishing('worker_threads', () => new OwnWorker(script, options));
  ownThreads.add(worker);
  return worker;
}

/** Whether a thread is the agent's own. */
export function isUnwatched(worker: unknown): boolean {
  return ownThreads.has(worker as object);
}

function watchWorker(worker: object): void {
  watchPorts();
  const { threadId } = worker as Worker;
  const request = currentRequest();
  if (request !== undefined) {
    requestToShare(request);
    onThread(threadId, request.id);
  }
  replaceMethod(worker, 'postMessage', (original) => wrapPost(original, TO_THREAD, threadId));
  replaceMethod(worker, 'emit', (original) => wrapReceive(original, FROM_THREAD, threadId, ([type]) => type));
}

function watchPort(port: Port, sends: Way, receives: Way, thread: number): void {
  replaceMethod(port, 'postMessage', (original) => wrapPost(original, sends, thread));
  replaceSymbolMethod(port, (original) => wrapReceive(original, receives, thread, ([, type]) => type));
}

function wrapPost(original: Function, way: Way, thread: number): Function {
  let sent = 0;
  return function postMessage(this: unknown) {
    if (state.recording !== 'off') {
      const request = attempt(requestToShare, attempt(currentRequest));
      if (request !== undefined) attempt(writeContext, way, thread, sent + 1, request.id);
    }
    const result = Reflect.apply(original, this, arguments);
    sent++;
    return result;
  };
}

function wrapReceive(
  original: Function,
  way: Way,
  thread: number,
  typeOf: (args: ArrayLike<unknown> & Iterable<unknown>) => unknown,
): Function {
  let received = 0;
  return function receive(this: unknown) {
    const type = typeOf(arguments);
    if (type === 'messageerror') received++;
    if (type !== 'message') return Reflect.apply(original, this, arguments);
    const id = attempt(takeContext, way, thread, ++received);
    if (state.recording === 'off') return Reflect.apply(original, this, arguments);
    return receiveIn(id, original, this, arguments);
  };
}

/** Ports of a pool (piscina, tinypool), whose tasks have numbers of their own. */
function watchPorts(): void {
  if (isWatched) return;
  isWatched = true;
  const prototype = threads.MessagePort.prototype as unknown as Port;
  replaceMethod(
    prototype,
    'postMessage',
    (original) =>
      function postMessage(this: unknown, message: unknown) {
        if (isTaskMessage(message)) attempt(shareTask, message);
        return Reflect.apply(original, this, arguments);
      },
  );
  replaceSymbolMethod(
    prototype,
    (original) =>
      function dispatch(this: unknown, message: unknown) {
        if (state.recording === 'off' || !isTaskMessage(message))
          return Reflect.apply(original, this, arguments);
        return receiveIn(attempt(idOfTask, message), original, this, arguments);
      },
  );
  // A pool's worker reads its next task without an event, in the context of the last.
  replaceMethod(
    threads,
    'receiveMessageOnPort',
    (original) =>
      function receiveMessageOnPort(this: unknown) {
        const received = Reflect.apply(original, this, arguments) as { message: unknown } | undefined;
        if (received !== undefined && isTaskMessage(received.message)) attempt(enterTask, received.message);
        return received;
      },
  );
}

function shareTask(message: TaskMessage): void {
  const request = requestOfTask(message);
  if (request === undefined || requestToShare(request) === undefined) return;
  writeContext(TO_POOL, hashText(message.filename), message.taskId, request.id);
}

function idOfTask({ filename, taskId }: TaskMessage): string | undefined {
  return takeContext(TO_POOL, hashText(filename), taskId);
}

function enterTask(message: TaskMessage): void {
  const id = idOfTask(message);
  enterRequest(id === undefined ? undefined : requestOfId(id));
}

function replaceSymbolMethod(owner: Port, wrap: (original: Function) => Function): void {
  const original = owner[DISPATCH];
  if (typeof original !== 'function') throw new Error('messages of threads cannot be watched');
  Object.defineProperty(owner, DISPATCH, {
    value: wrap(original),
    writable: true,
    configurable: true,
    enumerable: false,
  });
}
