import { appendFileSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import type { ExchangeReportItem } from '../../src/collector/collector-messages.js';
import { ExchangeJournal, readJournal } from '../../src/collector/exchange-journal.js';

const start = (id: string, url = '/') => ({
  start: {
    ...{ id, method: 'GET', url, start: 1, marked: false },
    headers: [['a', 'b']] as [string, string][],
  },
});
const end = (id: string) => ({ end: { id, duration: 2, reached: true, status: 200 } });

test('what was appended is read again, starts and ends', (t) => {
  const folder = t.testdir();
  const pending: ExchangeReportItem[] = [];
  const journal = new ExchangeJournal(folder, () => pending);
  for (const items of [[start('a'), start('b')], [end('a')]]) {
    pending.push(...items);
    journal.append(items);
  }
  journal.close();
  t.same([...readJournal(folder).values()], [{ ...start('a'), ...end('a') }, start('b')]);
  t.equal(statSync(join(folder, 'exchanges.journal')).mode & 0o777, 0o600);
  t.end();
});

test('from 1 MB on it is written anew, without what has been settled', (t) => {
  const folder = t.testdir();
  const journal = new ExchangeJournal(folder, () => [start('last')]);
  const url = `/${'x'.repeat(1000)}`;
  for (let n = 0; n < 2000; n++) journal.append([start(`${n}`, url)]);
  t.ok(statSync(join(folder, 'exchanges.journal')).size < 1024 * 1024 + 2000);
  journal.close();
  t.equal(readJournal(folder).has('0'), false);
  t.equal(readJournal(folder).has('last'), true);
  t.end();
});

test('a folder that is gone costs nothing but the journal; made again, it goes on', (t) => {
  const folder = join(t.testdir(), 'run');
  const journal = new ExchangeJournal(folder, () => [start('a')]);
  journal.append([start('a')]);
  t.equal(readJournal(folder).size, 0);
  mkdirSync(folder);
  journal.reopen();
  t.same([...readJournal(folder).keys()], ['a']);
  renameSync(folder, `${folder}-gone`);
  journal.append([start('b')]);
  rmSync(`${folder}-gone`, { recursive: true });
  journal.close();
  t.end();
});

test('lines that are none are left out: half ones, other types, ends without a start', (t) => {
  const folder = t.testdir();
  const path = join(folder, 'exchanges.journal');
  writeFileSync(path, `${JSON.stringify(start('a'))}\n{"start":{"id":"b"\n[]\nnull\n7\n`);
  for (const wrong of [
    { start: { ...start('c').start, headers: [['a']] } },
    { start: { ...start('c').start, url: 3 } },
    { start: { ...start('c').start, start: null } },
    { end: { ...end('a').end, duration: '2' } },
    { end: { ...end('a').end, headers: { a: 'b' } } },
    { end: { ...end('a').end, status: 1.5 } },
    end('unknown'),
    { start: null, end: null },
  ])
    appendFileSync(path, `${JSON.stringify(wrong)}\n`);
  t.same([...readJournal(folder).values()], [start('a')]);
  t.end();
});
