import { test } from 'tap';
import {
  type CheckReport,
  githubAnnotations,
  reasonWithoutRequests,
  reportJson,
  reportLines,
} from '../../../src/cli/print/check-report.js';
import type { Breach } from '../../../src/insight/metrics/breaches.js';
import { plainStyle } from '../../../src/terminal/style.js';

const format = { width: Infinity, style: plainStyle, now: 0 };
const finding: Breach = {
  id: 'f1',
  rule: 'finding',
  kind: 'n+1',
  severity: 'high',
  route: 'GET /orders',
  message: 'It ran 50 times',
  suggestion: 'Ask once.',
  site: 'src/orders.js:47',
  function: 'loadItems',
  requests: 3,
  worst: '5f0c9a4e-8d1b-4c6f-9a57-2f1e0b7c3d21',
};
const many: Breach = {
  id: 'q1',
  rule: 'maxQueries',
  route: 'GET /orders',
  message: '52 queries, 30 are allowed',
  value: 52,
  limit: 30,
  requests: 1,
  worst: '0a0c9a4e-8d1b-4c6f-9a57-2f1e0b7c3d21',
};
const report = (more: Partial<CheckReport> = {}): CheckReport => ({
  requests: 14,
  routes: 5,
  command: 0,
  broken: [],
  accepted: [],
  stale: [],
  lesser: [],
  notes: [],
  ...more,
});

test('why there is nothing to judge, by name', (t) => {
  const traits = { libraries: [], hasListened: false, problems: [] };
  t.equal(
    reasonWithoutRequests(traits),
    'No server listened, and no library was loaded that scooby knows: is this the command that starts or calls the server?',
  );
  t.equal(
    reasonWithoutRequests({ ...traits, libraries: ['fastify', 'pg'] }),
    'It loaded fastify, pg, but no server listened and no request was made to one.',
  );
  t.equal(
    reasonWithoutRequests({ ...traits, hasListened: true }),
    'Its server listened, but no request came: does the command send any?',
  );
  t.equal(
    reasonWithoutRequests({
      ...traits,
      hasListened: true,
      problems: ['env -i drops NODE_OPTIONS; leave it out'],
    }),
    'env -i drops NODE_OPTIONS; leave it out.',
  );
  const reason = reasonWithoutRequests(traits);
  t.equal(
    reportLines(report({ requests: 0, routes: 0, reason }), format)[1],
    `scooby check  no request was recorded, so nothing could be judged. ${reason}`,
  );
  t.end();
});

test('broken budgets with their lines', (t) => {
  t.same(reportLines(report({ broken: [finding, many] }), format), [
    '',
    'scooby check  2 budgets broken; 14 requests of 5 routes were judged',
    '',
    '  N+1  GET /orders  loadItems (src/orders.js:47)',
    '    It ran 50 times',
    '    Ask once.',
    '    in 3 requests, most in:  scooby show 5f0c9a4e',
    '',
    '  maxQueries  GET /orders',
    '    52 queries, 30 are allowed',
    '    in one request:  scooby show 0a0c9a4e',
  ]);
  t.end();
});

test('all within the budget: one line, then accepted, allowed and unrecorded calls', (t) => {
  t.same(reportLines(report(), format), ['', 'scooby check  14 requests of 5 routes, all within the budget']);
  const more = {
    accepted: [finding],
    baseline: 'known.json',
    stale: [{ id: 'x', rule: 'p95' as const, route: '/' }],
    lesser: [{ ...finding, severity: 'medium' as const }],
    notes: ['pg 9.1: Client#query not found'],
  };
  t.same(reportLines(report(more), format), [
    '',
    'scooby check  14 requests of 5 routes, all within the budget',
    '',
    '  1 known problem accepted by known.json',
    '  1 accepted problem no longer found; --update-baseline removes it',
    '  allowed, because it is not severe: N+1 at src/orders.js:47 (medium)',
    '  pg 9.1: Client#query not found',
  ]);
  t.match(
    reportLines(report({ requests: 0, routes: 0 }), format)[1],
    /no request was recorded, so nothing could be judged/,
  );
  t.end();
});

test('JSON: ok, and file and line of each breach', (t) => {
  t.match(reportJson(report({ broken: [finding] })), {
    ok: false,
    requests: 14,
    routes: 5,
    command: 0,
    broken: [{ id: 'f1', site: 'src/orders.js:47', file: 'src/orders.js', line: 47 }],
  });
  t.match(reportJson(report()), { ok: true });
  t.match(reportJson(report({ requests: 0 })), { ok: false });
  t.end();
});

test('annotations: path in the repository, and escaped separators', (t) => {
  const odd: Breach = {
    ...finding,
    route: 'GET /a,b:c',
    message: '100%\r\n::error::fake',
    site: 'src/a,b:c.js:9',
    suggestion: '',
  };
  t.same(githubAnnotations([finding, many, odd], '/repo/packages/shop', '/repo'), [
    '::error file=packages/shop/src/orders.js,line=47,title=scooby%3A N+1 in GET /orders::It ran 50 times%0AAsk once.',
    '::error title=scooby%3A maxQueries in GET /orders::52 queries, 30 are allowed',
    '::error file=packages/shop/src/a%2Cb%3Ac.js,line=9,title=scooby%3A N+1 in GET /a%2Cb%3Ac::100%25%0A::error::fake',
  ]);
  const outside = { ...finding, site: '/other/lib.js:3' };
  t.match(githubAnnotations([outside], '/repo', '/repo')[0], 'file=/other/lib.js,line=3');
  t.match(githubAnnotations([finding], '/repo', undefined)[0], 'file=src/orders.js,line=47');
  t.end();
});
