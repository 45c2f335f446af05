/** Processes that a run has started, as the system lists them, with the TCP ports they listen on. */

import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';
import { promisify } from 'node:util';

/** A process of the system. */
export interface SystemProcess {
  pid: number;
  parent: number;
  /** Its arguments, the program first. */
  words: string[];
  /** Name of its executable. */
  program: string;
  /** TCP ports that it listens on. */
  ports: number[];
  /** NODE_OPTIONS that it was started with; undefined where it has none or cannot be read. */
  nodeOptions?: string | undefined;
}

/** State of a listening socket in /proc/net/tcp. */
const LISTEN = '0A';
const run = promisify(execFile);

/** All descendants of a process; empty where the system does not tell. */
export async function descendantsOf(pid: number): Promise<SystemProcess[]> {
  try {
    const all = process.platform === 'linux' ? fromProc() : await fromPs();
    const found = new Set([pid]);
    // A child may have a lower pid than its parent.
    for (let size = 0; size !== found.size; ) {
      size = found.size;
      for (const each of all) if (found.has(each.parent)) found.add(each.pid);
    }
    found.delete(pid);
    const own = all.filter((each) => found.has(each.pid));
    return process.platform === 'linux' ? withPortsOfProc(own) : await withPortsOfLsof(own);
  } catch {
    return [];
  }
}

function fromProc(): SystemProcess[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => {
    try {
      // Fields behind the name in parentheses, which may contain spaces: state, parent.
      const [, parent = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ');
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1);
      return {
        pid: Number(pid),
        parent: Number(parent),
        words,
        program: basename(words[0] ?? ''),
        ports: [],
      };
    } catch {
      return []; // It has exited meanwhile.
    }
  });
}

function withPortsOfProc(processes: SystemProcess[]): SystemProcess[] {
  return processes.map((each) => {
    const program = attempt(() => basename(readlinkSync(`/proc/${each.pid}/exe`))) ?? each.program;
    const environment = attempt(() => readFileSync(`/proc/${each.pid}/environ`, 'utf8').split('\0'));
    const nodeOptions = environment?.find((word) => word.startsWith('NODE_OPTIONS='))?.slice(13);
    return { ...each, program, nodeOptions, ports: portsOf(each.pid) };
  });
}

/** Ports of a process: its sockets' inodes, among the listening ones of its network namespace. */
function portsOf(pid: number): number[] {
  const inodes = new Set<string>();
  for (const fd of attempt(() => readdirSync(`/proc/${pid}/fd`)) ?? []) {
    const [, inode] =
      /^socket:\[(\d+)\]$/.exec(attempt(() => readlinkSync(`/proc/${pid}/fd/${fd}`)) ?? '') ?? [];
    if (inode !== undefined) inodes.add(inode);
  }
  if (inodes.size === 0) return [];
  const ports = new Set<number>();
  for (const table of ['tcp', 'tcp6']) {
    const text = attempt(() => readFileSync(`/proc/${pid}/net/${table}`, 'utf8')) ?? '';
    for (const line of text.split('\n').slice(1)) {
      const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/);
      if (state === LISTEN && inodes.has(inode)) ports.add(Number.parseInt(local.split(':')[1]!, 16));
    }
  }
  return [...ports];
}

async function fromPs(): Promise<SystemProcess[]> {
  const { stdout } = await run('ps', ['-axo', 'pid=,ppid=,command=']);
  return stdout.split('\n').flatMap((line) => {
    const [, pid, parent, command] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    if (pid === undefined) return [];
    const words = command!.split(' ');
    return { pid: Number(pid), parent: Number(parent), words, program: basename(words[0]!), ports: [] };
  });
}

async function withPortsOfLsof(processes: SystemProcess[]): Promise<SystemProcess[]> {
  if (processes.length === 0) return [];
  const pids = processes.map(({ pid }) => pid).join(',');
  // It exits with 1 where none of them listens.
  const { stdout } = await run('lsof', ['-nP', '-iTCP', '-sTCP:LISTEN', '-a', '-p', pids, '-Fpn']).catch(
    () => ({ stdout: '' }),
  );
  const ports = new Map<number, number[]>();
  let pid = 0;
  for (const line of stdout.split('\n')) {
    if (line.startsWith('p')) pid = Number(line.slice(1));
    const [, port] = /^n.*:(\d+)$/.exec(line) ?? [];
    if (port !== undefined) ports.set(pid, [...new Set([...(ports.get(pid) ?? []), Number(port)])]);
  }
  return processes.map((each) => ({ ...each, ports: ports.get(each.pid) ?? [] }));
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
