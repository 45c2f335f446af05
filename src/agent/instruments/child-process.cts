/** Instrument of node:child_process: commands that a request runs, asynchronous and blocking. */

import { redactArguments, redactShellLine } from '../../domain/redact-command.cjs';
import { beginCall, endCall, type TracedCall } from '../call/call.cjs';
import type { ContextRunner } from '../call/call-site.cjs';
import { applyUnseen } from '../call/hidden-frames.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import { attempt } from '../guard.cjs';
import { leaveOutOfChild, leaveOutOfSyncChild } from '../processes/denied-agent.cjs';
import { watchChildChannel } from '../processes/ipc.cjs';
import { dataOf, listOf, plainText } from '../record/app-values.cjs';
import { flushLines } from '../record/transport.cjs';
import { applyInRequest, currentRequest } from '../request/context.cjs';
import { watchStream } from '../request/streams.cjs';
import type { TracedRequest } from '../request/traced-request.cjs';
import type { CallInfo, Instrument } from './instrument.cjs';

interface ChildProcess {
  pid?: number;
  exitCode: number | null;
  signalCode: string | null;
}
interface Command {
  file: unknown;
  argv: unknown[];
}

const MAX_TEXT_LENGTH = 1000;
// Each has a character, and a space behind it.
const MAX_ARGUMENTS = MAX_TEXT_LENGTH / 2;

export const childProcess: Instrument = {
  library: 'child_process',
  versions: '*',
  kind: 'process',
  channel: 'scooby:child_process',
  describe,
  files: {},
  channels: {
    // Published by the constructor, before spawn: the class is patched without being loaded for it.
    child_process: ({ process }: { process: object }) =>
      replaceMethod(Object.getPrototypeOf(process), 'spawn', wrapSpawn),
  },
  install: () => {
    const exports = require('node:child_process');
    for (const method of ['execSync', 'execFileSync', 'spawnSync']) replaceMethod(exports, method, wrapSync);
  },
};

function describe({ self, args }: TracedCall): CallInfo {
  const sync = self === undefined;
  const { file, argv: all } = sync ? commandOfSync(args) : commandOfSpawn(args[0]);
  const argv = shownArguments(all);
  const isShell = argv[1] === '-c' || (sync && argv.length === 0);
  const line = argv[1] === '-c' ? [argv[2]] : sync ? [file, ...argv] : [argv[0] ?? file, ...argv.slice(1)];
  const text = isShell ? redactShellLine(cutText(line[0])) : redactArguments(line.map(cutText)).join(' ');
  return { name: text.slice(0, MAX_TEXT_LENGTH), detail: sync ? { blocking: true } : {} };
}

/** Arguments up to those behind the cut. */
function shownArguments(argv: unknown[]): unknown[] {
  let length = 0;
  const end = argv.findIndex((arg) => length > 4 * MAX_TEXT_LENGTH || (length += cutText(arg).length) < 0);
  return end < 0 ? argv : argv.slice(0, end);
}

// A secret that the cut would halve is seen by its whole.
function cutText(value: unknown): string {
  return (plainText(value) ?? '…').slice(0, 4 * MAX_TEXT_LENGTH);
}

function commandOfSync({ 0: file, 1: argv }: ArrayLike<unknown>): Command {
  return { file, argv: listOf(argv, MAX_ARGUMENTS) };
}

function commandOfSpawn(options: unknown): Command {
  return { file: dataOf(options, 'file'), argv: listOf(dataOf(options, 'args'), MAX_ARGUMENTS) };
}

function wrapSpawn(original: Function): Function {
  return function spawn(this: ChildProcess) {
    attempt(leaveOutOfChild, arguments[0]);
    const call = currentRequest() && beginCall(childProcess, spawn, this, arguments);
    if (call === undefined) {
      const result = Reflect.apply(original, this, arguments);
      attempt(watchChildChannel, this);
      return result;
    }
    const watched = attempt(watchStream, this, call.request, (type, value) => {
      if (type === 'error') return endCall(call, value ?? 'error');
      if (type !== 'exit') return;
      const detail = call.info?.detail;
      if (detail !== undefined) Object.assign(detail, outcomeOf(this.exitCode, this.signalCode));
      endCall(call);
    });
    if (watched !== undefined) watched.emitIn = emitterOf(call.request);
    try {
      return Reflect.apply(original, this, arguments);
    } catch (error) {
      endCall(call, error);
      throw error;
    } finally {
      if (call.info?.detail && this.pid !== undefined) call.info.detail.pid = this.pid;
      attempt(watchChildChannel, this);
    }
  };
}

/** A message is another request's as often as not: `watchChildChannel` knows which. */
function emitterOf(request: TracedRequest | undefined): ContextRunner {
  return (emit, self, args) =>
    args[0] === 'message' ? Reflect.apply(emit, self, args) : applyInRequest(request, emit, self, args);
}

function outcomeOf(code: number | null, signal: string | null): object {
  return signal === null ? { code } : { signal };
}

function wrapSync(original: Function): Function {
  return function run(this: unknown) {
    // The command may end this process.
    attempt(flushLines);
    const putBack = attempt(leaveOutOfSyncChild, arguments);
    const call = currentRequest() && beginCall(childProcess, run, undefined, arguments);
    try {
      if (call === undefined) return applyUnseen(original, this, arguments, run);
      const result = applyUnseen(original, this, arguments, run);
      endCall(call, attempt(dataOf, result, 'error'));
      return result;
    } catch (error) {
      if (call !== undefined) endCall(call, error);
      throw error;
    } finally {
      putBack?.();
    }
  };
}
