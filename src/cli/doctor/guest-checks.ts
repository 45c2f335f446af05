/** Checks of the instruments of the project's own: whether each can be loaded, and what it covers. */

import { spawnSync } from 'node:child_process';
import type { GuestConfig } from '../../domain/link.js';
import { formatCount } from '../../domain/text.js';
import { agentFile } from '../agent-file.js';
import type { CheckResult } from './grades.js';
import type { LibraryCoverage } from './library-checks.js';

/** Results, and the libraries that the instruments cover. */
export interface GuestReport {
  results: CheckResult[];
  coverage: LibraryCoverage[];
}

/** What the agent tells of the configured instruments. */
interface LoadedGuests {
  coverage: LibraryCoverage[];
  troubles: { name: string; trouble: string }[];
}

const MAX_MS = 10_000;
/** Loads them as an app's process does; an instrument may print, and keep the process alive. */
const PROGRAM = `
const [, agent, guests] = process.argv;
require('node:fs').writeSync(3, JSON.stringify(require(agent).guestCoverage(JSON.parse(guests))));
process.exit();
`;

/** Report on the configured instruments, which are loaded in a process of their own. */
export function guestReport(guests: GuestConfig[]): GuestReport {
  if (guests.every(({ instruments = [], watch = [] }) => instruments.length + watch.length === 0))
    return { results: [], coverage: [] };
  const { output, signal, stderr } = spawnSync(
    process.execPath,
    ['-e', PROGRAM, agentFile(), JSON.stringify(guests)],
    {
      encoding: 'utf8',
      timeout: MAX_MS,
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      env: { ...process.env, NODE_OPTIONS: '' },
    },
  );
  const loaded = parse(output?.[3]);
  if (loaded === undefined) {
    const why = signal === null ? (stderr ?? '').trim().split('\n', 1)[0] : `no end after ${MAX_MS / 1000} s`;
    return { results: [{ grade: 'bad', text: `they cannot be loaded: ${why}` }], coverage: [] };
  }
  const { coverage, troubles } = loaded;
  const bad = troubles.map(
    ({ name, trouble }): CheckResult => ({ grade: 'bad', text: `${name}: ${trouble}` }),
  );
  const good: CheckResult = { grade: 'good', text: wordsOf(guests, coverage) };
  return { results: coverage.length > 0 ? [good, ...bad] : bad, coverage };
}

function wordsOf(guests: GuestConfig[], coverage: LibraryCoverage[]): string {
  const kinds = [...new Set(coverage.map(({ library, kind }) => `${library} (${kind})`))].join(', ');
  const files = guests.flatMap(({ instruments = [] }) => instruments).length;
  const watched = guests.flatMap(({ watch = [] }) => watch).length;
  const counts = [
    ...(files > 0 ? [formatCount(files, 'file')] : []),
    ...(watched > 0 ? [formatCount(watched, 'watched function')] : []),
  ];
  return `${counts.join(' and ')}: ${kinds}`;
}

function parse(text: string | null | undefined): LoadedGuests | undefined {
  try {
    return JSON.parse(text ?? '') as LoadedGuests;
  } catch {
    return undefined;
  }
}
