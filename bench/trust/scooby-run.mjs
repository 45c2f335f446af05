/** An app under `scooby run`, and a client that asks it. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const DIST = join(import.meta.dirname, '../../dist');
const PROGRAM = join(DIST, 'scooby.js');
const { NODE_OPTIONS: _, SCOOBY_DB: __, ...clean } = process.env;

/** Starts an app; resolves once the proxy forwards to it. `stop` ends it and removes its folder. */
export async function startRun(app, { options = [], quiet = true } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'scooby-trust-'));
  writeFileSync(join(folder, 'package.json'), '{}');
  writeFileSync(join(folder, 'app.cjs'), app);
  const env = { ...clean, SCOOBY_DB: join(folder, 'state/scooby.db') };
  const args = [PROGRAM, 'run', ...(quiet ? ['-q'] : []), '--port', '0', ...options, '--', process.execPath];
  const child = spawn(process.execPath, [...args, 'app.cjs'], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const run = { child, folder, env, stdout: '', stderr: '' };
  child.stdout.on('data', (text) => (run.stdout += text));
  child.stderr.on('data', (text) => (run.stderr += text));
  const url = await until(
    () => /scooby {2}(http:\/\/\S+) [\s\S]*data in /.exec(run.stderr)?.[1],
    () => run.stderr,
  );
  const [, port, pid] = await until(
    () => /own (\d+) (\d+)/.exec(run.stdout),
    () => run.stdout,
  );
  return Object.assign(run, {
    url,
    port: Number(port),
    pid: Number(pid),
    cli: (...args) => commandOutput([PROGRAM, ...args], { cwd: folder, env }),
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGTERM');
        await once(child, 'exit');
      }
      try {
        process.kill(Number(pid), 'SIGKILL');
      } catch {
        // It has ended with the launcher.
      }
      rmSync(folder, { recursive: true, force: true });
    },
  });
}

/** App that answers every request with `ok`, and says its port and pid. */
export const PLAIN_APP = `
const server = require('node:http').createServer((req, res) => { console.info(req.url); req.resume(); res.end('ok'); });
server.listen(0, '127.0.0.1', () => console.log('own', server.address().port, process.pid));
`;

/** Resolves with what `look` returns once it is true; rejects after 60 s. */
export async function until(look, describe) {
  for (const deadline = performance.now() + 60_000; performance.now() < deadline; ) {
    const found = await look();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`waited in vain: ${describe()}`);
}

/** Resolves with what a command printed. */
async function commandOutput(args, options) {
  const child = spawn(process.execPath, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'])
    child[name].setEncoding('utf8').on('data', (text) => (output[name] += text));
  await once(child, 'close');
  return output;
}

/** Status of a GET; rejects as the connection fails. */
export function get(url, agent) {
  return new Promise((resolve, reject) => {
    const request = http.get(url, { agent }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode));
      response.on('error', reject);
    });
    request.on('error', reject);
  });
}

/** Calls `work(n)` for n from 0, `width` at a time, `count` times in all, or until it returns false. */
export async function inParallel(width, count, work) {
  let next = 0;
  const worker = async () => {
    while (next < count) if ((await work(next++)) === false) return;
  };
  await Promise.all(Array.from({ length: width }, worker));
}

/** Resident memory in MB and open descriptors of a process. */
export function costOf(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return { mb: Number(/VmRSS:\s+(\d+)/.exec(status)[1]) / 1024, fds: readdirSync(`/proc/${pid}/fd`).length };
}
