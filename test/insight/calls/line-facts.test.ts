import { test } from 'tap';
import { LineFacts } from '../../../src/insight/calls/line-facts.js';
import type { ReadLine } from '../../../src/insight/calls/loop-line.js';
import { aFrame } from '../../factory.js';

test('what a line says is found once for a reader, and anew for another one', (t) => {
  const found: string[] = [];
  const lengths = new LineFacts((frame, readLine: ReadLine) => {
    found.push(`${frame.line} ${readLine(frame)}`);
    return readLine(frame)?.length ?? 0;
  });
  const [one, two] = [aFrame({ line: 1 }), aFrame({ line: 2 })];
  const reader: ReadLine = ({ line }) => (line === 1 ? undefined : 'abc');
  t.same(
    [one, two, one, two].map((frame) => lengths.of(frame, reader)),
    [0, 3, 0, 3],
  );
  t.equal(
    lengths.of(two, () => 'a'),
    1,
  );
  t.same(found, ['1 undefined', '2 abc', '2 a']);
  t.end();
});
