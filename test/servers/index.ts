/** Hands tests a place of their own on a real server: the run's, or one that this process starts. */

import { randomBytes } from 'node:crypto';
import { startMariadb, statement } from './mariadb.js';
import { startMemcached } from './memcached.js';
import { query, startPostgres } from './postgres.js';
import { DATABASES, startRedis, startRedisCluster } from './redis.js';
import { type Address, ask, type Server } from './server.js';

export type { Address } from './server.js';

/** The part of tap's test that is needed here. */
export interface Ending {
  teardown(fn: () => unknown): unknown;
}

/** Every server: the variable in which the test command tells its URL, and how to start it. */
export const SERVERS = {
  SCOOBY_TEST_POSTGRES: startPostgres,
  SCOOBY_TEST_MARIADB: startMariadb,
  SCOOBY_TEST_MEMCACHED: startMemcached,
  SCOOBY_TEST_REDIS: startRedis,
  SCOOBY_TEST_REDIS_CLUSTER: startRedisCluster,
} satisfies Record<string, () => Promise<Server>>;

const started = new Map<string, Promise<Address>>();

/** Answers a fresh PostgreSQL database, dropped with the test. */
export async function postgres(t: Ending): Promise<Address> {
  const server = await serverOf('SCOOBY_TEST_POSTGRES');
  const place = placeOn(server, freshName());
  await query(server.url, `create database ${place.database}`);
  t.teardown(() => query(server.url, `drop database ${place.database} with (force)`));
  return place;
}

/** Answers a fresh MariaDB database, dropped with the test. */
export async function mariadb(t: Ending): Promise<Address> {
  const server = await serverOf('SCOOBY_TEST_MARIADB');
  const place = placeOn(server, freshName());
  await statement(server, `create database ${place.database}`);
  t.teardown(() => statement(server, `drop database ${place.database}`));
  return place;
}

/** Answers a memcached, which all tests share, and a prefix for the keys of this one. */
export async function memcached(): Promise<Address & { prefix: string }> {
  return { ...(await serverOf('SCOOBY_TEST_MEMCACHED')), prefix: `${freshName()}:` };
}

/** Answers an empty Redis database: a number that no other test of the run has. */
export async function redis(): Promise<Address> {
  const server = await serverOf('SCOOBY_TEST_REDIS');
  const number = Number((await ask(server, 'INCR databases\r\n')).slice(1));
  if (!(number < DATABASES)) throw new Error(`Redis has no database ${number}; raise DATABASES.`);
  return placeOn(server, String(number));
}

/** Answers a Redis Cluster of three nodes, which all tests share, and a name that no other test has. */
export async function redisCluster(): Promise<Address & { prefix: string }> {
  return { ...(await serverOf('SCOOBY_TEST_REDIS_CLUSTER')), prefix: freshName() };
}

function serverOf(variable: keyof typeof SERVERS): Promise<Address> {
  const told = process.env[variable];
  const server = started.get(variable) ?? (told ? Promise.resolve(fromUrl(told)) : SERVERS[variable]());
  started.set(variable, server);
  return server;
}

function fromUrl(url: string): Address {
  const { hostname, port, username, pathname } = new URL(url);
  return { host: hostname, port: Number(port), user: username, database: pathname.slice(1), url };
}

function placeOn(server: Address, database: string): Address {
  const url = new URL(server.url);
  url.pathname = database;
  return { host: server.host, port: server.port, user: server.user, database, url: url.href };
}

function freshName(): string {
  return `t_${randomBytes(8).toString('hex')}`;
}
