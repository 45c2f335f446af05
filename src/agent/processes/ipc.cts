/**
 * IPC channels of forked processes: a message is received in the request that it was sent in. The
 * request's id goes ahead in a message of its own, of the kind that Node keeps from the app
 * (`NODE_…`), with the number of the app's message: those wait until there is a listener.
 */

import { basename } from 'node:path';
import { replaceMethod } from '../call/wrap.cjs';
import { attempt } from '../guard.cjs';
import { currentRequest } from '../request/context.cjs';
import { state } from '../run-config.cjs';
import { isTaskMessage, requestOfTask } from './pool-tasks.cjs';
import { receiveIn, requestToShare } from './remote-requests.cjs';

const CONTEXT = 'NODE_SCOOBY_CONTEXT';
/** Requests of messages that have not been received. */
const MAX_AHEAD = 10_000;

interface Channel {
  connected?: boolean;
  send?: Function;
  emit: Function;
  spawnfile?: string;
  _handleQueue?: unknown;
}
interface ContextMessage {
  cmd: typeof CONTEXT;
  n: number;
  id: string;
}

/** Watches the channel to the parent process, if there is one. */
export function watchParentChannel(): void {
  watchChannel(process as unknown as Channel);
}

/** Watches the channel to a child process that has just been spawned, if it has one and runs Node. */
export function watchChildChannel(child: object): void {
  const channel = child as Channel;
  const file = channel.spawnfile ?? '';
  if (file === process.execPath || /^node(?:\.exe)?$/.test(basename(file))) watchChannel(channel);
}

function watchChannel(channel: Channel): void {
  if (typeof channel.send !== 'function') return;
  watchSent(channel);
  watchReceived(channel);
}

function watchSent(channel: Channel): void {
  let sent = 0;
  replaceMethod(
    channel,
    'send',
    (original) =>
      function send(this: Channel, message: unknown) {
        if (isOfNode(message)) return Reflect.apply(original, this, arguments);
        attempt(sendContext, this, original, message, sent + 1);
        const result = Reflect.apply(original, this, arguments);
        sent++;
        return result;
      },
  );
}

function sendContext(channel: Channel, send: Function, message: unknown, n: number): void {
  if (state.recording === 'off' || channel.connected !== true) return;
  // Behind a handle that is not acknowledged messages wait in a queue, whose length `send` tells.
  if (channel._handleQueue) return;
  const request = requestToShare(isTaskMessage(message) ? requestOfTask(message) : currentRequest());
  if (request === undefined) return;
  // With a callback an error is not emitted: the app hears of it by its own message.
  Reflect.apply(send, channel, [{ cmd: CONTEXT, n, id: request.id } satisfies ContextMessage, () => {}]);
}

function watchReceived(channel: Channel): void {
  const ahead = new Map<number, string>();
  let received = 0;
  replaceMethod(
    channel,
    'emit',
    (original) =>
      function emit(this: unknown, type: unknown, message: unknown) {
        if (type === 'internalMessage' && isContext(message)) {
          if (ahead.size < MAX_AHEAD) ahead.set(message.n, message.id);
          return true;
        }
        if (type !== 'message') return Reflect.apply(original, this, arguments);
        const id = ahead.get(++received);
        ahead.delete(received);
        if (state.recording === 'off') return Reflect.apply(original, this, arguments);
        return receiveIn(id, original, this, arguments);
      },
  );
}

function isOfNode(message: unknown): boolean {
  const { cmd } = (message ?? {}) as { cmd?: unknown };
  return typeof cmd === 'string' && cmd.startsWith('NODE_');
}

function isContext(message: unknown): message is ContextMessage {
  return (message as Partial<ContextMessage> | null)?.cmd === CONTEXT;
}
