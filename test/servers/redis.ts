/** Redis for tests. */

import { setTimeout } from 'node:timers/promises';
import { need } from '../programs.js';
import { ask, freePort, type Server, start } from './server.js';

/** How many databases a server has: one each for as many tests of a run. */
export const DATABASES = 4096;

/** Starts a Redis that keeps everything in memory. */
export function startRedis(): Promise<Server> {
  return start({
    scheme: 'redis',
    account: 'redis',
    database: '0',
    command: (folder, port) => [
      need('redis-server'),
      [
        ...['--bind', '127.0.0.1', '--port', String(port), '--dir', folder],
        ...['--databases', String(DATABASES), '--save', '', '--appendonly', 'no'],
      ],
    ],
    ready: async (address) => {
      if ((await ask(address, 'PING\r\n')) !== '+PONG') throw new Error('still loading');
    },
  });
}

const SLOTS = 16_384;
const NODES = 3;

/** Starts a Redis Cluster of three masters; its URL names the first, which knows the others. */
export async function startRedisCluster(): Promise<Server> {
  const nodes = await Promise.all(Array.from({ length: NODES }, startClusterNode));
  const [first] = nodes;
  const say = async (port: number, command: string) => {
    const answer = await ask({ host: first!.host, port }, `${command}\r\n`);
    if (answer.startsWith('-')) throw new Error(`${command}: ${answer}`);
    return answer;
  };
  for (const [n, { port, bus }] of nodes.entries()) {
    const [from, to] = [n, n + 1].map((at) => Math.floor((at * SLOTS) / NODES));
    await say(port, `CLUSTER ADDSLOTSRANGE ${from} ${to! - 1}`);
    await say(port, `CLUSTER SET-CONFIG-EPOCH ${n + 1}`);
    if (n > 0) await say(first!.port, `CLUSTER MEET ${first!.host} ${port} ${bus}`);
  }
  for (const { host, port } of nodes) while (!(await isWhole({ host, port }))) await setTimeout(25);
  const stop = async () => void (await Promise.all(nodes.map((node) => node.stop())));
  return { ...first!, url: `redis+cluster://${first!.host}:${first!.port}`, stop };
}

async function startClusterNode(): Promise<Server & { bus: number }> {
  const bus = await freePort();
  const node = await start({
    scheme: 'redis',
    account: 'redis',
    command: (folder, port) => [
      need('redis-server'),
      [
        ...['--bind', '127.0.0.1', '--port', String(port), '--dir', folder, '--cluster-enabled', 'yes'],
        ...['--cluster-port', String(bus), '--save', '', '--appendonly', 'no'],
      ],
    ],
    ready: async (address) => {
      if ((await ask(address, 'PING\r\n')) !== '+PONG') throw new Error('still loading');
    },
  });
  return { ...node, bus };
}

/** Whether a node has heard of all slots and knows every node. */
async function isWhole(address: Pick<Server, 'host' | 'port'>): Promise<boolean> {
  const info = await ask(address, 'CLUSTER INFO\r\n', Number.POSITIVE_INFINITY);
  return /cluster_state:ok/.test(info) && info.includes(`cluster_known_nodes:${NODES}`);
}
