import { test } from 'tap';
import { listLines, outsideLines } from '../../../src/cli/commands/list.js';
import type { Trace } from '../../../src/domain/trace.js';
import { summaryOf } from '../../../src/store/filter-match.js';
import { colouredStyle, plainStyle } from '../../../src/terminal/style.js';
import { aSpan, aTrace } from '../../factory.js';

const now = Date.parse('2026-11-22T12:00:00Z');
const finding = {
  id: '1',
  kind: 'n+1',
  severity: 'high',
  message: '',
  spans: [],
  ms: 1,
  confidence: 1,
  reasons: [],
} as const;

function aSummary(id: string, ago: number, trace: Partial<Trace>) {
  return summaryOf(aTrace({ id, start: now - ago, ...trace, findings: [...(trace.findings ?? [])] }));
}

const unfinished = (id: string, ago: number, trace: Partial<Trace>) => {
  const { status: _, duration: __, ...rest } = aSummary(id, ago, trace);
  return rest;
};

const requests = [
  unfinished('00000001', 100, { url: '/events', state: 'open' }),
  aSummary('00000002', 3000, {
    url: '/orders?page=2',
    duration: 312.4,
    spans: Array.from({ length: 51 }, () => aSpan({ duration: 1 })),
    findings: [{ ...finding, spans: [], reasons: [] }],
  }),
  aSummary('00000003', 65_000, {
    method: 'POST',
    url: '/商品/\x1b[2J',
    status: 500,
    duration: 1240,
    spans: [aSpan({ error: 'no', duration: 96 })],
  }),
  unfinished('00000004', 7.3e6, { url: '/export', state: 'died' }),
  unfinished('00000005', 7.3e6, { url: '/left', aborted: true }),
];

test('the table of requests', (t) => {
  t.same(
    listLines(requests, (id) => id, { width: Infinity, style: plainStyle, now }),
    [
      'AGE  METHOD  PATH             STATUS   TIME  QUERIES  IN SQL  FOUND  ID      ',
      'now  GET     /events            open                                 00000001',
      ' 3s  GET     /orders?page=2      200  312ms       51   1.0ms  N+1    00000002',
      ' 1m  POST    /商品/\\x1b[2J       500  1.24s        1    96ms         00000003',
      ' 2h  GET     /export            died                                 00000004',
      ' 2h  GET     /left           aborted                                 00000005',
    ],
  );
  t.end();
});

test('colours of status, findings and errors', (t) => {
  const [, , orders, failed, died] = listLines(requests, (id) => id, {
    width: 80,
    style: colouredStyle,
    now,
  });
  t.match(orders, '\x1b[32m200\x1b[0m');
  t.match(orders, '\x1b[33mN+1\x1b[0m');
  t.match(failed, '\x1b[31m500\x1b[0m');
  t.match(failed, '\x1b[31m1\x1b[0m');
  t.match(died, '\x1b[31mdied\x1b[0m');
  t.end();
});

test('calls outside of requests: one line, none without calls', (t) => {
  const format = { width: 80, style: plainStyle, now };
  const spans = [
    ...Array.from({ length: 12 }, () => aSpan({ duration: 2.5 })),
    aSpan({ kind: 'cache', duration: 1 }),
  ];
  const outside = aSummary('00000009', 0, { outside: true, spans });
  t.same(
    outsideLines([outside], (id) => id, format),
    ['outside requests: 12 sql 2.5ms  1 cache 1.0ms   scooby show 00000009'],
  );
  t.same(
    outsideLines([aSummary('1', 0, { outside: true })], (id) => id, format),
    [],
  );
  t.same(
    outsideLines([], (id) => id, format),
    [],
  );
  t.end();
});
