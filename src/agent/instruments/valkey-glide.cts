/** Instrument of @valkey/valkey-glide: commands, scripts and batches as they are handed to its native part. */

import { beginCall, endCall, runCall, type TracedCall } from '../call/call.cjs';
import { endWhenSettled } from '../call/settle.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import { attempt } from '../guard.cjs';
import { bytesIn, dataOf, isList, listOf, ownData, plainText } from '../record/app-values.cjs';
import type { CallInfo, Instrument } from './instrument.cjs';
import { redisBatchFacts, redisBatchInfo, redisCallInfo, replyFacts } from './shared/redis-command.cjs';

interface Protocol {
  command_request: { RequestType: Record<number, string> };
}
type Clients = Record<string, { prototype: object }>;
interface Command {
  name: string;
  args: unknown[];
}

const MAX_READ = 10_000;
/** Longer arguments stay bytes: no key, field or name is as long. */
const MAX_TEXT_BYTES = 1024;
/** Types that stand for a command with a subcommand: `ConfigGet`. */
const WITH_SUBCOMMAND =
  /^(Acl|Client|Cluster|Config|Function|Latency|Memory|Module|Object|PubSub|Script|SlowLog|XGroup|XInfo)([A-Z]\w*)$/;

const WRITES = [
  'createWritePromise',
  'createScriptInvocationPromise',
  'createScriptInvocationWithRoutePromise',
  'createClusterScanPromise',
];

let typeNames: Record<number, string> = {};

export const valkeyGlide: Instrument = {
  library: '@valkey/valkey-glide',
  versions: '>=2 <3',
  kind: 'cache',
  channel: 'scooby:valkey-glide',
  describe: ({ args: { 0: command, 2: isAtomic } }) => callInfoOf(command, isAtomic === true),
  depth: 6,
  files: {
    '@valkey/valkey-glide/build-ts/ProtobufMessage.js': ({ command_request: { RequestType } }: Protocol) => {
      typeNames = RequestType;
    },
    '@valkey/valkey-glide/build-ts/BaseClient.js': ({ BaseClient }: Clients) => patchWrites(BaseClient!),
    '@valkey/valkey-glide/build-ts/GlideClusterClient.js': ({ GlideClusterClient }: Clients) =>
      patchWrites(GlideClusterClient!),
  },
};

/** Patches what a class has of its own: a cluster's has more ways of sending than others. */
function patchWrites({ prototype }: { prototype: object }): void {
  for (const method of WRITES)
    if (Object.hasOwn(prototype, method)) replaceMethod(prototype, method, wrapWrite);
}

function callInfoOf(command: unknown, isAtomic: boolean): CallInfo {
  if (isList(command)) return redisBatchInfo(isAtomic ? 'multi' : 'pipeline', commandsOf(command));
  const { name, args } = commandOf(command);
  return redisCallInfo(name, args, name === 'evalsha' ? 'script' : undefined);
}

function commandsOf(batch: unknown[]): Command[] {
  return listOf(batch, MAX_READ).map(commandOf);
}

/** Name and arguments of what is sent; those of a large one are native, and not known. */
function commandOf(command: unknown): Command {
  const hash = plainText(dataOf(command, 'hash'));
  if (hash !== undefined) {
    const [keys, args] = ['keys', 'args'].map((key) => textsOf(dataOf(command, key)));
    return { name: 'evalsha', args: [hash, keys!.length, ...keys!, ...args!] };
  }
  const type = dataOf(command, 'requestType');
  const known = typeof type === 'number' ? (typeNames[type] ?? 'command') : 'scan';
  const args = textsOf(dataOf(dataOf(command, 'argsArray'), 'args'));
  if (known === 'CustomCommand')
    return { name: (plainText(args[0]) ?? 'command').slice(0, 100), args: args.slice(1) };
  const [, first, second] = WITH_SUBCOMMAND.exec(known) ?? [];
  if (first === undefined) return { name: known.toLowerCase(), args };
  return { name: first.toLowerCase(), args: [second!.toLowerCase(), ...args] };
}

function textsOf(args: unknown): unknown[] {
  return listOf(args, MAX_READ).map((arg) => {
    const bytes = bytesIn(arg);
    return bytes !== undefined && bytes.length <= MAX_TEXT_BYTES ? bytes.toString() : arg;
  });
}

function wrapWrite(original: Function): Function {
  return function createWritePromise(this: unknown) {
    const call = beginCall(valkeyGlide, createWritePromise, this, arguments);
    if (call === undefined || call.silent) return Reflect.apply(original, this, arguments);
    const command: unknown = arguments[0];
    return endWhenSettled(call, runCall(call, original, this, arguments), (ended, error, reply) =>
      endCall(ended, error, undefined, error ? undefined : attempt(factsOf, ended, command, reply)),
    );
  };
}

function factsOf(call: TracedCall, command: unknown, reply: unknown): Record<string, unknown> | undefined {
  if (isList(command)) return isList(reply) ? redisBatchFacts(commandsOf(command), reply) : undefined;
  return replyFacts(String(call.info?.detail?.command), isList(reply) ? reply.flatMap(pairOf) : reply);
}

/** Fields of a hash come as pairs by name. */
function pairOf(item: unknown): unknown[] {
  const key = ownData(item, 'key');
  return key === undefined ? [item] : [key, ownData(item, 'value')];
}
