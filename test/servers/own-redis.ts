/** A Redis of a test's own, which it may kill, stop, fill and have fail over. */

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Test } from 'tap';
import { need } from '../programs.js';
import { ask } from './server.js';

/** Starts a Redis that ends with the test; resolves once it answers, if only that a password is missing. */
export async function ownRedis(t: Test, port: number, ...args: string[]): Promise<ChildProcess> {
  const server = spawnRedis(t, [...['--bind', '127.0.0.1', '--port', `${port}`, '--save', '', ...args]]);
  while (!/PONG|NOAUTH/.test(await answer(port, 'PING'))) await setTimeout(25);
  return server;
}

/** Starts a Redis that speaks TLS only; a client has to show a certificate where its authority is given. */
export async function ownTlsRedis(
  t: Test,
  port: number,
  files: { cert: string; key: string; clientAuthority?: string },
  ...args: string[]
): Promise<ChildProcess> {
  const { cert, key, clientAuthority } = files;
  const server = spawnRedis(t, [
    ...['--bind', '127.0.0.1', '--port', '0', '--tls-port', `${port}`, '--save', ''],
    ...['--tls-cert-file', cert, '--tls-key-file', key, '--tls-ca-cert-file', clientAuthority ?? cert],
    ...['--tls-auth-clients', clientAuthority === undefined ? 'no' : 'yes', ...args],
  ]);
  await serving(server, port);
  return server;
}

/** Starts a sentinel by the lines of its file, which it writes itself; resolves once it answers. */
export async function ownSentinel(t: Test, port: number, config: string): Promise<ChildProcess> {
  const server = spawnRedis(t, [join(t.testdir({ 'sentinel.conf': config }), 'sentinel.conf'), '--sentinel']);
  await serving(server, port);
  return server;
}

/** Lines of a Redis' answer to commands; empty where it does not answer. */
export async function answer(port: number, command: string): Promise<string> {
  return await ask({ host: '127.0.0.1', port }, `${command}\r\n`, Number.POSITIVE_INFINITY).catch(() => '');
}

function spawnRedis(t: Test, args: string[]): ChildProcess {
  const folder = mkdtempSync(join(tmpdir(), 'scooby-test-redis-'));
  const server = spawn(need('redis-server'), args, { cwd: folder, stdio: 'ignore' });
  t.teardown(() => {
    server.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });
  return server;
}

async function serving(server: ChildProcess, port: number): Promise<void> {
  while (!(await listens(port))) {
    if (server.exitCode !== null) throw new Error(`redis-server ended with ${server.exitCode}`);
    await setTimeout(25);
  }
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });
}
