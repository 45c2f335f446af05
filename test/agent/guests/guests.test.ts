/** Instruments of a project's own: files and watched functions, broken ones among them, seen from outside. */

import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Test, test } from 'tap';
import type { GuestConfig } from '../../../src/domain/link.js';
import type { Span, Trace } from '../../../src/domain/trace.js';
import { finishTrace } from '../../../src/insight/judge.js';
import { nodes } from '../../nodes.js';
import { ask, type Launch, runPlain, runRecorded } from '../app.js';

const SERVE = `
exports.serve = (handle) => {
  const server = require('node:http').createServer(async (request, response) => {
    if (request.url === '/end') server.close();
    else try { console.log(JSON.stringify(await handle(request.url) ?? null)); } catch (error) { console.log('caught ' + error.message); }
    response.end();
  });
  server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ port: server.address().port })));
};
`;

const CLIENT = `
exports.Client = class Client {
  async query(index, text) { if (text === 'fail') throw new Error('no ' + index); return { hits: [1, 2, 3] }; }
  ask(text, done) { setTimeout(() => text === 'fail' ? done(new Error('refused')) : done(null, [text]), 1); }
  now(text) { if (text === 'fail') throw new Error('at once'); return text; }
  lazy(text) { return { then: (done) => done([text, text]) }; }
};
`;

/** A project in a folder of its own, whose app is app.cjs. */
function projectOf(t: Test, files: Record<string, string>): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'scooby-test-')));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const all = {
    'package.json': '{}',
    'serve.cjs': SERVE,
    'node_modules/@acme/search/package.json':
      '{ "name": "@acme/search", "version": "1.2.3", "main": "lib/client.js" }',
    'node_modules/@acme/search/lib/client.js': CLIENT,
    ...files,
  };
  for (const [name, text] of Object.entries(all)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

interface Seen {
  traces: Trace[];
  /** Per request, each span as `kind library name (rows) ! error :line`. */
  lines: string[][];
  libraries: { name: string; trouble?: string }[];
}

/** Requests of an app under the agent; its output is the same without. */
async function seenOf(
  t: Test,
  folder: string,
  guests: Omit<GuestConfig, 'from'>,
  {
    app = 'app.cjs',
    urls = ['/'],
    args = [] as string[],
    node,
  }: { app?: string; urls?: string[]; args?: string[]; node?: string } = {},
): Promise<Seen> {
  const drive = async (url: string) => {
    for (const path of [...urls, '/end']) await ask(url + path);
  };
  const launch: Launch = { cwd: folder, drive, ...(node !== undefined && { node }) };
  const command = [...args, join(folder, app)];
  const plain = await runPlain(command, launch);
  const from = join(folder, 'scooby.config.json');
  const { traces, libraries, ...recorded } = await runRecorded(command, {
    ...launch,
    guests: [{ from, ...guests }],
  });
  t.same([recorded.stdout, recorded.stderr, recorded.code], [plain.stdout, plain.stderr, plain.code]);
  const lines = traces
    .filter(({ url }) => url !== '/end')
    .map(({ spans }) =>
      spans.filter(({ library }) => library !== 'console').map((span) => lineOf(span, folder)),
    );
  return { traces, lines, libraries };
}

function lineOf({ kind, library, name, rows, error, stack }: Span, folder: string): string {
  const { file = '', line } =
    stack.find(({ file }) => file.startsWith(folder) && !file.includes('node_modules')) ?? {};
  return [
    `${kind} ${library} ${name}`,
    ...(rows === undefined ? [] : [`(${rows})`]),
    ...(error === undefined ? [] : [`! ${error}`]),
    `${file.slice(folder.length + 1)}:${line}`,
  ].join(' ');
}

const INSTRUMENT = `
module.exports = ({ record, replace, call, values }) => {
  const search = {
    apiVersion: 1,
    library: '@acme/search',
    versions: '>=1 <2',
    kind: { kind: 'search', title: 'Search', noun: 'search', nouns: 'searches', loop: true },
    describe: ({ args }) => ({
      name: values.text(args[0]) + ' ' + values.text(args[1]),
      detail: { text: args[1], password: 'hidden' },
      shape: 'search ' + values.text(args[0]),
    }),
    files: {
      '@acme/search/lib/client.js': ({ Client }) => {
        record(search, Client.prototype, 'query', { rows: ({ hits }) => hits.length, facts: ({ hits }) => ({ first: hits[0] }) });
        record(search, Client.prototype, 'ask', { callback: true });
        record(search, Client.prototype, 'lazy');
        replace(Client.prototype, 'now', (original) => function () { return call(search, original, this, arguments); });
      },
    },
  };
  return [null, search];
};
`;

const APP = `
const { Client } = require('@acme/search');
const client = new Client();
const later = (run) => new Promise((resolve, reject) => run((error, value) => error ? reject(error) : resolve(value)));
const ways = {
  '/promise': async () => (await client.query('books', 'a')).hits,
  '/rejected': () => client.query('books', 'fail'),
  '/callback': () => later((done) => client.ask('b', done)),
  '/refused': () => later((done) => client.ask('fail', done)),
  '/sync': () => client.now('c'),
  '/thrown': () => client.now('fail'),
  '/lazy': async () => await client.lazy('d'),
  '/loop': async () => { for (let i = 0; i < 6; i++) await client.query('books', 'word' + String.fromCharCode(97 + i)); },
};
require('./serve.cjs').serve((url) => ways[url]());
`;

test('a file of the project records every form of calling, and the app sees the same', async (t) => {
  const folder = projectOf(t, { 'app.cjs': APP, 'scooby/search.cjs': INSTRUMENT });
  const urls = ['/promise', '/rejected', '/callback', '/refused', '/sync', '/thrown', '/lazy', '/loop'];
  const { traces, lines, libraries } = await seenOf(
    t,
    folder,
    { instruments: ['./scooby/search.cjs'] },
    { urls },
  );
  t.same(lines.slice(0, 7), [
    ['search @acme/search books a (3) app.cjs:6'],
    ['search @acme/search books fail ! no books app.cjs:7'],
    ['search @acme/search b undefined (1) app.cjs:8'],
    ['search @acme/search fail undefined ! refused app.cjs:9'],
    ['search @acme/search c undefined app.cjs:10'],
    ['search @acme/search fail undefined ! at once app.cjs:11'],
    ['search @acme/search d undefined (2) app.cjs:12'],
  ]);
  t.same(traces[0]!.spans[0]!.detail, { text: 'a', password: 'REDACTED', shape: 'search books', first: 1 });
  t.same(
    libraries.filter(({ name }) => name === '@acme/search'),
    [
      {
        ...{ t: 'library', name: '@acme/search', version: '1.2.3' },
        kinds: [{ kind: 'search', title: 'Search', noun: 'search', nouns: 'searches', loop: true }],
      },
    ],
  );
  const { findings } = finishTrace(traces[7]!, () => undefined);
  t.same(
    findings.map(({ kind, spans, message }) => [kind, spans.length, message.replace(/[\d.]+m?s$/, 'N')]),
    [['n+1-call', 6, `${folder}/app.cjs:13 called \`books worda\` 6 times, one after the other: N`]],
  );
});

test('what is broken is told, and touches neither the app nor the other instruments', async (t) => {
  const folder = projectOf(t, {
    'app.cjs': `
const { Client } = require('@acme/search');
const client = new Client();
require('./serve.cjs').serve(async () => [client.now('x'), await client.query('a', 'b')]);
`,
    'scooby/throws.cjs': `throw new Error('half written');`,
    'scooby/next.cjs': `module.exports = { apiVersion: 2 };`,
    'scooby/old.cjs': `module.exports = { library: 'x' };`,
    'scooby/nameless.cjs': `module.exports = { apiVersion: 1, library: 'a "b"', kind: 'x' };`,
    'scooby/kindless.cjs': `module.exports = { apiVersion: 1, library: 'x', kind: 'log' };`,
    'scooby/empty.cjs': `module.exports = { apiVersion: 1, library: 'x', kind: 'x' };`,
    'scooby/none.cjs': `module.exports = process.env.NOT_SET && {};`,
    'scooby/ts/package.json': '{ "type": "module" }',
    'scooby/ts/search.js': `export default {};`,
    'scooby/patch.cjs': `
module.exports = ({ record, replace }) => {
  const broken = {
    apiVersion: 1, library: 'broken', kind: 'search',
    describe() { throw new Error('undescribed'); },
    files: { '@acme/search/lib/client.js': ({ Client }) => {
      replace(Client.prototype, 'now', () => function () { throw new Error('before'); });
      record(broken, Client.prototype, 'query');
      record(broken, Client.prototype, 'missing');
    } },
  };
  return broken;
};`,
    'scooby/good.cjs': INSTRUMENT,
  });
  const names = 'throws next old nameless kindless empty none ts/search patch good missing'.split(' ');
  const instruments = names.map((name) => `./scooby/${name}.${name === 'ts/search' ? 'js' : 'cjs'}`);
  const urls = Array.from({ length: 25 }, (_, n) => `/${n}`);
  const { lines, libraries } = await seenOf(t, folder, { instruments }, { urls });
  t.same(
    libraries.filter(({ trouble }) => trouble).map(({ name, trouble }) => `${name}: ${trouble}`),
    [
      './scooby/throws.cjs: half written',
      './scooby/next.cjs: is written for version 2 of the interface, and this scooby has version 1',
      './scooby/old.cjs: does not say for which version of the interface it is written: apiVersion: 1',
      './scooby/nameless.cjs: has no library: the name of the package whose calls it records',
      './scooby/kindless.cjs: has the kind log, which stands for something else than calls',
      './scooby/empty.cjs: names neither files nor channels: there is nothing that it could record',
      './scooby/ts/search.js: is an ES module or TypeScript: an instrument is loaded before the app, by require(), so it has to be a CommonJS file (.cjs)',
      `./scooby/missing.cjs: cannot be found from ${folder}`,
      '@acme/search: missing not found',
      'patch.cjs: is off: its wrapper of now failed 20 times (before)',
      'broken: is off: recording its calls failed 20 times (undescribed)',
    ],
  );
  const recorded = lines.flat();
  t.same(
    [...new Set(recorded)],
    ['search @acme/search x undefined app.cjs:4', 'search @acme/search a b (3) app.cjs:4'],
  );
  t.equal(recorded.length, 50);
});

const WATCHED_APP = `
const { Client } = require('@acme/search');
const prices = require('./src/prices.js');
const total = require('./src/total.js');
const compiled = require('./src/compiled.js');
const client = new Client();
require('./serve.cjs').serve(async () => [
  await new Promise((resolve) => client.ask('hello', (error, value) => resolve(value))),
  await prices.price({ id: 7, n: 2 }),
  total(1, 2),
  compiled.tax(3),
  prices.price.name, prices.price.length, Object.keys(compiled),
]);
`;
const WATCHED_FILES = {
  'app.cjs': WATCHED_APP,
  'src/prices.js': `exports.price = async function price(item) { return item.n * 2; };`,
  'src/total.js': `module.exports = function total(a, b) { return a + b; };`,
  // As esbuild and tsx have it.
  'src/compiled.js': `
const held = {}; Object.defineProperty(held, 'tax', { get: () => tax, enumerable: true });
module.exports = held; function tax(n) { return n + 1; }`,
};

test('single functions are watched by module and path', async (t) => {
  const folder = projectOf(t, WATCHED_FILES);
  const { lines, libraries, traces } = await seenOf(t, folder, {
    kinds: [{ kind: 'pricing', title: 'Prices', wraps: true }],
    watch: [
      {
        module: '@acme/search',
        export: 'Client.prototype.ask',
        kind: 'search',
        name: 'arg0',
        callback: true,
      },
      { module: 'src/prices.js', export: 'price', kind: 'pricing', name: 'price of {arg0.id}' },
      { module: './src/total.js', export: 'default' },
      { module: './src/compiled.js', export: 'tax' },
      { module: './src/compiled.js', export: 'nothing.here' },
      { module: 'not-installed', export: 'go' },
    ],
  });
  t.same(lines, [
    [
      'search @acme/search hello (1) app.cjs:8',
      'pricing src/prices.js price of 7 app.cjs:9',
      'span src/total.js default app.cjs:10',
      'span src/compiled.js tax app.cjs:11',
    ],
  ]);
  t.same(traces[0]!.spans[1]!.detail, { shape: 'price', arguments: [{ id: 7, n: 2 }] });
  t.same(
    libraries.filter(({ trouble }) => trouble).map(({ name, trouble }) => `${name}: ${trouble}`),
    [`not-installed: go: cannot be found from ${folder}`, 'src/compiled.js: nothing.here not found'],
  );
  t.same(traces[0]!.libraries?.['src/prices.js'], {
    kinds: [{ kind: 'pricing', title: 'Prices', wraps: true }],
  });
});

test('promises that begin when they are awaited, that are shared, and old constructors stay what they are', async (t) => {
  const folder = projectOf(t, {
    'db.cjs': `
class Lazy extends Promise {
  static get [Symbol.species]() { return Promise; }
  then(...handlers) { return Promise.resolve('begun').then(...handlers); }
}
class Named extends Promise {
  constructor(run, { id }) { super(run); this.id = id; }
}
const cache = {};
exports.lazy = () => new Lazy((resolve) => resolve('nothing'));
exports.named = (id) => new Named(() => {}, { id });
exports.load = (id) => cache[id] ??= new Promise((resolve) => setImmediate(resolve, 'row ' + id));
exports.Counter = function Counter(n) { this.n = n; };
exports.Counter.prototype.next = function next() { return ++this.n; };
`,
    'app.cjs': `
const { lazy, named, load, Counter } = require('./db.cjs');
require('./serve.cjs').serve(async () => {
  const [one, again, counter] = [load('a'), load('a'), new Counter(1)];
  class Own extends Counter {}
  return [await lazy(), named('x').id, one === again, await one, counter.next(), counter instanceof Counter, new Own(5).next()];
});`,
  });
  const watch = ['lazy', 'named', 'load', 'Counter'].map((name) => ({ module: './db.cjs', export: name }));
  const { lines } = await seenOf(t, folder, { watch });
  t.same(lines, [
    [
      'span db.cjs load app.cjs:4',
      'span db.cjs load app.cjs:4',
      'span db.cjs lazy app.cjs:6',
      'span db.cjs named app.cjs:6',
    ],
  ]);
});

test('functions of ES modules and of TypeScript are watched', async (t) => {
  const folder = projectOf(t, {
    'app.mjs': `
import { tax, Tax, constant } from './src/tax.mjs';
import { again } from './src/again.mjs';
import serve from './serve.cjs';
serve.serve(async () => [
  tax(1),
  await new Tax().go(4),
  constant(), again(2)]);
`,
    'src/tax.mjs': `
export function tax(n) { return n + 1; }
export class Tax { go(n) { return Promise.resolve([n, n]); } }
export const constant = () => 1;`,
    'src/again.mjs': `export { tax as again } from './tax.mjs';`,
    'src/price.cts': `exports.price = (n: number): number => n * 2;`,
    'app.cts': `
const { price } = require('./src/price.cts');
require('./serve.cjs').serve(() => price(3));
`,
  });
  const watch = [
    { module: './src/tax.mjs', export: 'tax' },
    { module: './src/tax.mjs', export: 'Tax.prototype.go' },
    { module: './src/tax.mjs', export: 'constant' },
    { module: './src/again.mjs', export: 'again' },
  ];
  for (const { path, version } of await nodes()) {
    const { lines, libraries } = await seenOf(t, folder, { watch }, { app: 'app.mjs', node: path });
    t.same(
      lines,
      [
        [
          'span src/tax.mjs tax app.mjs:6',
          'span src/tax.mjs Tax.go (2) app.mjs:7',
          'span src/tax.mjs tax app.mjs:8',
        ],
      ],
      version,
    );
    t.same(
      libraries
        .filter(({ trouble }) => trouble)
        .map(({ name, trouble }) => `${name}: ${trouble}`)
        .sort(),
      ['again', 'constant'].map(
        (name) =>
          `src/${name === 'again' ? name : 'tax'}.mjs: ${name} is a constant of an ES module, or of another one: it cannot be replaced`,
      ),
      version,
    );
    // From then on Node runs TypeScript by itself.
    if (Number(version.split('.')[0]) < 24) continue;
    const typed = { watch: [{ module: './src/price.cts', export: 'price' }] };
    const seen = await seenOf(t, folder, typed, { app: 'app.cts', node: path });
    t.same(seen.lines, [['span src/price.cts price app.cts:3']], version);
  }
});

test('channels have kinds, names in Server-Timing and shapes, too', async (t) => {
  const folder = projectOf(t, {
    'app.cjs': `
const { tracingChannel } = require('node:diagnostics_channel');
const geo = tracingChannel('scooby:span');
require('./serve.cjs').serve(async () => {
  for (const name of 'abcdef') await geo.tracePromise(async () => name, { name: 'geo ' + name, kind: 'geo', shape: 'geo' });
});
`,
  });
  const kinds = [{ kind: 'geo', title: 'Geo', noun: 'look-up', loop: true, timing: 'places' }];
  const { traces, lines } = await seenOf(t, folder, { kinds });
  t.equal(lines[0]!.length, 6);
  t.same(traces[0]!.libraries?.['scooby.span'], { kinds });
  const { findings } = finishTrace(traces[0]!, () => undefined);
  t.same(
    findings.map(({ kind, spans }) => [kind, spans.length]),
    [['n+1-call', 6]],
  );
});
