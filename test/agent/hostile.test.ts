/** Apps that replace, freeze or count what the agent uses: their output is the same, and calls are recorded. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { ask, runPlain, runRecorded } from './app.js';

const BEGIN = `
const fs = require('node:fs');
const http = require('node:http');
const seen = [];
// The pool of Node's own threads is there before they are counted.
fs.readFile('/no/such', () => {});
const threads = () => fs.readdirSync('/proc/self/task').length;
const first = threads();
const quiet = (promise) => promise.catch((error) => error.message);
// Node clones its options by JSON once.
quiet(fetch('data:,'));
`;
// A look-up, a file, a child, lines: what each of them saw is the answer.
const END = `
let server;
const work = async () => {
  console.log('line', { a: 1 });
  const missing = await new Promise((resolve) => fs.readFile('/no/such', ({ code }) => resolve(code)));
  const child = require('node:child_process').execFileSync('echo', ['1']).toString();
  const answer = await new Promise((resolve) => {
    http.get('http://localhost:' + server.address().port + '/own', (response) => {
      let text = '';
      response.on('data', (chunk) => (text += chunk)).on('end', () => resolve(text));
    });
  });
  const refused = await quiet(fetch('http://127.0.0.1:1'));
  // The watch of the loop starts a thread of the agent's.
  while (process.env.AWAITS_THREAD && threads() === first) await new Promise((resolve) => setTimeout(resolve, 5));
  return [missing, child, answer, refused, ...seen].join('|');
};
server = http.createServer(async (req, res) => {
  if (req.url === '/own') return res.end('own');
  res.end(await work().catch((error) => error.stack));
  server.close();
  server.closeIdleConnections();
}).listen(0, '127.0.0.1', () => process.stdout.write('{"port":' + server.address().port + '}\\n'));
`;

/** By what the app does before it listens. */
const APPS: Record<string, string> = {
  'pollutes Object.prototype': `
for (const name of ['id', 'duration', 'wait', 'stack', 'site', 'final', 'ended', 'unit', 'status', 'kinds'])
  Object.prototype[name] = 'polluted';`,
  'has a computed formatter of stacks': `
const format = (error, sites) => 'formatted ' + sites.length;
Object.defineProperty(Error, 'prepareStackTrace', {
  get() { seen.push('get'); return format; }, set() { seen.push('set'); }, configurable: true,
});`,
  'has a computed formatter of stacks for good': `
Object.defineProperty(Error, 'prepareStackTrace', { get() { seen.push('get'); }, set() { seen.push('set'); } });`,
  'has no stacks': 'Error.stackTraceLimit = 0;',
  'has endless stacks': 'Error.stackTraceLimit = Infinity;',
  'has frozen Error': 'Object.freeze(Error);',
  'has no captureStackTrace': 'delete Error.captureStackTrace;',
  'writes other JSON': `const { stringify } = JSON; JSON.stringify = (...args) => { seen.push('json'); return 'x' + stringify(...args); };`,
  'reads no JSON': `JSON.parse = () => { seen.push('parsed'); throw new Error('no JSON'); };`,
  'counts sockets, threads and their messages': `
const { subscribe } = require('node:diagnostics_channel');
subscribe('net.client.socket', ({ socket }) => seen.push('socket'));
subscribe('worker_threads', () => seen.push('thread'));
process.on('worker', () => seen.push('worker'));`,
  'has fake timers': `
const { setTimeout: later } = globalThis;
for (const name of ['setInterval', 'setImmediate', 'clearInterval', 'clearImmediate'])
  globalThis[name] = () => { seen.push(name); };`,
  'has replaced clocks': 'Date.now = () => 0; performance.now = () => 0; process.hrtime = () => [0, 0];',
  'has replaced Reflect': 'delete globalThis.Reflect;',
  'writes every object as JSON by its own rule': `
for (const owner of [Object, BigInt]) owner.prototype.toJSON = () => { seen.push('toJSON'); return 'own'; };`,
  'has replaced globals': `
for (const name of ['performance', 'Buffer', 'Map', 'Set', 'WeakMap', 'Date', 'URL', 'RegExp', 'Uint8Array', 'Symbol'])
  globalThis[name] = undefined;
for (const name of ['Error', 'Promise']) globalThis[name] = class extends globalThis[name] {};`,
};

/** Those in which no stack, and so no line, can be had. */
const WITHOUT_STACKS = new Set(['has no captureStackTrace']);

for (const [name, begin] of Object.entries(APPS)) {
  test(`an app that ${name}`, async (t) => {
    const script = join(t.testdir(), 'app.cjs');
    writeFileSync(script, BEGIN + begin + END);
    let body = '';
    const drive = async (url: string) => {
      body = (await ask(url)).body;
    };
    const plain = await runPlain([script], { drive });
    const expected = body;
    t.match(expected, /^ENOENT\|1\n\|own\|/);
    // The bundle is not counted, and Node's own counts fail where the app writes its own JSON.
    const env = { AWAITS_THREAD: '1', NODE_V8_COVERAGE: '' };
    const recorded = await runRecorded([script], { drive, env, bundled: true });
    t.equal(body, expected);
    t.same(
      [recorded.stdout, recorded.stderr, recorded.code, recorded.signal],
      [plain.stdout, plain.stderr, plain.code, plain.signal],
    );
    const trace = recorded.traces.find(({ url }) => url === '/');
    const names = trace?.spans.map(({ name }) => name.replace(/:\d+\//, '/'));
    t.ok(names?.includes('line { a: 1 }') || names?.includes('line {"a":1}'), `${names}`);
    if (!WITHOUT_STACKS.has(name))
      t.ok(
        names?.some((text) => /GET .*own/.test(text)),
        `${names}`,
      );
  });
}
