import { test } from 'tap';
import { timeSpentOf } from '../../src/domain/time-spent.js';
import { lineText } from '../../src/terminal/cells.js';
import { partText, timeBarLines, timeLane } from '../../src/terminal/time-lane.js';
import { asciiOf } from '../../src/tui/view/theme.js';

const call = (kind: string, start: number, duration: number, more: object = {}) => ({
  ...{ kind, start, duration },
  ...more,
});

const time = timeSpentOf({
  duration: 100,
  spans: [
    call('sql', 0, 20, { wait: 10 }),
    call('block', 40, 10),
    call('blocked', 50, 10, { detail: { trace: 'a' } }),
    call('http', 70, 30),
    call('cache', 31, 0.4),
  ],
});

test('a cell of the lane has the part that most of its time belongs to', (t) => {
  t.equal(lineText(timeLane(time, 100, 10)), '░██·▓▚·███');
  t.equal(lineText(timeLane(time, 200, 20)), '░██·▓▚·███          ');
  t.equal(lineText(timeLane(time, 100, 1)), '█');
  t.equal(asciiOf(lineText(timeLane(time, 100, 10))), '.##.%/.###');
  t.same(timeLane(time, 100, 10).slice(0, 3), [
    ['░', 'warn'],
    ['██', 'sql'],
    ['·', 'dim'],
  ]);
  t.end();
});

test('the bar has a cell of each part, and its legend the shares', (t) => {
  t.same(timeBarLines(time, 62).map(lineText), [
    ` ${'▓'.repeat(6)}${'▚'.repeat(6)}${'░'.repeat(6)}${'█'.repeat(12)}█${'█'.repeat(17)}${'·'.repeat(12)}`,
    ' ▓ block 10ms 10%   ▚ blocked by others 10ms 10%',
    ' ░ wait 10ms 10%   █ sql 20ms 20%   █ cache 0.4ms <1%',
    ' █ http 30ms 30%   · unaccounted 20ms 20%',
  ]);
  t.same(timeBarLines(timeSpentOf({ spans: [] }), 60), []);
  t.equal(partText({ part: '\x1b[2J', ms: 1 }, 10), '\\x1b[2J 1.0ms 10%');
  t.end();
});
