import { test } from 'tap';
import type { RequestError, Trace } from '../../../src/domain/trace.js';
import { finishTrace } from '../../../src/insight/judge.js';
import { aFrame, aSpan, aTrace } from '../../factory.js';

const error: RequestError = {
  ...{ name: 'TypeError', message: 'no name', at: 1, by: 'express' },
  ...{ stack: [aFrame({ function: 'show', file: 'src/orders.js', line: 3 })], site: 'src/orders.js:3' },
};

function findings(trace: Partial<Trace>, part: Partial<RequestError> = {}) {
  const recorded = aTrace({ errors: [{ ...error, ...part }], ...trace });
  return finishTrace(recorded, () => undefined).findings.map(({ kind, severity, message, site, spans }) => ({
    ...{ kind, severity, message, site, spans },
  }));
}

test('an error that was answered with a 5xx, or killed the process, is a finding, without calls as well', (t) => {
  const found = { kind: 'thrown', severity: 'high', site: 'src/orders.js:3', spans: [] };
  t.same(findings({ status: 500 }), [{ ...found, message: 'TypeError: no name: express answered 500' }]);
  t.same(findings({ state: 'died' }, { by: 'uncaughtException', fatal: true }), [
    { ...found, message: 'TypeError: no name: it ended the process' },
  ]);
  t.match(findings({ status: 200 }, { by: 'unhandledRejection' }), [{ severity: 'high' }]);
  t.match(findings({ status: 500, spans: [aSpan({ error: 'no name' })] }, { span: 0 }), [{ spans: [0] }]);
  t.end();
});

test('an error without a line of the app has that of the call which failed', (t) => {
  const span = aSpan({ error: 'no', stack: [aFrame({ function: 'list', file: 'src/list.js', line: 8 })] });
  t.match(findings({ status: 500, spans: [span] }, { span: 0, stack: [] }), [
    { site: 'src/list.js:8', spans: [0] },
  ]);
  t.end();
});

test('an answered 404 is none; an answer in good order makes it a small one', (t) => {
  t.same(findings({ status: 404 }, { status: 404 }), []);
  t.match(findings({ status: 302 }), [{ kind: 'thrown', severity: 'low' }]);
  t.end();
});
