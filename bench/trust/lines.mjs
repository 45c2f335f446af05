/** Lines of the link, cut and mangled, through a process's file and the collector. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DIST } from './scooby-run.mjs';

const { Spool } = await import(join(DIST, 'src/collector/spool.js'));
const { Collector } = await import(join(DIST, 'src/collector/collector.js'));
const { finishTrace } = await import(join(DIST, 'src/insight/judge.js'));

const BATCH = 20_000;
const id = (n) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const STRANGE = [
  '\0',
  '\u2028',
  '\ud800',
  '"',
  '\\',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  'null',
  '1e999',
  '__proto__',
  '\r',
];

function lineOf(n, { below, one }) {
  const request = id(below(50));
  return JSON.stringify(
    one([
      { t: 'open', id: id(n), at: n, method: 'GET', url: `/${n}` },
      { t: 'frames', frames: [[below(90), 'fn', one(['/app/a.js', 'node:fs', '\0']), below(99), below(99)]] },
      { t: 'stack', n: below(90), frames: [below(90), below(90)] },
      {
        t: 'span',
        id: request,
        n,
        kind: one(['sql', 'log']),
        library: 'pg',
        name: 'select 1',
        at: n,
        duration: 5,
        stack: below(90),
      },
      {
        t: 'map',
        file: '/app/a.js',
        map: one(['', '{', '{"version":3,"sources":[null],"mappings":";;;"}', '[]']),
      },
      { t: 'close', id: request, at: n, status: 200 },
      { t: 'dropped', id: request, spans: 1 },
      { t: 'cause', key: `k${below(9)}`, id: request },
      { t: 'library', name: 'pg', version: '8' },
      { t: one(['thread', 'withdrawn', 'answer', 'unknown']), n, thread: 1, id: request },
    ]),
  );
}

function mangled(line, { below, one, next }) {
  if (next() < 0.3) return line;
  const at = below(line.length);
  const part = one([
    () => line.slice(0, at),
    () => line.slice(at),
    () => line.slice(0, at) + one(STRANGE) + line.slice(at + below(4)),
    () => line + line.slice(at),
    () =>
      line.replace(/\d+/g, (digits) => (next() < 0.3 ? one(['-1', '1e400', '{}', '"x"', 'null']) : digits)),
    () => '['.repeat(below(5000)),
  ]);
  return part();
}

export async function lines({ count, random }) {
  const folder = mkdtempSync(join(tmpdir(), 'scooby-trust-'));
  const failures = [];
  let [lost, passed, traces] = [0, 0, 0];
  for (let done = 0; done < count; done += BATCH) {
    const collector = new Collector({
      project: folder,
      agent: '/agent.cjs',
      saveSource: () => 'hash',
      finish: (trace, readLine) => finishTrace(trace, readLine),
    });
    collector.on('trace', () => traces++);
    const process = { pid: 1, ppid: 0, thread: 0, command: 'node', cwd: '/', node: 'v20', origin: 0 };
    collector.connected(process);
    for (let n = 0; n < 50; n++)
      collector.requestStarted({ id: id(n), method: 'GET', url: '/', start: 1, headers: [], marked: false });
    // The last line is whole: it has to arrive, whatever was before.
    const last = { t: 'span', id: id(0), n: 1e9, kind: 'sql', library: 'pg', name: 'last', at: 1 };
    const all = Array.from({ length: Math.min(BATCH, count - done) }, (_, n) =>
      mangled(lineOf(n + 100, random), random),
    );
    writeFileSync(`${folder}/1-0-1.lines`, `${all.join('\n')}\n${JSON.stringify(last)}\n`);
    let hasLast = false;
    const sink = {
      line: (line) => {
        passed++;
        hasLast ||= line.name === 'last';
        collector.lineReceived(process, line);
      },
      lost: (text) => {
        lost++;
        collector.lineLost(process, text);
      },
    };
    const spool = new Spool(folder, '1-0', sink);
    try {
      spool.finish();
      collector.finishAll();
      if (!hasLast) failures.push(`the line behind lines ${done} to ${done + BATCH} did not arrive`);
    } catch (error) {
      failures.push(`lines ${done} to ${done + BATCH}: ${error.stack}`);
    }
  }
  rmSync(folder, { recursive: true });
  return { found: `${passed} read, ${lost} counted as lost, ${traces} traces, no exception`, failures };
}
