/**
 * All that RESULTS.md says: `npm run bench`, which builds first. Takes some twenty minutes on a
 * quiet machine with two cores; installs the peers into bench/node_modules, once.
 *
 * Environment: BENCH_NODES (majors), ROUNDS, SECONDS, ROWS (of the large database; 0 leaves it out).
 */

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { latency } from './latency.mjs';
import { machine, median, nodes } from './machine.mjs';
import { overhead } from './overhead.mjs';

const root = join(import.meta.dirname, '..');
const scooby = join(root, 'dist/scooby.js');
const ROUNDS = Number(process.env.ROUNDS ?? 5);
const SECONDS = Number(process.env.SECONDS ?? 2);
const ROWS = Number(process.env.ROWS ?? 1_000_000);
const PATHS = ['/hello', '/q/1', '/q/20'];
const VARIANTS = ['plain', 'floor', 'off', 'unmarked', 'agent', 'scooby', 'otel', 'ddtrace', 'elastic'];
const NAMES = {
  plain: 'plain',
  floor: '`AsyncLocalStorage` and nothing else',
  off: '`--record off`',
  unmarked: '`--record marked`, unmarked',
  agent: '**the agent, every stack**',
  scooby: 'the agent in a whole run',
  otel: 'OpenTelemetry, no stack',
  ddtrace: 'dd-trace, no stack',
  elastic: 'elastic-apm, stacks',
};

if (!existsSync(join(import.meta.dirname, 'node_modules/pg')))
  execFileSync('npm', ['install', '--no-package-lock', '--no-audit', '--no-fund'], {
    cwd: import.meta.dirname,
    stdio: 'inherit',
  });

// Above the number of cores others were at work: then ratios are those of cold caches.
const [load] = loadavg();
const found = [];
for (const [version, node] of nodes()) {
  console.error(`node ${version}`);
  found.push([
    version,
    await overhead({ rounds: ROUNDS, seconds: SECONDS, names: VARIANTS, paths: PATHS, node }),
  ]);
}
console.error('latency');
const times = await latency({ seconds: 4 * SECONDS });
console.error('commands');
const commands = commandTimes();

const versions = found.map(([version]) => version).join(', ');
writeFileSync(
  join(import.meta.dirname, 'RESULTS.md'),
  `# Results

Written by \`npm run bench\` on ${new Date().toISOString().slice(0, 10)}: Node ${versions}; ${machine()}; ${ROUNDS} rounds of ${SECONDS} s; load average ${load.toFixed(1)} when it began.

## What the app pays

CPU a request of the app's process, as the ratio to the app alone (see overhead.mjs): without a query, with 1, with 20; – where a burst answered nothing.

${table(
  ['', ...found.flatMap(([version]) => PATHS.map((path) => `${version.split('.')[0]} ${path}`))],
  VARIANTS.map((name) => [
    NAMES[name],
    ...found.flatMap(([, apps]) =>
      PATHS.map((path) => bold(name, ratioText(figure(apps, name).figures[path].ratio))),
    ),
  ]),
)}

Start in ms more than the app alone, and memory in MB more after the run:

${table(
  [
    '',
    ...found.flatMap(([version]) => [`${version.split('.')[0]} start`, `${version.split('.')[0]} memory`]),
  ],
  VARIANTS.slice(1).map((name) => [
    NAMES[name],
    ...found.flatMap(([, apps]) =>
      ['start', 'memory'].map((key) => signed(figure(apps, name)[key] - figure(apps, 'plain')[key])),
    ),
  ]),
)}

## What the proxy costs in time

ms at a fixed rate, straight to the app and through the proxy, on Node ${process.versions.node} (see latency.mjs).

${table(
  ['database', 'path', 'a second', 'way', 'p50', 'p99', 'max', 'launcher, ratio to the app alone'],
  times.map(({ database, path, rate, way, p50, p99, max, launcher }) => [
    ...[database, path, rate, way, p50.toFixed(2), p99.toFixed(2), max.toFixed(1)],
    way === 'direct' ? '' : (launcher / figure(found[0][1], 'plain').figures[path].micros).toFixed(1),
  ]),
)}

## Commands

As the ratio to \`node -e 0\`; the last three over ${ROWS.toLocaleString('en-US')} requests.

${table(
  ['', 'ratio'],
  commands.map(([name, ratio]) => [`\`scooby ${name}\``, ratio.toFixed(1)]),
)}
`,
);

function figure(apps, variant) {
  return apps.find(({ name }) => name === variant);
}

// A burst that a busy machine gave no time answers nothing.
function ratioText(ratio) {
  return Number.isFinite(ratio) ? ratio.toFixed(2) : '–';
}

function bold(name, text) {
  return name === 'agent' ? `**${text}**` : text;
}

function signed(number) {
  return `${number < 0 ? '−' : '+'}${Math.abs(Math.round(number))}`;
}

function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Name and ratio of each command, the least of several runs. */
function commandTimes() {
  const boot = least(['-e', '0'], 9);
  const timed = [['--version', least([scooby, '--version'], 9) / boot]];
  if (ROWS === 0) return timed;
  const folder = mkdtempSync(join(tmpdir(), 'scooby-bench-'));
  try {
    const db = join(folder, 'requests.db');
    execFileSync(process.execPath, [join(import.meta.dirname, 'fill.mjs'), db, String(ROWS)], {
      stdio: 'inherit',
    });
    for (const name of ['list', 'show last', 'top'])
      timed.push([name, least([scooby, ...name.split(' '), '--db', db], 3) / boot]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return timed;
}

function least(args, runs) {
  const times = [];
  for (let run = 0; run < runs; run++) {
    const began = performance.now();
    const { status, stderr } = spawnSync(process.execPath, args, { maxBuffer: 1e9 });
    if (status !== 0) throw new Error(`${args.join(' ')}: ${stderr}`);
    times.push(performance.now() - began);
  }
  return runs > 3 ? median(times) : Math.min(...times);
}
