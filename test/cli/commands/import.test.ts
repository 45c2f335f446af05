import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { exportedTrace } from '../../../src/export/document.js';
import { aSpan, aTrace } from '../../factory.js';
import { PROGRAM } from '../../scooby.js';

const CODE = 'one\ntwo\nawait pool.query(sql);\n';

test('requests of a file are there with their code, and count in no figure', async (t) => {
  const folder = t.testdir({ 'package.json': '{}' });
  const db = join(folder, 'db');
  const scooby = (...args: string[]) =>
    spawnSync(process.execPath, [PROGRAM, ...args, '--db', db], { cwd: folder, encoding: 'utf8' });
  const stack = [{ function: 'list', file: 'src/a.js', line: 3, column: 7, application: true }];
  const trace = aTrace({
    spans: [aSpan({ stack })],
    sources: { 'src/a.js': 'hash' },
    findings: [
      {
        ...{ id: 'f', kind: 'slow', severity: 'high', message: 'It was slow.', spans: [0] },
        ...{ site: 'src/a.js:3', function: 'list', ms: 2, confidence: 1, reasons: [] },
      },
    ],
  });
  const file = join(folder, 'slow.json');
  writeFileSync(file, JSON.stringify(await exportedTrace(trace, async () => CODE)));
  for (const _ of [1, 2]) {
    const { stdout, stderr, status } = scooby('import', 'slow.json');
    t.same(
      [stdout, stderr, status],
      ['1 request imported (scooby). Look at them:  scooby list, scooby ui\n', '', 0],
    );
  }
  const shown = scooby('show', trace.id);
  t.match(shown.stdout, /SLOW {2}list \(src\/a\.js:3\)/);
  t.match(shown.stdout, /3 │ await pool\.query\(sql\);/);
  t.equal(scooby('list', '--json').stdout.trim().split('\n').length, 1, 'imported twice, it is there once');
  t.notMatch(scooby('top', '--json').stdout, /items/);
  const { libraries } = JSON.parse(scooby('show', trace.id, '--json').stdout);
  t.same(libraries.pg, { dialect: 'pg' }, 'its statements are not sent to a database');
});

test('a file that cannot be read is named, with the reason', (t) => {
  const folder = t.testdir({ 'package.json': '{}', 'bad.json': '{"id": 7}' });
  const run = (file: string) =>
    spawnSync(process.execPath, [PROGRAM, 'import', file, '--db', join(folder, 'db')], {
      cwd: folder,
      encoding: 'utf8',
    });
  t.match(run('bad.json'), { status: 1, stderr: /bad\.json cannot be imported: the file\.id is no text\./ });
  t.match(run('none.json'), {
    status: 1,
    stderr: /none\.json cannot be imported: there is no such file or folder\.\n/,
  });
  t.end();
});
