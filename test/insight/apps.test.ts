/**
 * Findings in real apps on real servers. An app is one file in test/fixtures/insight: `open(server)` returns its shapes,
 * one per URL. A line with an expected finding has a comment `// finding: shape kind`; other findings fail. They are judged
 * by the app's own clock: how long each call took is up to the machine.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import type { Frame } from '../../src/domain/trace.js';
import { ask, ROOT, runRecorded } from '../agent/app.js';
import { type ServerName, serverFor } from '../agent/servers.js';
import { atAppClock } from './app-clock.js';
import { judge } from './story.js';

const FOLDER = join(ROOT, 'test/fixtures/insight');

// Findings on times depend on the machine's load: their limits are never reached.
const never = 1e9;
const slow = { sql: never, cache: never, rpc: never, http: never };
const limits = { slow, poolWait: never, transaction: never, blocked: never, saved: never };

for (const name of readdirSync(FOLDER).filter((file) => file !== 'app.cjs')) {
  test(`an app with ${name.replace('.cjs', '')}`, async (t) => {
    const path = join(FOLDER, name);
    const { server, also } = factsOf(path);
    const servers = { ...(await serverFor(t, server)), ...(also && { also: await serverFor(t, also) }) };
    const env = { FIXTURE: path, SERVER: JSON.stringify(servers) };
    const shapes = shapesOf(path);
    const { traces, stderr, code } = await runRecorded([join(FOLDER, 'app.cjs')], {
      env,
      drive: async (url) => {
        for (const shape of [...shapes, 'end']) await ask(`${url}/${shape}`);
      },
    });
    t.equal(code, 0, stderr);
    for (const shape of shapes) {
      const trace = traces.find(({ url }) => url === `/${shape}`);
      const found =
        trace && judge(atAppClock(trace), { limits, readLine }).map(({ kind, site }) => `${kind} ${site}`);
      t.same(found, expectedFindings(path, shape), shape);
      t.ok(trace!.spans.length > 0, 'something was recorded');
    }
  });
}

function readLine({ file, line: frameLine }: Frame, line = frameLine): string | undefined {
  return readFileSync(join(ROOT, file), 'utf8').split('\n')[line - 1];
}

// A fixture connects its library when it is loaded: its text is read, it is not run.
function factsOf(path: string): { server?: ServerName; also?: ServerName } {
  const text = readFileSync(path, 'utf8');
  const exportOf = (word: string) => new RegExp(`^exports\\.${word} = '(\\w+)';$`, 'm').exec(text)?.[1];
  return {
    server: exportOf('server') as ServerName,
    also: exportOf('also') as ServerName,
  };
}

function shapesOf(path: string): string[] {
  const inside = /const shapes = \{([\s\S]*?)\n {2}\};/.exec(readFileSync(path, 'utf8'))![1]!;
  return [...inside.matchAll(/^ {4}(\w+): /gm)].map(([, shape]) => shape!);
}

function expectedFindings(path: string, shape: string): string[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .flatMap((line, at) => {
      const found = /\/\/ finding: (\w+) (\S+)$/.exec(line);
      if (found?.[1] !== shape) return [];
      return [`${found[2]} ${path.slice(ROOT.length + 1)}:${at + 1}`];
    });
}
