import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { readBaseline, readBudget, writeBaseline } from '../../../src/cli/check/files.js';
import { UserError } from '../../../src/domain/errors.js';

test('a budget, with its times in ms', (t) => {
  const file = join(
    t.testdir({
      'b.json': JSON.stringify({
        maxQueries: 30,
        maxQueryTime: '200ms',
        p95: '1.5s',
        maxTime: 900,
        findings: ['n+1'],
        severity: 'medium',
        routes: {
          'GET /orders': { maxQueries: 60, allow: ['slow'], maxQueryTime: '1s' },
          '/health': { skip: true },
        },
      }),
    }),
    'b.json',
  );
  t.same(readBudget(file), {
    file,
    budget: {
      maxQueries: 30,
      maxQueryTime: 200,
      p95: 1500,
      maxTime: 900,
      findings: ['n+1'],
      severity: 'medium',
      routes: {
        'GET /orders': { maxQueries: 60, allow: ['slow'], maxQueryTime: 1000 },
        '/health': { skip: true },
      },
    },
  });
  t.same(readBudget(undefined), { budget: {} });
  t.end();
});

test('an invalid budget: the error names the key', (t) => {
  const file = join(t.testdir({}), 'b.json');
  const keys = 'maxQueries, maxQueryTime, maxTime, p95, findings, severity, allow, skip';
  for (const [text, message] of [
    ['[]', `${file}: it has to be an object: { "maxQueries": 30 }`],
    ['{"maxQuerys": 3}', `${file}: "maxQuerys" is not known. Known keys: ${keys}, routes`],
    ['{"toString": 3}', `${file}: "toString" is not known. Known keys: ${keys}, routes`],
    ['{"maxQueries": "30"}', `${file}: "maxQueries" has to be a whole number, 0 or more, not "30"`],
    ['{"maxQueries": -1}', `${file}: "maxQueries" has to be a whole number, 0 or more, not -1`],
    ['{"p95": "fast"}', `${file}: "p95" has to be a time: "200ms", "1.5s", or a number of ms, not "fast"`],
    ['{"findings": "n+1"}', `${file}: "findings" has to be a list of kinds: ["n+1", "slow"], not "n+1"`],
    ['{"severity": "bad"}', `${file}: "severity" has to be "high", "medium", "low" or "info", not "bad"`],
    ['{"skip": 1}', `${file}: "skip" has to be true or false, not 1`],
    ['{"routes": []}', `${file}: "routes" has to be an object: { "GET /orders": { "maxQueries": 60 } }`],
    ['{"routes": {"/a": 3}}', `${file}: routes["/a"] has to be an object: { "maxQueries": 60 }`],
    ['{"routes": {"/a": {"p59": 3}}}', `${file}: routes["/a"].p59 is not known. Known keys: ${keys}`],
  ] as const) {
    writeFileSync(file, text);
    t.throws(() => readBudget(file), new UserError(message), text);
  }
  writeFileSync(file, '{');
  t.throws(() => readBudget(file), { name: 'UserError', message: /b\.json: it cannot be read as JSON/ });
  t.throws(() => readBudget('none.json'), new UserError('none.json: there is no such file'));
  t.end();
});

test('a baseline is written and read again; another file is rejected', (t) => {
  const file = join(t.testdir({}), 'baseline.json');
  t.throws(() => readBaseline(file, false), {
    name: 'UserError',
    message: /there is no such file\. Create it:/,
  });
  t.same(readBaseline(file, true), { file });
  t.same(readBaseline(undefined, false), { file: 'scooby.baseline.json' });
  const baseline = {
    version: 1 as const,
    accepted: [{ id: 'f1', rule: 'finding' as const, route: 'GET /orders' }],
  };
  writeBaseline(file, baseline);
  t.same(readBaseline(file, false), { baseline, file });
  for (const text of ['{}', '{"version": 2, "accepted": []}', '{"version": 1, "accepted": [{}]}']) {
    writeFileSync(file, text);
    t.throws(() => readBaseline(file, false), {
      name: 'UserError',
      message: `${file}: it is not a baseline of this version of scooby. Create it again with --update-baseline.`,
    });
  }
  t.end();
});
