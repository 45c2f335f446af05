/** URLs of shared stores: redis://, rediss://, redis+sentinel:// and redis+cluster://, as parsed and as shown. */

import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import { StoreError } from '../store.js';

/** A Redis, its sentinels or the nodes of its cluster. */
export interface RedisAddress {
  kind: 'single' | 'sentinel' | 'cluster';
  hosts: { host: string; port: number }[];
  /** Name of the sentinels' master. */
  name?: string;
  username?: string;
  password?: string;
  sentinelPassword?: string;
  db: number;
  tls?: ConnectionOptions;
  /** Name under which several hosts share what they record; by default that of the project. */
  project?: string;
  /** The URL without its password and options. */
  shown: string;
}

const KINDS: Record<string, { kind: RedisAddress['kind']; isSecure: boolean; port: number }> = {
  redis: { kind: 'single', isSecure: false, port: 6379 },
  rediss: { kind: 'single', isSecure: true, port: 6379 },
  'redis+sentinel': { kind: 'sentinel', isSecure: false, port: 26379 },
  'rediss+sentinel': { kind: 'sentinel', isSecure: true, port: 26379 },
  'redis+cluster': { kind: 'cluster', isSecure: false, port: 6379 },
  'rediss+cluster': { kind: 'cluster', isSecure: true, port: 6379 },
};

const OPTIONS = ['ca', 'cert', 'key', 'insecure', 'project', 'sentinelPassword'];
// URL takes one host only: several are separated by commas.
const PATTERN = /^([a-z+]+):\/\/(?:([^@/?]*)@)?([^/?#]*)(?:\/([^?#]*))?(?:\?(.*))?$/i;

/** Address of a URL. Throws a StoreError, without the URL's password, when it is none. */
export function parseStoreUrl(url: string): RedisAddress {
  const [, scheme = '', user, list = '', path = '', query = ''] = PATTERN.exec(url.trim()) ?? [];
  const kind = Object.hasOwn(KINDS, scheme.toLowerCase()) ? KINDS[scheme.toLowerCase()]! : undefined;
  if (kind === undefined)
    throw new StoreError(
      `A store is a URL that begins with ${Object.keys(KINDS).join(':// or ')}://. Without --store, requests are stored in a file.`,
    );
  const options = new URLSearchParams(query);
  const unknown = [...options.keys()].find((name) => !OPTIONS.includes(name));
  if (unknown !== undefined)
    throw new StoreError(`The store's URL has an option "${unknown}"; there are ${OPTIONS.join(', ')}.`);
  const hosts = list.split(',').map((host) => parseHost(host, kind.port));
  const [username, password] = parseUser(user);
  const [first = '', second] = path.split('/');
  const isSentinel = kind.kind === 'sentinel';
  if (isSentinel && first === '')
    throw new StoreError('The URL of sentinels names their master: redis+sentinel://host:26379/mymaster');
  const db = (isSentinel ? second : first) || '0';
  if (!/^\d{1,5}$/.test(db)) throw new StoreError('The path of the store’s URL is the number of a database.');
  if (kind.kind === 'cluster' && db !== '0') throw new StoreError('A Redis Cluster has database 0 only.');
  const project = options.get('project');
  const sentinelPassword = options.get('sentinelPassword');
  const shownHosts = hosts.map(({ host, port }) => `${host}:${port}`).join(',');
  return {
    kind: kind.kind,
    hosts,
    ...(isSentinel && { name: decoded(first) }),
    ...(username && { username }),
    ...(password && { password }),
    ...(sentinelPassword && { sentinelPassword }),
    db: Number(db),
    ...(kind.isSecure && { tls: tlsOptions(options) }),
    ...(project && { project }),
    shown: `${scheme.toLowerCase()}://${username ? `${username}@` : ''}${shownHosts}${path && path !== '0' ? `/${path}` : ''}`,
  };
}

function parseHost(text: string, port: number): { host: string; port: number } {
  const [, host, number] = /^(\[[^\]]+\]|[^:[\]]+)(?::(\d{1,5}))?$/.exec(text) ?? [];
  if (host === undefined || Number(number ?? port) > 65535)
    throw new StoreError('The store’s URL names hosts as host:port, several separated by commas.');
  return { host: host.replace(/^\[|\]$/g, ''), port: Number(number ?? port) };
}

/** User and password; `:password@` has no user. */
function parseUser(text = ''): [user: string, password: string] {
  const at = text.indexOf(':');
  return at < 0 ? [decoded(text), ''] : [decoded(text.slice(0, at)), decoded(text.slice(at + 1))];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function tlsOptions(options: URLSearchParams): ConnectionOptions {
  const read = (name: string) => {
    const file = options.get(name);
    if (file === null) return {};
    try {
      return { [name]: readFileSync(file) };
    } catch (error) {
      throw new StoreError(`The store's ${name} cannot be read: ${(error as Error).message}`);
    }
  };
  const insecure = options.has('insecure') && options.get('insecure') !== '0';
  return { ...read('ca'), ...read('cert'), ...read('key'), ...(insecure && { rejectUnauthorized: false }) };
}
