import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import { type RunRecord, registerRunRecord, runRecords } from '../../src/control/registry.js';

function aPlace(t: Test) {
  const folder = t.testdir({ ctrl: '' });
  const database = join(folder, 'scooby.db');
  const note = (more: Partial<RunRecord> = {}): RunRecord => ({
    id: 'one',
    pid: process.pid,
    socket: join(folder, 'ctrl'),
    token: 'secret',
    command: ['npm', 'start'],
    project: '/srv/shop',
    started: 1,
    ...more,
  });
  return { database, folder: `${database}-runs`, note };
}

test('a run is found while it lasts, by its user alone', (t) => {
  const { database, folder, note } = aPlace(t);
  t.same(runRecords(database), []);
  const posted = registerRunRecord(database, note());
  posted.update({ url: 'http://localhost:4000' });
  t.same(runRecords(database), [note({ url: 'http://localhost:4000' })]);
  t.equal(statSync(folder).mode & 0o777, 0o700);
  t.same(readdirSync(folder), [`${process.pid}.run`]);
  t.equal(statSync(join(folder, `${process.pid}.run`)).mode & 0o777, 0o600);
  posted.remove();
  t.notOk(existsSync(folder));
  posted.update({ url: 'http://localhost:4001' });
  posted.remove();
  t.same(runRecords(database), []);
  t.end();
});

test('several runs are found, newest first', (t) => {
  const { database, folder, note } = aPlace(t);
  registerRunRecord(database, note({ id: 'older', pid: process.ppid, started: 1 }));
  const newer = registerRunRecord(database, note({ id: 'newer', started: 2 }));
  t.same(
    runRecords(database).map(({ id }) => id),
    ['newer', 'older'],
  );
  newer.remove();
  t.same(readdirSync(folder), [`${process.ppid}.run`]);
  t.end();
});

test('the note of a run that was killed is cleaned away', (t) => {
  const { database, folder, note } = aPlace(t);
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  registerRunRecord(database, note({ pid }));
  t.same(runRecords(database), []);
  registerRunRecord(database, note({ socket: '/nowhere/ctrl' }));
  t.same(runRecords(database), []);
  t.same(readdirSync(folder), []);
  t.end();
});

test('what others could have written is not followed', (t) => {
  const { database, folder, note } = aPlace(t);
  registerRunRecord(database, note());
  const path = join(folder, `${process.pid}.run`);
  writeFileSync(join(folder, 'nonsense.run'), '{');
  writeFileSync(join(folder, 'large.run'), 'x'.repeat(2_000_000));
  symlinkSync(path, join(folder, 'link.run'));
  t.equal(runRecords(database).length, 1);
  chmodSync(path, 0o666);
  t.same(runRecords(database), []);
  chmodSync(path, 0o600);
  chmodSync(folder, 0o777);
  t.same(runRecords(database), []);
  t.throws(() => registerRunRecord(database, note()), { message: `${folder} belongs to somebody else` });
  chmodSync(folder, 0o700);
  t.equal(readFileSync(path, 'utf8'), JSON.stringify(note()));
  t.end();
});
