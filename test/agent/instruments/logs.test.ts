/** What every logger tells of a line, recorded once, while the output stays the same to the byte. */

import { join } from 'node:path';
import { type Test, test } from 'tap';
import type { Trace } from '../../../src/domain/trace.js';
import { type Node, nodesInTurn } from '../../nodes.js';
import { ask, ROOT, runPlain, runRecorded } from '../app.js';
import { driversOf } from '../drivers.js';

const SCRIPT = join(ROOT, 'test/fixtures/logs/loggers.cjs');
const LOGGERS = ['pino', 'winston', 'bunyan', 'debug', 'log4js', 'roarr', '@nestjs/common'];
const SECRET = '{"n":2,"password":"REDACTED"}';

/** Level, text and logger of each line, by form; a level that is not the logger's own word has that. */
const EXPECTED: Record<string, string> = {
  console: `
info console log one {"a":1}
info console info
debug console debug
warn console warn
error console too far
info console {"b":[1]}
info console dirxml
info console ┌─────────┬───┐
warn console Assertion failed: no
info console n: 1
info console group
trace console trace
warn console own console`,
  pino: `
info pino plain text
fatal pino child {"job":1,"n":2,"password":"REDACTED"}
warn pino by "console"
error pino streams`,
  winston: `
info winston plain text
warn winston child {"job":1,"n":2}
error winston failed {"password":"REDACTED"}
info(http) winston by console
warn(warning) winston syslog
info winston by an own transport
info console of the transport`,
  bunyan: `
info bunyan plain text
warn bunyan child {"job":1,"n":2,"password":"REDACTED"}
fatal bunyan by console`,
  debug: `
debug debug app:shop plain text 5%
debug debug app:shop { n: 2, password: 'REDACTED' }
debug debug app:shop by console`,
  log4js: `
info log4js plain text ${SECRET}
info(MARK) log4js by console
trace log4js fine`,
  roarr: `
info roarr plain text
error roarr child {"job":1,"n":2,"password":"REDACTED"}
warn roarr by console`,
  nestjs: `
info @nestjs/common [Shop] plain text 5%
debug(verbose) @nestjs/common [Shop] ${SECRET}
error @nestjs/common [Shop] failed
warn @nestjs/common [Users] first
warn @nestjs/common [Users] second
fatal @nestjs/common by console`,
  later: Array.from({ length: 40 }, (_, n) => `\ninfo winston buffered ${n}`).join(''),
};

/** Installed names of the loggers: the newest versions, or the oldest. */
function drivers(which: 'newest' | 'oldest'): Record<string, string> {
  return Object.fromEntries(
    LOGGERS.map((library) => {
      const names = driversOf(library);
      return [`DRIVER_${library}`, names[which === 'newest' ? 0 : names.length - 1]!];
    }),
  );
}

async function compare(t: Test, node: Node, env: NodeJS.ProcessEnv): Promise<void> {
  const launch = {
    node: node.path,
    env: { ...env, DEBUG: 'app:*', DEBUG_HIDE_DATE: '1', ROARR_LOG: 'true', NODE_NO_WARNINGS: '1' },
    drive: async (url: string) => {
      for (const form of Object.keys(EXPECTED)) await ask(`${url}/${form}`);
      await ask(`${url}/end`);
    },
  };
  const plain = await runPlain([SCRIPT], launch);
  const { traces, libraries, ...recorded } = await runRecorded([SCRIPT], launch);
  t.same(
    [recorded.code, withoutDates(recorded.stdout), withoutDates(recorded.stderr)],
    [0, withoutDates(plain.stdout), withoutDates(plain.stderr)],
  );
  t.same(
    libraries.filter(({ trouble }) => trouble),
    [],
  );
  for (const [form, lines] of Object.entries(EXPECTED)) {
    const trace = traces.find(({ url }) => url === `/${form}`);
    t.same(linesOf(trace), lines.trim().split('\n'), form);
  }
}

/** Text without the dates that debug 2 prints. */
function withoutDates(text: string): string {
  return text.replaceAll(/^\w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT/gm, '(date)');
}

function linesOf(trace: Trace | undefined): string[] {
  const logs = trace?.spans.filter(({ kind }) => kind === 'log') ?? [];
  return logs.map(({ detail, library, name, site }) => {
    const label = detail?.label === undefined ? '' : `(${detail.label})`;
    const lost = site?.startsWith('test/fixtures/logs/loggers.cjs:') ? '' : ` at ${site}`;
    return `${detail?.level}${label} ${library} ${name.split('\n')[0]}${lost}`;
  });
}

test('every logger, of CommonJS and of ESM, oldest and newest', async (t) => {
  for (const node of await nodesInTurn(0))
    await t.test(`newest, Node ${node.version}`, (t) => compare(t, node, drivers('newest')));
  const env = { ...drivers('oldest'), IMPORT: '1' };
  for (const node of await nodesInTurn(1)) {
    await t.test(`oldest, imported, Node ${node.version}`, (t) => compare(t, node, env));
  }
});
