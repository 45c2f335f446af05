/** child_process: the commands that a request runs, and waits for or blocks on. */

import { isSecretName, REDACTED, redactUrl } from '../../domain/redact.cjs';
import { beginCall, endCall, type TracedCall } from '../call/call.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import { currentRequest, watchStream } from '../request/context.cjs';
import type { CallInfo, Instrument } from './instrument.cjs';

interface Child {
  pid?: number;
  exitCode: number | null;
  signalCode: string | null;
}
interface Spawning {
  file?: unknown;
  args?: unknown[];
}

const MOST_TEXT = 1000;

export const childProcess: Instrument = {
  library: 'child_process',
  versions: '*',
  kind: 'process',
  channel: 'scooby:child_process',
  describe,
  files: {},
  channels: {
    // Published by the constructor: before the first one is spawned, and without its class being loaded for it.
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
  const { file, args: words = [] } = sync ? ofSync(args) : ((args[0] ?? {}) as Spawning);
  const line =
    words[1] === '-c' ? [words[2]] : sync ? [file, ...words] : [words[0] ?? file, ...words.slice(1)];
  const text = masked(line.map(String).join(' '));
  return { name: text.slice(0, MOST_TEXT), detail: sync ? { blocking: true } : {} };
}

function ofSync(args: ArrayLike<unknown>): Spawning {
  return { file: args[0], args: Array.isArray(args[1]) ? args[1] : [] };
}

/** Answers a command line without the values of what has a secret's name: `--password=…`, `TOKEN=…`. */
function masked(line: string): string {
  return redactUrl(line).replace(/(-[\w-]*|\b\w+(?==))(=|\s+)(\S+)/g, (all, name, between) =>
    isSecretName(name) ? `${name}${between}${REDACTED}` : all,
  );
}

function wrapSpawn(original: Function): Function {
  return function spawn(this: Child) {
    const call = currentRequest() && beginCall(childProcess, spawn, this, arguments);
    if (call === undefined) return Reflect.apply(original, this, arguments);
    watchStream(this, call.request, (type, given) => {
      if (type === 'error') return endCall(call, given ?? 'error');
      if (type !== 'exit') return;
      const detail = call.info?.detail;
      if (detail !== undefined) Object.assign(detail, outcomeOf(this.exitCode, this.signalCode));
      endCall(call);
    });
    try {
      return Reflect.apply(original, this, arguments);
    } catch (error) {
      endCall(call, error);
      throw error;
    } finally {
      if (call.info?.detail && this.pid !== undefined) call.info.detail.pid = this.pid;
    }
  };
}

function outcomeOf(code: number | null, signal: string | null): object {
  return signal === null ? { code } : { signal };
}

function wrapSync(original: Function): Function {
  return function run(this: unknown) {
    const call = currentRequest() && beginCall(childProcess, run, undefined, arguments);
    if (call === undefined) return Reflect.apply(original, this, arguments);
    try {
      const result = Reflect.apply(original, this, arguments);
      endCall(call, (result as { error?: unknown } | null)?.error);
      return result;
    } catch (error) {
      endCall(call, error);
      throw error;
    }
  };
}
