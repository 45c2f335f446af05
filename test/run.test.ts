/** `scooby run` end to end: banner, ports, signals, exit codes, streams. */

import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import https from 'node:https';
import { type AddressInfo, createConnection, createServer } from 'node:net';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { type Test, test } from 'tap';
import { isProcessAlive } from '../src/control/process-alive.js';
import { linkPackages } from './packages.js';
import { cert, key } from './proxy/certificate.js';
import { ask, bothWays, PROGRAM, plainly, project, scooby, until } from './scooby.js';
import { freePort } from './servers/server.js';

const HELLO = `
const http = require('node:http');
http.createServer((req, res) => {
  res.end('hello ' + req.url);
  if (req.url === '/end') res.on('close', () => process.exit());
}).listen(0, '127.0.0.1', function () {
  console.log('own ' + this.address().port);
});
`;

/** Answers a port that is taken until the test ends. */
async function takenPort(t: Test): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  return (server.address() as AddressInfo).port;
}

test('one banner on stderr: the URL, the own port, where the data goes', async (t) => {
  const run = scooby(t, { files: { 'app.cjs': HELLO }, command: ['node', 'app.cjs'] });
  const own = Number((await run.said(/^own (\d+)$/m))[1]);
  t.same([(await run.ask('/a')).status, (await run.ask('/a')).body], [200, 'hello /a']);
  await run.lines(2);
  await run.stop();
  const lines = run.stderr.split('\n');
  const command = `${process.execPath} app.cjs`;
  t.match(lines[0], new RegExp(`^scooby  http://localhost:\\d+  ->  ${command} on :${own}$`));
  t.equal(lines[1], `        data in ${run.folder}/state/scooby.db; look at it with: scooby list`);
  t.match(lines.slice(2), [/^GET \/a 200 [\d.]+m?s$/, /^GET \/a 200 [\d.]+m?s$/, /^$/]);
  t.equal(lines.length, 5);
  t.equal(run.stdout, `own ${own}\n`, 'nothing of ours on stdout');
});

test('of several servers the first is behind the proxy, the others are named', async (t) => {
  const app = `
const http = require('node:http');
const first = http.createServer((req, res) => res.end('first')).listen(0, '127.0.0.1', () => {
  const second = http.createServer((req, res) => res.end('second')).listen(0, '127.0.0.1', () => {
    console.log('ports', first.address().port, second.address().port);
  });
});
`;
  const run = scooby(t, { files: { 'app.cjs': app }, command: ['app.cjs'] });
  const [, first, second] = await run.said(/^ports (\d+) (\d+)$/m);
  t.equal((await run.ask('/')).body, 'first');
  t.match(
    run.stderr,
    `on :${first}\n        also listening, not behind the proxy: :${second} (node app.cjs)\n`,
  );
  t.equal(run.stderr.match(/also listening/g)?.length, 1);
});

test('a request waits for an app that listens late, then is served', async (t) => {
  const app = `
process.stdin.once('end', () => require('node:http').createServer((req, res) => res.end('late')).listen(0)).resume();
console.log('not yet');
`;
  const port = await freePort();
  const run = scooby(t, {
    files: { 'app.cjs': app },
    options: ['--port', String(port)],
    command: ['app.cjs'],
    input: null,
  });
  await run.said(/^not yet$/m);
  const answer = ask(`http://127.0.0.1:${port}/`);
  const early = createConnection(port, '127.0.0.1');
  await once(early, 'connect');
  early.destroy();
  run.child.stdin!.end();
  t.match(await answer, { status: 200, body: 'late' });
});

test('--wait: a plain 503 page where the app never listens', async (t) => {
  const port = await freePort();
  const run = scooby(t, {
    files: { 'app.cjs': `setInterval(() => {}, 1000); console.log('on');` },
    options: ['--port', String(port), '--wait', '50ms'],
    command: ['app.cjs'],
  });
  await run.said(/^on$/m);
  const { status, headers, body } = await ask(`http://127.0.0.1:${port}/early`);
  t.equal(status, 503);
  t.match(headers['content-type'], 'text/plain');
  t.match(body, /not listening yet/);
  t.match(headers['x-scooby'], /^[0-9a-f-]{36}$/);
  t.match((await run.lines(1))[0], /^GET \/early 503 /);
});

test('an app on a unix socket', async (t) => {
  const app = `
require('node:http').createServer((req, res) => res.end('by socket')).listen(__dirname + '/app.sock');
`;
  const run = scooby(t, { files: { 'app.cjs': app }, command: ['app.cjs'] });
  t.equal((await run.ask('/')).body, 'by socket');
  t.match(run.stderr, ` on ${run.folder}/app.sock\n`);
});

test('--upstream says where the app is', async (t) => {
  const app = `
const http = require('node:http');
http.createServer((req, res) => res.end('first')).listen(0, '127.0.0.1', () => {
  http.createServer((req, res) => res.end('wanted')).listen(Number(process.env.WANTED), '127.0.0.1');
});
`;
  const wanted = String(await freePort());
  const run = scooby(t, {
    files: { 'app.cjs': app },
    options: ['--upstream', `http://127.0.0.1:${wanted}`],
    env: { WANTED: wanted },
    command: ['app.cjs'],
  });
  t.equal((await run.ask('/')).body, 'wanted');
  t.equal((await run.trace('/')).status, 200);
});

const OWN_PORT = `
const server = require('node:http').createServer((req, res) => res.end('app on ' + server.address().port));
server.listen(Number(process.env.OWN), () => console.log('listening on ' + server.address().port));
`;

for (const [name, options] of Object.entries({
  'with a number': (port: string) => ['--take-port', port],
  'without a number': () => ['--take-port'],
})) {
  test(`--take-port ${name}: the browser's URL works, the app believes in its own port`, async (t) => {
    const port = String(await freePort());
    const files = { 'app.cjs': OWN_PORT };
    const run = scooby(t, { files, options: options(port), env: { OWN: port }, command: ['app.cjs'] });
    t.equal(await run.url(), `http://localhost:${port}`);
    await run.said(new RegExp(`^listening on ${port}$`, 'm'));
    const { status, body, headers } = await ask(`http://127.0.0.1:${port}/`);
    t.same([status, body], [200, `app on ${port}`]);
    t.match(headers['x-scooby'], /^[0-9a-f-]{36}$/);
    t.match(run.stderr, new RegExp(` on :(?!${port})\\d+ \\(instead of :${port}\\)\\n`));
  });
}

const TWO_SERVERS = `
const http = require('node:http');
http.createServer((req, res) => res.end('beside')).listen(Number(process.env.FIRST), '127.0.0.1', () => {
  http.createServer((req, res) => res.end('app')).listen(Number(process.env.PORT), '127.0.0.1');
});
`;

test("the server at PORT is the app's, another is named with the flag that chooses it", async (t) => {
  const [first, port] = [String(await freePort()), String(await freePort())];
  const env = { FIRST: first, PORT: port };
  const run = scooby(t, { files: { 'app.cjs': TWO_SERVERS }, env, command: ['app.cjs'] });
  t.equal((await run.ask('/')).body, 'app');
  t.match(
    run.stderr,
    `on :${port}\n        also listening, not behind the proxy: :${first} (node app.cjs); to choose it: --upstream ${first}\n`,
  );
});

test('--take-port without a number: each port leads to its own server', async (t) => {
  const ports = [String(await freePort()), String(await freePort())];
  const app = `
const http = require('node:http');
for (const port of [${ports}]) http.createServer((req, res) => res.end('own ' + port)).listen(port, '127.0.0.1');
`;
  const run = scooby(t, { files: { 'app.cjs': app }, options: ['--take-port'], command: ['app.cjs'] });
  t.equal(await run.url(), `http://localhost:${ports[0]}`);
  for (const port of ports) {
    const { body, headers } = await ask(`http://127.0.0.1:${port}/`);
    t.equal(body, `own ${port}`);
    t.match(headers['x-scooby'], /^[0-9a-f-]{36}$/);
  }
  t.match(run.stderr, new RegExp(`behind a proxy of its own: :\\d+ \\(instead of :${ports[1]}\\)`));
});

test("Vite in middleware mode: its server for hot reloading is not the app's", async (t) => {
  const app = `
import http from 'node:http';
import { createServer } from 'vite';
const port = Number(process.env.HOT);
const vite = await createServer({ server: { middlewareMode: true, hmr: { port } }, appType: 'custom' });
const server = http.createServer((req, res) => vite.middlewares(req, res, () => res.end('page')));
server.listen(0, '127.0.0.1');
`;
  const folder = project(t, { 'app.mjs': app });
  linkPackages(folder, 'vite');
  const hot = String(await freePort());
  const run = scooby(t, { folder, env: { HOT: hot }, command: ['app.mjs'] });
  t.equal((await run.ask('/')).body, 'page');
  t.match(run.stderr, / on :\d+\n/);
  t.notMatch(run.stderr, `:${hot}`, 'nor one that could be chosen');
});

test('a server that refuses pages is left for another that answers', async (t) => {
  const app = `
const http = require('node:http');
const refuse = (status) => (req, res) => res.writeHead(status).end();
http.createServer(refuse(400 + 26)).listen(0, '127.0.0.1', () => {
  http.createServer((req, res) => res.end('page')).listen(0, '127.0.0.1');
});
`;
  const run = scooby(t, { files: { 'app.cjs': app }, command: ['app.cjs'] });
  await run.url();
  t.same((({ status, body }) => [status, body])(await run.ask('/')), [200, 'page']);
});

test('--port that is taken: exit 2 before the app starts', async (t) => {
  const port = await takenPort(t);
  const run = scooby(t, {
    files: { 'app.cjs': `require('node:fs').writeFileSync('ran', '')` },
    options: ['--port', String(port)],
    command: ['app.cjs'],
  });
  t.same(await run.ended(), {
    code: 2,
    signal: null,
    stdout: '',
    stderr: `scooby: Port ${port} is already in use on 127.0.0.1. Choose another with --port, or --port 0 for any free one.\n`,
  });
  t.notOk(existsSync(join(run.folder, 'ran')));
});

test('without --port: 4000 or the next free one', async (t) => {
  const ports: number[] = [];
  for (const _ of [1, 2]) {
    const run = scooby(t, { files: { 'app.cjs': HELLO }, command: ['app.cjs'], anywhere: true });
    ports.push(Number(new URL(await run.url()).port));
  }
  t.ok(ports[0]! >= 4000 && ports[0]! < 4019, `${ports[0]}`);
  t.ok(ports[1]! >= 4000 && ports[1]! < 4020, `${ports[1]}`);
  t.not(ports[1], ports[0]);
});

test('--host', async (t) => {
  const options = ['--host', '127.0.0.2'];
  const run = scooby(t, { files: { 'app.cjs': HELLO }, options, command: ['app.cjs'] });
  const url = await run.url();
  t.match(url, /^http:\/\/127\.0\.0\.2:\d+$/);
  t.equal((await ask(`${url}/x`)).body, 'hello /x');
  await t.rejects(ask(url.replace('127.0.0.2', '127.0.0.1')), { code: 'ECONNREFUSED' });
});

test('--quiet: no line for a request', async (t) => {
  const run = scooby(t, { files: { 'app.cjs': HELLO }, options: ['--quiet'], command: ['app.cjs'] });
  await run.ask('/one');
  await run.trace('/one');
  await run.stop();
  t.equal(run.stderr.split('\n').length, 3, run.stderr);
});

test('request lines: method, path, status, time; control characters made visible, secrets not told', async (t) => {
  const app = `
require('node:http').createServer((req, res) => {
  res.statusCode = Number(new URL(req.url, 'http://x').searchParams.get('status') ?? 200);
  res.end();
}).listen(0);
`;
  const run = scooby(t, { files: { 'app.cjs': app }, command: ['app.cjs'] });
  await run.ask('/a?status=404', { method: 'POST' });
  await run.ask('/b?token=hunter2&status=500');
  const [a, b] = await run.lines(2);
  t.match(a, /^POST \/a\?status=404 404 [\d.]+m?s$/);
  t.match(b, /^GET \/b\?token=REDACTED&status=500 500 [\d.]+m?s$/);
});

const CODES: [name: string, command: string[], code: number, stderr: RegExp | ''][] = [
  ['0', ['node', '-e', '0'], 0, ''],
  ['3', ['node', '-e', 'process.exit(3)'], 3, ''],
  ['SIGTERM', ['node', '-e', 'process.kill(process.pid, "SIGTERM"); setInterval(() => {}, 9)'], 143, ''],
  ['SIGINT', ['node', '-e', 'process.kill(process.pid, "SIGINT"); setInterval(() => {}, 9)'], 130, ''],
  ['SIGKILL', ['node', '-e', 'process.kill(process.pid, "SIGKILL")'], 137, ''],
  ['SIGSEGV', ['node', '-e', 'process.kill(process.pid, "SIGSEGV"); setInterval(() => {}, 9)'], 139, ''],
  ['SIGABRT', ['node', '-e', 'process.kill(process.pid, "SIGABRT"); setInterval(() => {}, 9)'], 134, ''],
  ['no such command', ['missing-command'], 127, /^scooby: missing-command: command not found\n$/],
  ['what is no program', ['./'], 126, /^scooby: \.\/: permission denied\n$/],
];
for (const [name, command, code, stderr] of CODES) {
  test(`exit code ${code}: ${name}`, async (t) => {
    const ended = await scooby(t, { files: { 'app.cjs': '' }, command }).ended();
    t.match(ended, { code, signal: null, stdout: '', stderr: stderr === '' ? /^$/ : stderr });
  });
}

const COUNTING = `
const seen = [];
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGQUIT"]) process.on(signal, () => {
  seen.push(signal);
  console.log('got ' + signal);
});
process.stdin.on('data', () => {}).on('end', () => {});
setTimeout(() => {}, 1e9);
process.on('message', () => {});
require('node:http').createServer((req, res) => {
  res.end(seen.join());
  if (req.url === '/end') process.exit(7);
}).listen(0, '127.0.0.1', () => console.log('ready'));
`;

const OWN_ORIGIN = `
const server = require('node:http').createServer((req, res) => {
  const own = 'http://localhost:' + server.address().port;
  if (req.headers.origin !== own) return res.writeHead(403).end('Cross-site POST form submissions are forbidden');
  res.end('taken');
}).listen(Number(process.env.OWN), '127.0.0.1');
`;

test('a form that is refused for its Origin: --take-port is suggested, and helps', async (t) => {
  const port = String(await freePort());
  const options = { files: { 'app.cjs': OWN_ORIGIN }, env: { OWN: port }, command: ['app.cjs'] };
  const run = scooby(t, options);
  const post = async (url: string) => ask(`${url}/form?a=b`, { method: 'POST', headers: { Origin: url } });
  const url = await run.url();
  t.equal((await post(url)).status, 403);
  await run.said(
    /has refused POST \/form \(403 “Cross-site POST form submissions are forbidden”\): it expects the origin of its own URL, not http:\/\/localhost:\d+; run with --take-port/,
  );
  await run.stop();
  const taken = scooby(t, { ...options, options: ['--take-port', port] });
  t.equal((await post(await taken.url())).body, 'taken');
  t.notMatch(taken.stderr, 'has refused');
});

const SECURE = `
const fs = require('node:fs');
const tls = { key: fs.readFileSync('key.pem'), cert: fs.readFileSync('cert.pem') };
const own = { SNICallback: (name, done) => done(null, require('node:tls').createSecureContext(tls)) };
require('node:https').createServer(process.env.OWN ? own : tls, (req, res) => {
  const { host } = req.headers;
  if (req.url === '/from') res.writeHead(302, { Location: 'https://' + host + '/to' }).end();
  else res.end(host + req.url + ' ' + process.env.SCOOBY_RUN);
}).listen(0, '127.0.0.1');
`;

/** Answers what a server says by TLS, and the names of its certificate. */
async function askByTls(url: string, ca?: string): Promise<{ body: string; names: string | undefined }> {
  const options = { agent: false, rejectUnauthorized: ca !== undefined, ...(ca && { ca }) };
  const [response] = (await once(https.get(url, options), 'response')) as [IncomingMessage];
  const names = (response.socket as TLSSocket).getPeerCertificate().subjectaltname;
  let body = '';
  for await (const chunk of response.setEncoding('utf8')) body += chunk;
  return { body, names };
}

test('an HTTPS app that redirects absolutely: its certificate at the proxy, and nowhere on disk', async (t) => {
  const files = { 'app.cjs': SECURE, 'key.pem': key, 'cert.pem': cert };
  const run = scooby(t, { files, command: ['app.cjs'] });
  const { status, headers } = await run.ask('/from');
  const host = new URL(await run.url()).host;
  t.same([status, headers.location], [302, `https://${host}/to`]);
  const { body } = await askByTls(headers.location!, cert);
  const [answer, folder = ''] = body.split(' ');
  t.equal(answer, `${host}/to`);
  t.equal((await run.trace('/to')).status, 200);
  t.match(run.stderr, `\n        the same by TLS: https://${host}\n`);
  const secret = key.split('\n')[1]!;
  const found = [folder, join(run.folder, 'state')].flatMap((each) =>
    readdirSync(each)
      .map((name) => join(each, name))
      .filter((file) => statSync(file).isFile() && readFileSync(file).includes(secret)),
  );
  t.same(found, []);
});

test('an HTTPS app whose certificate is not known: one for localhost is made', async (t) => {
  const files = { 'app.cjs': SECURE, 'key.pem': key, 'cert.pem': cert };
  const run = scooby(t, { files, env: { OWN: '1' }, command: ['app.cjs'] });
  const { body, names } = await askByTls((await run.url()).replace('http:', 'https:'));
  t.match(body, /^localhost:\d+\//);
  t.equal(names, 'DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1');
});

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2', 'SIGQUIT'] as const) {
  test(`${signal} is sent on to the app, once`, async (t) => {
    const run = scooby(t, { files: { 'app.cjs': COUNTING }, command: ['app.cjs'] });
    await run.said(/^ready$/m);
    run.child.kill(signal);
    await run.said(new RegExp(`^got ${signal}$`, 'm'));
    t.equal((await run.ask('/')).body, signal);
    await run.ask('/end').catch(() => {});
    t.equal((await run.ended()).code, 7, "the app's own code after it has caught the signal");
    t.equal(run.stdout, `ready\ngot ${signal}\n`);
  });
}

test('Ctrl-C and Ctrl-\\ in a terminal reach the app once', { skip: !hasTmux() && 'no tmux' }, async (t) => {
  const folder = project(t, { 'app.cjs': COUNTING });
  let name = '';
  const tmux = (...args: string[]) => spawnSync('tmux', ['-L', name, ...args], { encoding: 'utf8' });
  const screen = () => tmux('capture-pane', '-p', '-J').stdout;
  const command = `cd ${folder} && SCOOBY_DB=${folder}/db sh -c 'echo launcher $$; exec ${process.execPath} ${PROGRAM} run -p 0 -- node app.cjs'`;
  for (const input of ['', '< /dev/null']) {
    const own = `scooby-test-${process.pid}-${input.length}`;
    name = own;
    t.teardown(() => spawnSync('tmux', ['-L', own, 'kill-server']));
    t.equal(tmux('new-session', '-d', '-x', '160', '-y', '40', 'sh').status, 0);
    tmux('send-keys', `${command} ${input}; echo code $?`, 'Enter');
    await until(() => /data in /.test(screen()), screen);
    const url = /http:\/\/localhost:\d+/.exec(screen())![0];
    tmux('send-keys', 'C-c');
    await until(() => /got SIGINT/.test(screen()), screen);
    tmux('send-keys', 'C-\\');
    await until(() => /got SIGQUIT/.test(screen()), screen);
    t.equal((await ask(`${url}/`)).body, 'SIGINT,SIGQUIT', input || 'standard input is the terminal');
    // Sent to the launcher alone, a signal is sent on: once each, as the ones before have shown.
    const pid = Number(/launcher (\d+)/.exec(screen())![1]);
    process.kill(pid, 'SIGQUIT');
    await until(() => screen().match(/got SIGQUIT/g)?.length === 2, screen);
    t.equal((await ask(`${url}/`)).body, 'SIGINT,SIGQUIT,SIGQUIT');
    await ask(`${url}/end`).catch(() => {});
    await until(() => /code 7/.test(screen()), screen);
  }
});

function hasTmux(): boolean {
  return spawnSync('tmux', ['-V']).status === 0;
}

test('standard input reaches the app', async (t) => {
  const app = `process.stdin.setEncoding('utf8').on('data', (text) => process.stdout.write(text.toUpperCase()));`;
  const run = scooby(t, { files: { 'app.cjs': app }, command: ['app.cjs'], input: 'abc\ndef' });
  t.same(await run.ended(), { code: 0, signal: null, stdout: 'ABC\nDEF', stderr: '' });
});

test('large output of both streams is the same with and without', async (t) => {
  const app = `
for (let i = 0; i < 20000; i++) process.stdout.write('out ' + i + ' \\u00e9\\x1b[31m\\n');
for (let i = 0; i < 2000; i++) process.stderr.write('err ' + i + '\\n');
`;
  const ways = await bothWays(t, { files: { 'app.cjs': app }, command: ['app.cjs'] });
  t.ok(ways.with.stdout === ways.without.stdout && ways.with.stdout.length > 300_000);
  t.equal(ways.with.stderr, ways.without.stderr);
});

test('NODE_OPTIONS of the user stay, the agent comes after them', async (t) => {
  const files = {
    'first.cjs': `globalThis.first = process.env.NODE_OPTIONS`,
    'app.cjs': `console.log(JSON.stringify([first, process.execArgv]))`,
  };
  const run = scooby(t, {
    files,
    command: ['app.cjs'],
    env: { NODE_OPTIONS: '--require "./first.cjs" --no-warnings' },
  });
  const { stdout } = await run.ended();
  const [options, execArgv] = JSON.parse(stdout);
  t.match(options, /^--require "\.\/first\.cjs" --no-warnings --require \S*\/agent\.cjs$/);
  t.same(execArgv, []);
});

test('NODE_OPTIONS of an --env-file stay, as Node would read them', async (t) => {
  const files = {
    '.env': 'NODE_OPTIONS="--require ./first.cjs --no-warnings"\n',
    'first.cjs': `globalThis.first = 'required'`,
    'app.cjs': `console.log(globalThis.first, process.env.NODE_OPTIONS)`,
  };
  const run = scooby(t, { files, command: ['node', '--env-file=.env', 'app.cjs'] });
  t.match(
    (await run.ended()).stdout,
    /^required --require \.\/first\.cjs --no-warnings --require \S+agent\.cjs$/m,
  );
});

test('an environment without SCOOBY_RUN is recorded: NODE_OPTIONS leads to the run', async (t) => {
  const run = scooby(t, {
    files: { 'app.cjs': HELLO },
    command: ['env', '-u', 'SCOOBY_RUN', process.execPath, 'app.cjs'],
  });
  t.equal((await run.ask('/filtered')).body, 'hello /filtered');
  t.match((await run.trace('/filtered')).app?.command, /node app\.cjs/);
});

test('a --require of the app and that of the agent for a program that keeps one of them', async (t) => {
  // As Next.js reads NODE_OPTIONS: by key, with equal keys joined.
  const next = `#!/usr/bin/env node
const options = {};
const words = process.env.NODE_OPTIONS.split(' ');
for (let i = 0; i < words.length; i += 2) options[words[i]] = words[i] in options ? options[words[i]] + ' ' + words[i + 1] : words[i + 1];
const NODE_OPTIONS = Object.entries(options).map(([key, value]) => key + '=' + (/ /.test(value) ? JSON.stringify(value) : value)).join(' ');
require('node:child_process').spawn(process.execPath, ['app.cjs'], { stdio: 'inherit', env: { ...process.env, NODE_OPTIONS } });
`;
  const files = {
    'next.js': next,
    'mine.cjs': `globalThis.mine = 'mine'`,
    'app.cjs': HELLO.replace("'hello '", "globalThis.mine + ' '"),
  };
  const run = scooby(t, {
    files,
    env: { NODE_OPTIONS: '--require ./mine.cjs' },
    command: ['next.js'],
  });
  t.equal((await run.ask('/')).body, 'mine /');
  t.match((await run.trace('/')).app?.command, /node app\.cjs/);
  await run.ask('/end');
});

test('a program installed under a folder with spaces and quotes', async (t) => {
  const folder = project(t, { 'app.cjs': HELLO });
  const place = join(folder, 'a "b" it');
  mkdirSync(place);
  cpSync(join(PROGRAM, '..', 'scooby.js'), join(place, 'scooby.js'));
  cpSync(join(PROGRAM, '..', 'agent.cjs'), join(place, 'agent.cjs'));
  if (existsSync(join(PROGRAM, '..', 'chunks'))) {
    cpSync(join(PROGRAM, '..', 'chunks'), join(place, 'chunks'), { recursive: true });
  }
  cpSync(join(PROGRAM, '../../package.json'), join(folder, 'package.json'));
  symlinkSync(join(PROGRAM, '../../node_modules'), join(place, 'node_modules'));
  const run = scooby(t, { folder, program: join(place, 'scooby.js'), command: ['app.cjs'] });
  t.equal((await run.ask('/q')).body, 'hello /q');
  t.equal((await run.trace('/q')).app?.command, 'node app.cjs');
});

test('apps of two runs of one database are one tree, whichever calls the other', async (t) => {
  const app = `
const http = require('node:http');
http.createServer(async (req, res) => {
  const to = new URL(req.url, 'http://app').searchParams.get('to');
  if (to) await (await fetch(to)).text();
  res.end();
}).listen(0, '127.0.0.1');
`;
  const files = { 'package.json': '{}', 'back.cjs': app, 'front.cjs': app };
  const back = scooby(t, { files, command: ['back.cjs'] });
  await back.url();
  const front = scooby(t, { folder: back.folder, command: ['front.cjs'] });
  const asked = `/page?to=${await back.url()}/items`;
  await front.ask(asked);
  const page = await front.trace(asked, ({ spans }) => spans.length > 0);
  t.equal((await back.trace('/items')).parent, page.id);
  t.match(front.cli('show', page.id, '--tree').stdout, /GET \/page[\s\S]*GET \/items/);

  // The first to run hears of the second's app a moment after it listens.
  const directly = `http://127.0.0.1:${await front.port()}`;
  for (let n = 0; ; n++) {
    await back.ask(`/turn${n}?to=${directly}/answer${n}`);
    const caller = await back.trace(`/turn${n}?to=${directly}/answer${n}`, ({ spans }) => spans.length > 0);
    const called = await front.trace(`/answer${n}`);
    if (called.parent === caller.id) break;
    if (n === 50) t.fail('the first run does not hear of the second');
  }
});

test('npm run, nested, and a child of a child', async (t) => {
  const files = {
    'package.json': JSON.stringify({ scripts: { dev: 'npm run --silent inner', inner: 'node parent.cjs' } }),
    'parent.cjs': `
const child = require('node:child_process').spawn(process.execPath, ['app.cjs'], { stdio: 'inherit' });
process.on('SIGTERM', () => child.kill());
child.on('exit', (code) => process.exit(code ?? 0));
`,
    'app.cjs': HELLO,
  };
  const run = scooby(t, { files, command: ['npm', 'run', '--silent', 'dev'] });
  t.equal((await run.ask('/deep')).body, 'hello /deep');
  t.equal((await run.trace('/deep')).app?.command, 'node app.cjs');
  // Not by a signal: npm does not hand it on.
  await run.ask('/end');
  t.equal((await run.ended()).code, 0);
  t.match(run.stdout, /^own \d+\n$/, 'npm and its like print nothing of ours');
});

test('what npm leaves running gets the signal as well; what goes on all the same is not waited for', async (t) => {
  const files = {
    // The shell does not hand the signal on.
    'package.json': JSON.stringify({ scripts: { dev: 'node app.cjs; true' } }),
    'app.cjs': `${HELLO}process.on('SIGTERM', () => {
  console.log('told');
  if (!process.env.STAY) process.exit();
});
console.log('pid ' + process.pid + ' ');`,
  };
  const command = ['npm', 'run', '--silent', 'dev'];
  const run = scooby(t, { files, command });
  const pid = Number((await run.said(/^pid (\d+) $/m))[1]);
  t.equal((await run.ask('/a')).body, 'hello /a');
  t.equal((await run.stop()).code, 143);
  await until(() => !isProcessAlive(pid), 'the end of the app');
  t.match(run.stdout, /^told$/m);

  const stubborn = scooby(t, { files, command, env: { STAY: '1' } });
  const stays = Number((await stubborn.said(/^pid (\d+) $/m))[1]);
  await stubborn.url();
  stubborn.child.kill();
  await once(stubborn.child, 'exit');
  t.ok(isProcessAlive(stays));
  process.kill(stays, 'SIGKILL');
  await stubborn.ended();
});

test('an app that is restarted under one run: new process, same proxy', async (t) => {
  const files = {
    'app.cjs': `
const fs = require('node:fs');
require('node:http').createServer((req, res) => {
  res.end(String(process.pid));
  if (req.url === '/restart') res.on('close', () => process.exit());
}).listen(0, '127.0.0.1');
`,
    'watcher.cjs': `
const { spawn } = require('node:child_process');
let child;
const start = () => { child = spawn(process.execPath, ['app.cjs'], { stdio: 'inherit' }); child.on('exit', start); };
process.on('SIGTERM', () => { child.removeListener('exit', start); child.kill(); process.exit(0); });
start();
`,
  };
  const run = scooby(t, { files, command: ['watcher.cjs'] });
  const url = await run.url();
  const pids = new Set<string>();
  for (const _ of [1, 2, 3]) {
    const pid = (await run.ask('/who')).body;
    pids.add(pid);
    await run.ask('/restart');
    // A request that meets a process in its last moment gets a 502, as it should.
    await until(() => !isProcessAlive(Number(pid)), 'the end of the process');
  }
  t.equal(pids.size, 3);
  t.equal(await run.url(), url);
  await run.ask('/last');
  await run.trace('/last');
  const traces = await run.traces();
  t.equal(traces.length, 7, 'no request of the processes that have ended is lost');
  t.equal(new Set(traces.map((trace) => trace.app?.pid)).size, 4);
  t.equal(run.stderr.match(/^scooby {2}/gm)?.length, 1, 'one banner');
});

test('two runs in one folder at once share a database', async (t) => {
  const folder = project(t, { 'app.cjs': HELLO });
  const runs = [1, 2].map(() => scooby(t, { folder, command: ['app.cjs'] }));
  await Promise.all(runs.flatMap((run, n) => [run.ask(`/${n}`), run.ask(`/${n}`), run.ask(`/${n}`)]));
  for (const run of runs) await run.lines(3);
  const [first] = runs;
  await until(() => first!.cli('list', '--json').stdout.trim().split('\n').length === 6, 'six requests');
  const urls = (await first!.traces()).map(({ url }) => url).sort();
  t.same(urls, ['/0', '/0', '/0', '/1', '/1', '/1']);
  t.equal(
    runs.every(({ stderr }) => !/scooby:/.test(stderr)),
    true,
  );
});

test('a command that serves nothing ends with 0 and opens neither socket nor file', async (t) => {
  const app = `
const fs = require('node:fs');
const links = fs.readdirSync('/proc/self/fd').map((fd) => { try { return fs.readlinkSync('/proc/self/fd/' + fd) } catch { return '' } });
console.log(links.filter((link) => /socket|\\.lines|link$/.test(link)).sort().join('\\n'));
console.log(fs.readdirSync(process.env.SCOOBY_RUN ?? '/nowhere').sort().join());
`;
  const run = scooby(t, { files: { 'app.cjs': app }, command: ['app.cjs'] });
  const { code, stdout, stderr } = await run.ended();
  t.same([code, stderr], [0, '']);
  const sockets = stdout.split('\n').filter((line) => line.startsWith('socket'));
  const plain = await plainly(t, {
    files: { 'app.cjs': app.replace("process.env.SCOOBY_RUN ?? '/nowhere'", "'/var/empty-that-is-not'") },
    command: ['app.cjs'],
  }).ended();
  t.same(sockets.length, plain.stdout.split('\n').filter((line) => line.startsWith('socket')).length);
  t.match(
    stdout,
    /\nctrl,link,recorded-run\.json,run\.json,scooby-launcher\.json\n$/,
    'the run folder holds what the launcher put there',
  );
});

test("the run's folder is private, and gone afterwards", async (t) => {
  const app = `
const fs = require('node:fs');
const mode = (path) => (fs.statSync(path).mode & 0o777).toString(8);
console.log(JSON.stringify([process.env.SCOOBY_RUN, mode(process.env.SCOOBY_RUN), mode(process.env.SCOOBY_RUN + '/run.json')]));
`;
  const { stdout } = await scooby(t, { files: { 'app.cjs': app }, command: ['app.cjs'] }).ended();
  const [folder, mode, note] = JSON.parse(stdout);
  t.same([mode, note], ['700', '600']);
  t.notOk(existsSync(folder));
});

test('the endpoint answers what show --json prints', async (t) => {
  const run = scooby(t, { files: { 'app.cjs': HELLO }, command: ['app.cjs'] });
  const { headers } = await run.ask('/shown?a=1');
  await run.trace('/shown?a=1');
  const id = headers['x-scooby'] as string;
  const answer = await run.ask(`/scooby/get-data/${id}/`);
  t.equal(answer.status, 200);
  const shown = run.cli('show', id, '--json');
  t.same([shown.code, shown.stderr], [0, '']);
  t.same(JSON.parse(answer.body), JSON.parse(shown.stdout));
  t.match(JSON.parse(answer.body), { id, method: 'GET', url: '/shown?a=1', status: 200, state: 'done' });
  t.equal((await run.ask('/scooby/get-data/00000000-0000-4000-8000-000000000000/')).status, 404);
  t.equal((await run.traces()).length, 1, 'asking is not recorded');
});

test('files of the store are its owner’s alone', async (t) => {
  const run = scooby(t, { files: { 'app.cjs': HELLO }, command: ['app.cjs'] });
  await run.ask('/');
  await run.trace('/');
  const state = join(run.folder, 'state');
  const modes = readdirSync(state, { recursive: true, encoding: 'utf8' }).map((name) => {
    const about = statSync(join(state, name));
    return `${about.isDirectory() ? 'folder' : 'file'} ${(about.mode & 0o777).toString(8)}`;
  });
  t.equal((statSync(state).mode & 0o777).toString(8), '700');
  t.same([...new Set(modes)].sort(), ['file 600', 'folder 700']);
});
