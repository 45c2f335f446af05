import { execFile } from 'node:child_process';
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { type Test, test } from 'tap';
import { AppConnections } from '../../src/collector/app-connections.js';
import { CollectorClient } from '../../src/collector/collector-client.js';
import type { AppConnection } from '../../src/collector/link-server.js';
import type { LinkLine } from '../../src/domain/link.js';
import { until } from '../scooby.js';

const [FIRST, SECOND, THIRD] = ['1', '2', '3'].map((n) => `00000000-0000-4000-8000-00000000000${n}`) as [
  string,
  string,
  string,
];
// After the app's files were written: their text is that of the running app.
const START = Date.now() + 60_000;
const [SERVICE, CLIENT] = ['service', 'client'].map(
  (name) => pathToFileURL(join(import.meta.dirname, `../../src/collector/collector-${name}.js`)).href,
);

/** A thread with the real service, and what it does with a message before. */
const threadWith = (handle: string) => `
import { existsSync, writeFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { CollectorService } from ${JSON.stringify(SERVICE)};
const service = await CollectorService.open(workerData, (message) => parentPort.postMessage(message));
parentPort.on('message', (message) => {
  ${handle}
  service.receive(message);
});`;

/** Ends at the first report of `/once`, and at each of `/always`. */
const CRASHING = threadWith(`
  const urls = message.items?.map(({ start }) => start?.url) ?? [];
  const flag = workerData.project + '/crashed';
  if (urls.includes('/always') || (urls.includes('/once') && !existsSync(flag))) {
    writeFileSync(flag, '');
    process.exit(3);
  }`);

async function aClient(t: Test, script?: string, lookMs = 1000) {
  const folder = t.testdir();
  const project = join(folder, 'project');
  const run = join(folder, 'run');
  for (const path of [project, run]) mkdirSync(path);
  writeFileSync(join(project, 'app.js'), 'run();\nfind();\n');
  const file = join(folder, 'thread.mjs');
  if (script !== undefined) writeFileSync(file, script);
  const { collector, warnings } = await CollectorClient.open(
    {
      ...{ project, agent: '/agent.cjs', reports: 'requests' },
      store: { db: join(folder, 'scooby.db'), cwd: project },
      run: { key: 'a', start: START, command: 'node app.js' },
    },
    script === undefined ? {} : { file, lookMs },
  );
  t.same(warnings, []);
  t.teardown(() => collector.finish());
  const events: unknown[] = [];
  collector.on('requests', (requests) => events.push(...requests.map(({ url }) => url)));
  collector.on('library', ({ name }) => events.push(name));
  collector.on('warning', (message) => events.push(message));
  const connections = new AppConnections(project, 'all');
  collector.follow(connections, run);
  const process = { pid: 7, ppid: 1, thread: 0, command: 'node app.js', cwd: project, node: 'v20' };
  const connection: AppConnection = { ...process, origin: START, send: () => {} };
  const write = (...lines: LinkLine[]) => {
    appendFileSync(join(run, '7-0-1.lines'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    connections.woken();
  };
  const start = (id: string, url: string) =>
    collector.requestStarted({ id, method: 'GET', url, start: START, headers: [], marked: false });
  const end = (id: string) =>
    collector.requestEnded({ id, duration: 9, status: 200, headers: [], reached: true });
  const file_ = join(project, 'app.js');
  const stackLines: LinkLine[] = [
    { t: 'frames', frames: [[1, 'handler', file_, 2, 1]] },
    { t: 'stack', n: 1, frames: [1] },
  ];
  return { collector, connections, connection, events, write, start, end, stackLines };
}

const aSpan = (id: string): LinkLine => ({
  ...{ t: 'span', id, n: 1, kind: 'sql', library: 'pg', name: 'select 1', at: 1000, duration: 500, stack: 1 },
});
const aClose = (id: string): LinkLine => ({ t: 'close', id, at: 5000, status: 200 });
const aLibrary = (name: string): LinkLine => ({ t: 'library', name, version: '1.0.0' });

test('a request is collected in the other thread, saved, reported, and found', async (t) => {
  const { collector, connections, connection, events, write, start, end, stackLines } = await aClient(t);
  connections.connected(connection);
  // The lines of a request may be read before the proxy's report of it comes.
  write(...stackLines, aSpan(FIRST), aLibrary('pg'));
  await until(() => events.length === 1, 'the library');
  start(FIRST, '/a');
  write(aClose(FIRST));
  end(FIRST);
  await until(() => events.length === 2, 'the request');
  t.same(events, ['pg', '/a']);
  const trace = JSON.parse((await collector.find(FIRST))!);
  t.match(trace, { url: '/a', state: 'done', spans: [{ name: 'select 1', site: 'app.js:2', start: 1 }] });
  const found = { trace: { id: FIRST, spans: [] }, spans: [{ name: 'select 1' }] };
  t.match(await collector.findCalls(FIRST, [{ span: 0, start: 1 }]), found);
  t.match(await collector.findCalls(FIRST, [{ span: 7, start: 1 }]), found, 'a call that came late moved it');
  const gone = { span: 0, start: 2 };
  t.equal(await collector.findCalls(FIRST, [gone]), undefined, 'another call is none');
  t.equal(await collector.findCalls(FIRST, [{ span: 0, start: 1 }, gone]), undefined);
  t.equal(await collector.find(SECOND), undefined);
});

test('requests that run while the temporary folder is full say that calls may be missing', async (t) => {
  const { collector, connections, connection, events, write, start, end, stackLines } = await aClient(t);
  connections.connected(connection);
  write(...stackLines);
  collector.folderFull(true);
  start(FIRST, '/begins-there');
  collector.folderFull(false);
  start(SECOND, '/ends-there');
  end(FIRST);
  collector.folderFull(true);
  end(SECOND);
  collector.folderFull(false);
  start(THIRD, '/later');
  end(THIRD);
  write(...[FIRST, SECOND, THIRD].map(aClose));
  await until(() => events.length === 3, 'the requests');
  const full = ['the disk of the temporary folder was full; calls may be missing'];
  const notesOf = async (id: string) => JSON.parse((await collector.find(id))!).notes;
  t.same(await Promise.all([FIRST, SECOND, THIRD].map(notesOf)), [full, full, undefined]);
});

test('what is written before the end is read, of processes that have left as well', async (t) => {
  const { collector, connections, connection, events, write, start, end, stackLines } = await aClient(t);
  connections.connected(connection);
  start(FIRST, '/a');
  write(...stackLines, aSpan(FIRST));
  connections.disconnected(connection);
  end(FIRST);
  await collector.waitUntilQuiet(1000);
  await collector.finish();
  t.same(events, ['/a']);
});

test('a collector that fails costs the calls it had read, says so, and the next one goes on', async (t) => {
  const at = await aClient(t, CRASHING);
  const { collector, connections, connection, events, write, start, end, stackLines } = at;
  connections.connected(connection);
  start(FIRST, '/first');
  write(...stackLines, aSpan(FIRST), aLibrary('pg'));
  await until(() => events.length === 1, 'the lines to be read');
  start(THIRD, '/once');
  await until(() => events.length === 2, 'the failure');
  t.equal(
    events[1],
    'the collector has failed (it ended with code 3) and is started again; calls may be missing',
  );
  end(FIRST);
  start(SECOND, '/second');
  write(aSpan(SECOND), aClose(FIRST), aClose(SECOND));
  end(SECOND);
  await until(() => events.includes('/second'), 'the second request');
  t.ok(events.includes('/first'));
  const first = JSON.parse((await collector.find(FIRST))!);
  t.same(first.notes, ['the collector failed during this request; calls may be missing']);
  const second = JSON.parse((await collector.find(SECOND))!);
  t.equal(second.spans[0].site, 'app.js:2', 'a stack that the failed collector had been sent');
  t.equal(second.notes, undefined);
});

test('what fails each collector is left out by the third, which says what it costs', async (t) => {
  const at = await aClient(t, CRASHING);
  const { collector, connections, connection, events, write, start, end } = at;
  connections.connected(connection);
  start(FIRST, '/first');
  start(THIRD, '/always');
  await until(() => events.length >= 4, 'the third collector');
  const failure =
    'the collector has failed (it ended with code 3) and is started again; calls may be missing';
  const lost = '2 requests at which the collector failed were not kept';
  t.same(events, [failure, failure, failure, lost]);
  start(SECOND, '/second');
  write(aClose(SECOND));
  end(SECOND);
  await until(() => events.length === 5, 'the next request');
  t.equal(events[4], '/second');
  await collector.finish();
});

test('a run that ends while the collector is started again is finished by the next one', async (t) => {
  const { collector, connections, connection, events, start, end } = await aClient(t, CRASHING);
  connections.connected(connection);
  start(FIRST, '/first');
  end(FIRST);
  await until(() => events.length === 1, 'the first request');
  // Heard of at once: no thread runs yet that could be told.
  const finished = new Promise<void>((resolve) =>
    collector.once('warning', () => {
      end(THIRD);
      resolve(collector.finish());
    }),
  );
  start(THIRD, '/once');
  await finished;
  t.same(events, [
    '/first',
    'the collector has failed (it ended with code 3) and is started again; calls may be missing',
    '/once',
  ]);
});

test('a collector that never finishes is given up', async (t) => {
  const script = threadWith("if (message.t === 'finish') return;");
  const { collector, events, start } = await aClient(t, script, 1);
  start(FIRST, '/first');
  await collector.finish();
  t.same(events, ['the collector has failed (it does not finish); 1 requests were not kept']);
});

test('a collector that fails as it finishes keeps no process running', async (t) => {
  const folder = t.testdir({
    'thread.mjs': `import { parentPort } from 'node:worker_threads';
parentPort.postMessage({ t: 'ready', place: 'x', kept: 'file', warnings: [] });
parentPort.on('message', ({ t }) => t === 'finish' && process.exit(3));`,
    'run.mjs': `import { CollectorClient } from ${JSON.stringify(CLIENT)};
const { collector } = await CollectorClient.open({ project: '/' }, { file: process.argv[2] });
collector.on('warning', console.log);
await collector.finish();`,
  });
  const args = ['run.mjs', 'thread.mjs'].map((name) => join(folder, name));
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { timeout: 240_000 });
  t.equal(stdout, 'the collector has failed (it ended with code 3); 0 requests were not kept\n');
  t.equal(stderr, '');
});
