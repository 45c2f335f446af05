/**
 * A SQL driver unknown to scooby: with an instrument and a list entry all commands read its SQL.
 */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import { chooseCall } from '../../src/cli/commands/explain.js';
import type { SourceReader } from '../../src/cli/print/source-reader.js';
import { sqlLines } from '../../src/cli/print/sql-script.js';
import { traceLines } from '../../src/cli/print/trace.js';
import type { Trace } from '../../src/domain/trace.js';
import { explain } from '../../src/explain/explain.js';
import type { QueryChannel } from '../../src/explain/query-channel.js';
import { finishTrace } from '../../src/insight/judge.js';
import { samplesOf } from '../../src/insight/metrics/samples.js';
import { MemoryStore } from '../../src/store/memory.js';
import { plainStyle } from '../../src/terminal/style.js';
import { tabText } from '../../src/tui/panels/as-text.js';
import { ask, ROOT, runRecorded } from './app.js';

const DRIVER = `exports.Client = class Client { query(sql) { return [{}]; } };`;

const instrumentOf = (facts: string) => `
const list = require(${JSON.stringify(join(ROOT, 'dist/src/agent/instruments/index.cjs'))});
const { beginCall, endCall } = require(${JSON.stringify(join(ROOT, 'dist/src/agent/call/call.cjs'))});
const { replaceMethod } = require(${JSON.stringify(join(ROOT, 'dist/src/agent/call/wrap.cjs'))});
const madeUp = {
  library: 'made-up', versions: '*', kind: 'sql', channel: 'scooby:made-up', ${facts}
  describe: ({ args }) => ({ name: args[0] }),
  files: {
    'made-up/index.js': ({ Client }) =>
      replaceMethod(Client.prototype, 'query', (original) => function query() {
        const call = beginCall(madeUp, query, this, arguments);
        const rows = Reflect.apply(original, this, arguments);
        if (call !== undefined) endCall(call, undefined, rows.length);
        return rows;
      }),
  },
};
list.instruments.push(madeUp);
`;

const APP = `
const { Client } = require('made-up');
const client = new Client();
const server = require('node:http').createServer((request, response) => {
  if (request.url === '/end') server.close();
  for (const name of ['a', "b'", 'c#', 'd -- ', 'e\\\\"', 'f']) client.query('SELECT * FROM \`users\` WHERE name = "' + name + '" # who');
  response.end();
});
server.listen(0, () => console.log(JSON.stringify({ port: server.address().port })));
`;

const code: SourceReader = { lines: () => undefined, changeNote: () => undefined };
const screen = { width: 100, style: plainStyle, now: 0 };

/** Trace of a request with six queries through the driver, whose instrument has these facts. */
async function recorded(t: Test, facts: string): Promise<Trace> {
  const folder = mkdtempSync(join(tmpdir(), 'scooby-test-driver-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const made = join(folder, 'node_modules/made-up');
  mkdirSync(made, { recursive: true });
  writeFileSync(join(made, 'package.json'), '{ "name": "made-up", "version": "1.2.3" }');
  writeFileSync(join(made, 'index.js'), DRIVER);
  writeFileSync(join(folder, 'instrument.cjs'), instrumentOf(facts));
  writeFileSync(join(folder, 'app.cjs'), APP);
  const drive = async (url: string) => {
    await ask(`${url}/users`);
    await ask(`${url}/end`);
  };
  const env = { NODE_OPTIONS: `--require ${join(folder, 'instrument.cjs')}` };
  const { traces } = await runRecorded([join(folder, 'app.cjs')], { env, drive });
  const trace = traces.find(({ url }) => url === '/users')!;
  return finishTrace(trace, () => undefined);
}

const SHAPE = 'SELECT * FROM users WHERE name = ?';

test('every command reads SQL in the dialect of the instrument', async (t) => {
  const trace = await recorded(t, "dialect: 'mysql',");
  t.same(trace.libraries, { 'made-up': { version: '1.2.3', dialect: 'mysql' } });
  t.match(trace.findings, [{ kind: 'n+1', suggestion: /`WHERE name IN \(\?\)` with an array/ }]);
  t.match(
    samplesOf(trace).filter(({ of }) => of === 'call'),
    [{ text: SHAPE, times: { length: 6 } }],
  );
  const store = new MemoryStore({ ttl: 1e9, maxSize: 1e7, samplesOf });
  store.saveAll([trace]);
  t.match(await store.aggregates('statement', {}), [{ text: SHAPE, count: 6 }]);
  const kept = (await store.find(trace.id))!;
  t.match(traceLines(kept, { code }, screen).join('\n'), /^ {3}6× sql {2}/m);
  t.match(sqlLines(kept, screen), { 9: 'SELECT * FROM `users` WHERE name = "c#";' });
  const tabOptions = {
    columns: 100,
    colour: false,
    grouped: true,
    libraries: false,
    source: () => undefined,
  };
  t.match(tabText(kept, 'sql', tabOptions)?.[1], /^ {4}6× .* SELECT \* FROM users WHERE name = \? /);
  const { span } = chooseCall(kept, undefined);
  const options = { analyze: false, nulls: false };
  await t.rejects(explain({ trace: kept, span, options }, {} as QueryChannel, []), {
    message: /^Plans cannot be requested through made-up/,
  });
});

test('SQL without a dialect is read by standard rules and has no plan', async (t) => {
  const trace = await recorded(t, '');
  t.same(trace.libraries, { 'made-up': { version: '1.2.3' } });
  const options = { analyze: false, nulls: false };
  await t.rejects(explain({ trace, span: trace.spans[0]!, options }, {} as QueryChannel, []), {
    message: 'It is not known which SQL made-up speaks, so it has no plans.',
  });
});

test('a driver with `explain` can be queried for plans', async (t) => {
  const trace = await recorded(t, "dialect: 'mysql', explain: 'mysql',");
  const options = { analyze: false, nulls: false };
  await t.rejects(explain({ trace, span: trace.spans[0]!, options }, {} as QueryChannel, []), {
    message: /^No process of the app is connected/,
  });
});
