import { test } from 'tap';
import { requestLine } from '../../../src/cli/print/request-line.js';
import type { Finding } from '../../../src/domain/trace.js';
import { aSpan, aTrace } from '../../factory.js';

const plain = (_: unknown, text: string) => text;
const finding = (kind: string, severity: Finding['severity']): Finding => ({
  ...{ id: kind, kind, severity, message: kind, spans: [], ms: 1, confidence: 1, reasons: [] },
});

test('line of a finished request', (t) => {
  const spans = [aSpan(), aSpan({ start: 4, duration: 3 }), aSpan({ kind: 'cache', start: 8, duration: 1 })];
  const findings = [
    finding('n+1', 'high'),
    finding('n+1', 'high'),
    finding('slow', 'medium'),
    finding('x', 'low'),
  ];
  t.equal(
    requestLine(aTrace({ spans, findings }), plain),
    'GET /orders 200 13ms 2 sql 5.0ms 1 cache 1.0ms N+1 SLOW',
  );
  t.end();
});

test('the line says what the finding to fix first wins', (t) => {
  const findings = [
    { ...finding('n+1', 'high'), win: 6.2 },
    { ...finding('slow', 'medium'), win: 3 },
  ];
  t.equal(requestLine(aTrace({ findings }), plain), 'GET /orders 200 13ms N+1 wins 6.2ms SLOW');
  t.end();
});

test('the line says that calls are missing from its totals', (t) => {
  const findings = [finding('n+1', 'high')];
  t.equal(
    requestLine(aTrace({ dropped: 1, findings }), plain),
    'GET /orders 200 13ms 1 call not recorded N+1',
  );
  t.equal(requestLine(aTrace({ dropped: 1200 }), plain), 'GET /orders 200 13ms 1,200 calls not recorded');
  t.end();
});

test('line of a request without a response', (t) => {
  const { status: _, duration: __, ...open } = aTrace();
  t.equal(requestLine({ ...open, state: 'died' }, plain), 'GET /orders died');
  t.equal(requestLine(aTrace({ aborted: true }), plain), 'GET /orders 200 aborted 13ms');
  t.equal(requestLine(aTrace({ state: 'died', aborted: true }), plain), 'GET /orders 200 died 13ms');
  t.end();
});

test('control characters of a URL are escaped', (t) => {
  t.equal(requestLine(aTrace({ url: '/a\x1b[2J\nb' }), plain).includes('\x1b'), false);
  t.equal(requestLine(aTrace({ url: '/a\nb' }), plain).includes('\n'), false);
  t.end();
});
