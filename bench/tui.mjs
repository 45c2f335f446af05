/** Speed of the browser on a terminal: prints the gates of gates.md with the measured values. */

import { spawn as child } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { requirePackage } from '../dist/test/packages.js';

const { spawn } = requirePackage('node-pty');
const [entry = 'dist/test/tui/fake-ui.js', ...entryArgs] = process.argv.slice(2);
const END = '\x1b[?2026l';
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

function percentile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

/** CPU of a process in ms. */
function cpu(pid) {
  return Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
}

function rss(pid) {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;
}

class Session {
  constructor(cols, rows, env = {}) {
    this.started = performance.now();
    this.bytes = 0;
    this.writes = 0;
    this.text = '';
    this.waiting = [];
    const clean = {
      ...process.env,
      TERM: 'xterm-256color',
      LANG: 'C.UTF-8',
      TZ: 'UTC',
      FAKE_REQUESTS: '3000',
      ...env,
    };
    for (const name of ['CI', 'NO_COLOR', 'TMUX', 'FORCE_COLOR']) delete clean[name];
    this.pty = spawn(process.execPath, [entry, ...entryArgs], {
      cols,
      rows,
      env: clean,
      name: 'xterm-256color',
    });
    this.frames = 0;
    this.pty.onData((data) => {
      this.bytes += data.length;
      // A read may end within the sequence that ends a frame.
      const end = this.text.slice(1 - END.length) + data;
      this.frames += end.split(END).length - 1;
      this.text = (this.text + data).slice(-200_000);
      for (const waiter of [...this.waiting]) {
        if (!waiter.when()) continue;
        this.waiting.splice(this.waiting.indexOf(waiter), 1);
        waiter.done(performance.now());
      }
    });
  }
  /** Time at which a condition holds, which is asked after each read. */
  until(what, when, limit = 10_000) {
    return new Promise((done, failed) => {
      const timer = setTimeout(
        () => failed(new Error(`waited for ${what}, and had ${JSON.stringify(this.text.slice(-300))}`)),
        limit,
      );
      this.waiting.push({
        when,
        done: (at) => {
          clearTimeout(timer);
          done(at);
        },
      });
    });
  }
  /** Rows come before Ink, which draws the footer and hears keys. */
  async ready() {
    await this.until('the footer', () => stripVTControlCharacters(this.text).includes('? help'), 30_000);
    await sleep(400);
  }
  async key(key) {
    const from = performance.now();
    const { frames } = this;
    const frame = this.until(`a frame after ${JSON.stringify(key)}`, () => this.frames > frames);
    this.pty.write(key);
    return (await frame) - from;
  }
  async close() {
    const gone = new Promise((done) => this.pty.onExit(done));
    this.pty.write('\x03');
    await gone;
  }
}

async function keys(session, list, pause = 30) {
  const times = [];
  let bytes = 0;
  const before = cpu(session.pty.pid);
  for (const key of list) {
    const held = session.bytes;
    times.push(await session.key(key));
    bytes += session.bytes - held;
    await sleep(pause);
  }
  return {
    p50: percentile(times, 0.5),
    p95: percentile(times, 0.95),
    cpu: (cpu(session.pty.pid) - before) / list.length,
    bytes: bytes / list.length,
  };
}

const lines = [];
function gate(number, what, value, accept, unit) {
  const measured = `${value.toFixed(value < 10 ? 1 : 0)} ${unit}`;
  const ok = value <= accept ? 'yes' : 'NO';
  lines.push({ gate: number, what, measured, accept: `${accept} ${unit}`, ok });
  // At once: what comes later may fail, and takes minutes.
  console.log(`${ok.padEnd(4)}${String(number).padEnd(4)}${what}: ${measured}, at most ${accept} ${unit}`);
}

async function start() {
  const boots = [];
  for (let n = 0; n < 5; n++) {
    const from = performance.now();
    const pty = spawn(process.execPath, ['-e', '0'], { cols: 80, rows: 24 });
    await new Promise((done) => pty.onExit(done));
    boots.push(performance.now() - from);
  }
  const boot = percentile(boots, 0.5);
  const skeletons = [];
  const data = [];
  for (let n = 0; n < 5; n++) {
    const session = new Session(120, 40);
    const first = session.until('a first frame', () => session.text.includes('scooby'));
    const rows = session.until(
      'rows',
      () => /\/[a-z]+/.test(session.text.replace(/\/ filter/g, '')) && /GET/.test(session.text),
    );
    skeletons.push((await first) - session.started);
    data.push((await rows) - session.started);
    await sleep(150);
    await session.close();
  }
  gate(1, `first frame (node -e 0: ${boot.toFixed(0)} ms)`, percentile(skeletons, 0.5), 1.8 * boot, 'ms');
  gate(2, 'list with data', percentile(data, 0.5), 300, 'ms');
}

async function moving() {
  const small = new Session(120, 40);
  await small.ready();
  await small.key('z');
  await keys(small, 'jjjjjjjjjj');
  const list = await keys(small, 'jkjkjkjkjkjkjkjkjkjkjkjkjkjkjkjkjkjkjkjk', 60);
  gate(3, 'key to frame 120x40, p50', list.p50, 8, 'ms');
  gate(3, 'key to frame 120x40, p95', list.p95, 16, 'ms');
  gate(5, 'CPU a key, list', list.cpu, 8, 'ms');
  gate(6, 'bytes a move, list', list.bytes, 1536, 'B');
  const paged = await keys(small, [...'                    '], 40);
  gate(7, 'bytes a page 120x40', paged.bytes, 8192, 'B');
  await small.key('z');
  const beside = await keys(small, 'jjjjjjjjjjkkkkkkkkkk', 90);
  gate(3, 'key to frame beside a preview, p95', beside.p95, 16, 'ms');
  gate(5, 'CPU a key with its preview', beside.cpu, 8, 'ms');
  await small.close();
  const big = new Session(200, 60);
  await big.ready();
  await keys(big, 'jjjjjjjjjj');
  const wide = await keys(big, 'jkjkjkjkjkjkjkjkjkjkjkjkjkjkjk', 90);
  gate(4, 'key to frame 200x60 with preview, p95', wide.p95, 25, 'ms');
  const wpaged = await keys(big, [...'          '], 90);
  gate(7, 'bytes a page 200x60', wpaged.bytes, 20_480, 'B');
  const before = big.bytes;
  const used = cpu(big.pty.pid);
  await sleep(2000);
  gate(8, 'idle: bytes a second', (big.bytes - before) / 2, 0, 'B');
  gate(8, 'idle: CPU', (cpu(big.pty.pid) - used) / 20, 0.5, '%');
  const held = Array.from({ length: 60 }, (_, n) => (n % 2 ? 'k' : 'j'));
  for (const key of held) {
    big.pty.write(key);
    await sleep(16);
  }
  const lag = await big.key('j');
  gate(11, 'lag after a key held for 1 s', lag, 50, 'ms');
  await big.close();
}

async function live() {
  // With a database, another process writes the requests, as an app does.
  const database = entryArgs[entryArgs.indexOf('--db') + 1];
  const writing = entryArgs.includes('--db')
    ? child(process.execPath, [join(import.meta.dirname, 'writer.mjs'), database], { stdio: 'inherit' })
    : undefined;
  const session = new Session(120, 40, { FAKE_RATE: '500', FAKE_NOW: '0' });
  await session.ready();
  const frames = session.frames;
  const used = cpu(session.pty.pid);
  await sleep(3000);
  gate(9, 'live: frames a second', (session.frames - frames) / 3, 30, '');
  gate(9, 'live: CPU with the feed', (cpu(session.pty.pid) - used) / 30, 20, '%');
  const echoed = await keys(session, [...'jkjkjkjkjkjkjkjkjkjk'], 50);
  gate(10, 'key echo while live, p95', echoed.p95, 33, 'ms');
  gate(10, 'CPU a key while live', echoed.cpu, 20, 'ms');
  await session.close();
  writing?.kill();
}

/** Simulated remote connection: round trip in ms, and bytes per ms. */
const ROUND_TRIP = 100;
const BYTES_A_MS = 125;

async function far() {
  const session = new Session(120, 40);
  await session.ready();
  let free = 0;
  let arrived = () => {};
  session.pty.onData((data) => {
    free = Math.max(free, performance.now()) + Buffer.byteLength(data) / BYTES_A_MS;
    const whole = data.includes(END);
    setTimeout(() => whole && arrived(), free - performance.now() + ROUND_TRIP / 2);
  });
  const key = async (char) => {
    const from = performance.now();
    const frame = new Promise((done) => (arrived = done));
    setTimeout(() => session.pty.write(char), ROUND_TRIP / 2);
    await frame;
    return performance.now() - from;
  };
  const times = [];
  for (const char of 'jjjjjjkkkkk     ') {
    times.push(await key(char));
    await sleep(150);
  }
  gate(16, 'key to frame over 1 Mbit/s and 100 ms, p95', percentile(times, 0.95), ROUND_TRIP + 150, 'ms');
  // A held key: 30 repeats a second. The measured frame is the last frame, with its preview.
  let last = 0;
  arrived = () => (last = performance.now());
  for (let n = 0; n < 30; n++) {
    setTimeout(() => session.pty.write(n % 2 ? 'k' : 'j'), ROUND_TRIP / 2);
    await sleep(33);
  }
  const released = performance.now();
  await sleep(1000);
  gate(16, 'last frame after a key held for 1 s', last - released, ROUND_TRIP + 150, 'ms');
  await session.close();
}

async function memory() {
  const session = new Session(120, 40);
  await session.ready();
  for (let n = 0; n < 600; n++) {
    session.pty.write(n % 40 === 0 ? ' ' : n % 3 === 0 ? 'k' : 'j');
    await sleep(8);
  }
  const [start] = [rss(session.pty.pid)];
  for (let n = 0; n < 1200; n++) {
    session.pty.write(n % 10 === 0 ? ' ' : n % 3 === 0 ? 'k' : 'j');
    await sleep(8);
  }
  gate(12, `memory after 1,800 keys (after 600: ${start.toFixed(0)})`, rss(session.pty.pid), 140, 'MB');
  await session.close();
}

async function filter() {
  for (const [what, text] of [
    ['common', 'n1'],
    ['rare', 'import/7654'],
  ]) {
    const session = new Session(120, 40);
    await session.ready();
    await session.key('/');
    for (const char of text.slice(0, -1)) {
      await session.key(char);
      await sleep(120);
    }
    await sleep(1500);
    session.text = '';
    const from = performance.now();
    const found = session.until('rows that match', () => /\d\+? of /.test(session.text));
    session.pty.write(text.slice(-1));
    gate(13, `filter, ${what}: first page`, (await found) - from, 150, 'ms');
    const echoed = await keys(session, ['z', 'y', 'x'], 20);
    gate(13, `filter, ${what}: key echo while it looks`, echoed.p95, 50, 'ms');
    await session.close();
  }
}

const selected = process.env.GATES?.split(',') ?? ['start', 'moving', 'filter', 'far', 'live', 'memory'];
for (const [name, measure] of Object.entries({ start, moving, filter, far, live, memory }))
  if (selected.includes(name))
    await measure().catch((error) => {
      lines.push({ what: name, measured: error.message, ok: 'NO' });
      console.log(`NO  ${name}: ${error.message}`);
    });
console.table(lines);
process.exit(lines.every((line) => line.ok === 'yes') ? 0 : 1);
