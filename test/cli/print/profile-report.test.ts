import { test } from 'tap';
import { profileOf, profileReport } from '../../../src/cli/print/profile-report.js';
import { plainStyle } from '../../../src/terminal/style.js';
import { aTrace } from '../../factory.js';
import { aProfile, ORDERS_PROFILE } from '../../profile.js';
import { ORDERS_SOURCE } from '../../tui/fake.js';

const format = { width: 100, style: plainStyle, now: Date.now() };
const code = {
  lines: (file: string) => (file === 'src/orders.js' ? ORDERS_SOURCE.split('\n') : undefined),
  changeNote: (_: string, line: number) => (line === 14 ? ('changed since' as const) : undefined),
};

test('a profile: its sum, its functions, its three hottest lines with their code', (t) => {
  const trace = aTrace({ duration: 100, profiles: { cpu: ORDERS_PROFILE } });
  const lines = profileReport(trace, profileOf(trace, 'cpu'), code, format);
  t.same(lines.slice(0, 11), [
    'GET /orders  200  100ms',
    '  50ms of CPU in 7 samples, every 1.0ms',
    '  time     cpu 47ms 47%   gc 3.0ms 3%   unaccounted 50ms 50%',
    '',
    ' SELF    %  TOTAL  FUNCTION             WHERE           ',
    ' 30ms  60%   35ms  hydrate              src/orders.js:12',
    '4.0ms   8%   47ms  list                 src/orders.js:5 ',
    '8.0ms  16%  8.0ms  pad                  moment          ',
    '5.0ms  10%  5.0ms  parse                                ',
    '3.0ms   6%  3.0ms  (garbage collector)                  ',
    '',
  ]);
  t.same(
    lines.filter((line) => /% {2}\w+ \(/.test(line)),
    [
      '  20ms 40%  hydrate (src/orders.js:15)',
      '  10ms 20%  hydrate (src/orders.js:14)  changed since',
      '  2.0ms 4%  list (src/orders.js:7)',
    ],
  );
  t.equal(lines.filter((line) => line.startsWith('  > ')).length, 3, 'the code of each');
  t.end();
});

test('the heap is told in bytes; many functions are cut; without a profile it says how to take one', (t) => {
  const many = Array.from({ length: 30 }, (_, n) => ({
    stack: [`own f${n} a.js:${n + 1}`],
    weight: 1_000_000,
  }));
  const trace = aTrace({ id: 'aaaaaaaa-1', profiles: { heap: aProfile(many, { kind: 'heap' }) } });
  const lines = profileReport(trace, profileOf(trace, 'heap'), code, format);
  t.equal(lines[1], '  30.0 MB allocated in 30 samples, every 1 byte');
  t.equal(lines.at(-1), '… 10 more functions: --tab heap');
  t.throws(() => profileOf(trace, 'cpu'), {
    message: 'No CPU profile was taken of this request. Send it again with one:  scooby profile aaaaaaaa',
  });
  t.throws(() => profileOf(aTrace({ id: 'aaaaaaaa-1' }), 'heap'), {
    message: / {2}scooby profile aaaaaaaa --heap$/,
  });
  t.end();
});
