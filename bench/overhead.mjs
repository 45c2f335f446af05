/**
 * What does a tracer cost an app? CPU a request of the app's process, whole and in user mode, as
 * ratios to the app alone. All variants run at once and are asked in turns, in bursts: a ratio is
 * that of two bursts of one round, and the median of the rounds is printed. The app has a core of
 * its own and limits the run; all else (load, fake-postgres.mjs, launcher) shares the other one.
 *
 *   node bench/overhead.mjs [rounds] [seconds] [variant,…]
 *
 * Environment: APP_NODE (the node that runs the app), PATHS, CONNECTIONS, DATABASE (a URL instead of
 * the fake one), EXTRA (more variants: {"before": {"agent": "/…/agent.cjs"}}).
 */

import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  APP_CORE,
  cpuOf,
  median,
  memoryOf,
  OTHER_CORE,
  output,
  pinned,
  printed,
  requirePrograms,
  sleep,
  startDatabase,
} from './machine.mjs';

const root = join(import.meta.dirname, '..');
const WARM_UP_S = 2;

/** Name of each variant to how the app is started. */
function variantsFor(sink) {
  const otel = {
    OTEL_EXPORTER_OTLP_ENDPOINT: sink,
    OTEL_METRICS_EXPORTER: 'none',
    OTEL_LOGS_EXPORTER: 'none',
    OTEL_NODE_RESOURCE_DETECTORS: 'none',
  };
  const datadog = {
    DD_TRACE_AGENT_URL: sink,
    DD_INSTRUMENTATION_TELEMETRY_ENABLED: 'false',
    DD_REMOTE_CONFIGURATION_ENABLED: 'false',
    DD_TRACE_STARTUP_LOGS: 'false',
  };
  const elastic = {
    ELASTIC_APM_SERVER_URL: sink,
    ELASTIC_APM_CENTRAL_CONFIG: 'false',
    ELASTIC_APM_LOG_LEVEL: 'off',
    ELASTIC_APM_CLOUD_PROVIDER: 'none',
  };
  return {
    plain: {},
    // The least that following requests can cost: an AsyncLocalStorage for each, and nothing else.
    floor: { preload: join(import.meta.dirname, 'apps/floor.cjs') },
    off: { scooby: 'off' },
    unmarked: { scooby: 'marked' },
    // What the agent costs: instead of a launcher, something that throws its lines away.
    agent: { agent: join(root, 'dist/agent.cjs') },
    scooby: { scooby: 'all' },
    otel: { preload: '@opentelemetry/auto-instrumentations-node/register', env: otel },
    ddtrace: { preload: 'dd-trace/init', env: datadog },
    elastic: { preload: 'elastic-apm-node/start', env: elastic },
    ...JSON.parse(process.env.EXTRA ?? '{}'),
  };
}

/** Figures by variant; the first variant is what the others are compared with. */
export async function overhead({ rounds, seconds, names, node, paths }) {
  requirePrograms('wrk', 'taskset');
  const database = process.env.DATABASE ? undefined : await startDatabase();
  const exports = createServer((request, response) => request.resume().on('end', () => response.end('{}')));
  await new Promise((resolve) => exports.listen(0, '127.0.0.1', resolve));
  const variants = variantsFor(`http://127.0.0.1:${exports.address().port}`);
  const apps = [];
  try {
    for (const name of names) {
      const url = process.env.DATABASE ?? database.url;
      apps.push(await startApp(name, variants[name], { node, url }));
    }
    for (const path of paths) await measure(apps, path, rounds, seconds);
    return apps.map(({ name, start, pid, figures }) => ({ name, start, memory: memoryOf(pid), figures }));
  } finally {
    for (const app of apps) app.stop();
    database?.stop();
    exports.close();
    exports.closeAllConnections();
  }
}

async function measure(apps, path, rounds, seconds) {
  const used = apps.map(() => []);
  for (let round = -1; round < rounds; round++) {
    for (const [i, app] of apps.entries()) {
      if (round < 0) await burst(app, path, WARM_UP_S);
      else used[i].push(await burst(app, path, seconds));
    }
  }
  for (const [i, app] of apps.entries()) {
    const ratio = (key) => median(used[i].map((one, round) => one[key] / used[0][round][key]));
    const launcher = app.launcher && median(used[i].map((one) => one.launcher));
    app.figures[path] = {
      ratio: ratio('whole'),
      user: ratio('user'),
      micros: median(used[i].map((one) => one.whole)),
      launcher,
    };
  }
}

/** CPU a request in µs. */
async function burst({ port, pid, launcher }, path, seconds) {
  const before = cpuOf(pid);
  const launcherBefore = launcher && cpuOf(launcher);
  const connections = process.env.CONNECTIONS ?? 16;
  const wrk = ['-t1', `-c${connections}`, `-d${seconds}s`, `http://127.0.0.1:${port}${path}`];
  const requests = Number(/(\d+) requests in/.exec(await output(...pinned(OTHER_CORE, 'wrk', wrk)))[1]);
  const after = cpuOf(pid);
  return {
    whole: (after.whole - before.whole) / requests,
    user: (after.user - before.user) / requests,
    launcher: launcher && (cpuOf(launcher).whole - launcherBefore.whole) / requests,
  };
}

/** Starts the app as a variant; resolves once it listens. */
async function startApp(name, variant, { node, url }) {
  const sink = variant.agent && (await openSink());
  const preload = variant.agent ?? variant.preload;
  const app = [...(preload ? ['--require', preload] : []), 'apps/queries.cjs'];
  const [command, args] = variant.scooby
    ? pinned(OTHER_CORE, process.execPath, [
        ...[join(root, 'dist/scooby.js'), 'run', '--quiet', '--port', '0', '--record', variant.scooby],
        ...['--', 'taskset', '-c', APP_CORE, node, ...app],
      ])
    : pinned(APP_CORE, node, app);
  const env = { ...process.env, DATABASE: url, ...variant.env, ...(sink && { SCOOBY_RUN: sink.folder }) };
  const child = spawn(command, args, { cwd: import.meta.dirname, env, stdio: ['ignore', 'pipe', 'ignore'] });
  const ready = await printed(child, 'stdout', /READY (\d+) (\d+) (\d+) (\d+)/);
  child.removeAllListeners('exit');
  const [port, start, , pid] = ready.slice(1).map(Number);
  const stop = () => {
    process.kill(pid, 'SIGTERM');
    sink?.close();
  };
  return { name, port, start, pid, launcher: variant.scooby && child.pid, stop, figures: {} };
}

/** The launcher's side of the link at its least: run.json, the socket, and files removed as they come. */
async function openSink() {
  const memory = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
  const folder = mkdtempSync(
    join(process.env.XDG_RUNTIME_DIR ?? process.env.TMPDIR ?? memory, 'scooby-bench-'),
  );
  const server = net.createServer((socket) => socket.on('error', () => {}).resume());
  const socket = join(folder, 'link');
  await new Promise((resolve) => server.listen(socket, resolve));
  writeFileSync(join(folder, 'run.json'), JSON.stringify({ socket, token: 'x', secret: 'x', record: 'all' }));
  const numberOf = (file) => Number(file.split('-').at(-1).slice(0, -6));
  const timer = setInterval(() => {
    const parts = readdirSync(folder).filter((file) => file.endsWith('.lines'));
    const newest = Math.max(...parts.map(numberOf));
    for (const file of parts) if (numberOf(file) < newest) rmSync(join(folder, file));
  }, 20);
  const close = () => {
    clearInterval(timer);
    server.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return { folder, close };
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [rounds = 5, seconds = 1] = process.argv.slice(2, 4).map(Number);
  const names = (process.argv[4] ?? 'plain,floor,off,unmarked,agent,scooby,otel,ddtrace,elastic').split(',');
  const paths = (process.env.PATHS ?? '/hello,/q/1,/q/20').split(',');
  const found = await overhead({
    rounds,
    seconds,
    names,
    paths,
    node: process.env.APP_NODE ?? process.execPath,
  });
  console.table(
    Object.fromEntries(
      found.map(({ name, start, memory, figures }) => {
        const row = { 'start ms': start, MB: Math.round(memory) };
        for (const [path, { ratio, user, micros, launcher }] of Object.entries(figures)) {
          Object.assign(row, {
            [`× ${path}`]: ratio.toFixed(2),
            [`user ${path}`]: user.toFixed(2),
            [`µs ${path}`]: Math.round(micros),
          });
          if (launcher) row[`launcher µs ${path}`] = Math.round(launcher);
        }
        return [name, row];
      }),
    ),
  );
  await sleep(200);
}
