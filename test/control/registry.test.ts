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

function temporaryDatabase(t: Test) {
  const folder = t.testdir({ ctrl: '' });
  const database = join(folder, 'scooby.db');
  const runRecord = (more: Partial<RunRecord> = {}): RunRecord => ({
    id: 'one',
    pid: process.pid,
    socket: join(folder, 'ctrl'),
    token: 'secret',
    command: ['npm', 'start'],
    project: '/srv/shop',
    started: 1,
    ...more,
  });
  return { database, folder: `${database}-runs`, runRecord };
}

test('a run is found until it ends, by its own user only', (t) => {
  const { database, folder, runRecord } = temporaryDatabase(t);
  t.same(runRecords(database), []);
  const registration = registerRunRecord(database, runRecord());
  registration.update({ url: 'http://localhost:4000' });
  t.same(runRecords(database), [runRecord({ url: 'http://localhost:4000' })]);
  t.equal(statSync(folder).mode & 0o777, 0o700);
  t.same(readdirSync(folder), [`${process.pid}.run`]);
  t.equal(statSync(join(folder, `${process.pid}.run`)).mode & 0o777, 0o600);
  registration.remove();
  t.notOk(existsSync(folder));
  registration.update({ url: 'http://localhost:4001' });
  registration.remove();
  t.same(runRecords(database), []);
  t.end();
});

test('several runs are found, newest first', (t) => {
  const { database, folder, runRecord } = temporaryDatabase(t);
  registerRunRecord(database, runRecord({ id: 'older', pid: process.ppid, started: 1 }));
  const newer = registerRunRecord(database, runRecord({ id: 'newer', started: 2 }));
  t.same(
    runRecords(database).map(({ id }) => id),
    ['newer', 'older'],
  );
  newer.remove();
  t.same(readdirSync(folder), [`${process.ppid}.run`]);
  t.end();
});

test('the record of a killed run is deleted', (t) => {
  const { database, folder, runRecord } = temporaryDatabase(t);
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  registerRunRecord(database, runRecord({ pid }));
  t.same(runRecords(database), []);
  registerRunRecord(database, runRecord({ socket: '/nowhere/ctrl' }));
  t.same(runRecords(database), []);
  t.same(readdirSync(folder), []);
  t.end();
});

test('records that other users could have written are ignored', (t) => {
  const { database, folder, runRecord } = temporaryDatabase(t);
  registerRunRecord(database, runRecord());
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
  t.throws(() => registerRunRecord(database, runRecord()), { message: `${folder} belongs to another user` });
  chmodSync(folder, 0o700);
  t.equal(readFileSync(path, 'utf8'), JSON.stringify(runRecord()));
  t.end();
});
