import { test } from 'tap';
import { detailLines } from '../../../src/cli/print/spans.js';
import { detailsOf } from '../../../src/screens/call-details.js';
import { lineText } from '../../../src/terminal/cells.js';
import { plainStyle as unpainted } from '../../../src/terminal/style.js';
import { spanText } from '../../../src/tui/panels/span-detail.js';
import { aSpan, aTrace } from '../../factory.js';

test('show and the browser print the same details of a call', (t) => {
  const detail = { params: [7, "o'x\x1b[2J", null], connection: 12, opened: true, keys: [], db: 'shop a' };
  const span = aSpan({ name: 'select 1', detail, stack: [] });
  t.same(detailsOf(span), [
    ['params', '[7, "o\'x\\u001b[2J", null]'],
    ['db', 'shop a'],
  ]);
  t.same(detailLines(span, { width: 80, style: unpainted, now: 0 }), [
    'params  [7, "o\'x\\u001b[2J", null]',
    'db  shop a',
  ]);
  const reading = {
    trace: aTrace({ spans: [span] }),
    source: () => undefined,
    grouped: false,
    sorted: 'start' as const,
    libraries: false,
    columns: 80,
  };
  const rows = spanText(span, reading).map(({ line }) => lineText(line));
  t.same(
    rows.filter((row) => /params|connection|opened|keys|db/.test(row)),
    [' params [7, "o\'x\\u001b[2J", null]', ' db shop a'],
  );
  t.end();
});

test('values that a log message contains are not repeated below it', (t) => {
  const log = (detail: Record<string, unknown>) => aSpan({ kind: 'log', name: 'sold 3 of A-7', detail });
  t.same(detailsOf(log({ args: ['A-7', 3] })), []);
  t.same(detailsOf(log({ args: ['A-8'] })), [['args', '["A-8"]']]);
  t.end();
});

test('what the agent has measured of a wait is told in words', (t) => {
  const pool = { max: 10, open: 2, idle: 0, waiting: 7 };
  t.same(detailsOf(aSpan({ detail: { pool, queue: 0.113 } })), [
    ['pool', '2 of 10 connections open, 0 idle, 7 calls waiting'],
    ['queue', '0.1ms of the wait, behind other calls of its connection'],
  ]);
  t.same(detailsOf(aSpan({ detail: { pool: 'main', queue: 'mails' } })), [
    ['pool', 'main'],
    ['queue', 'mails'],
  ]);
  t.end();
});
