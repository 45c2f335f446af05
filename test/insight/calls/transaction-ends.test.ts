import { test } from 'tap';
import type { Frame } from '../../../src/domain/trace.js';
import { finishTrace } from '../../../src/insight/judge.js';
import { Story } from '../story.js';

const library = (fn: string, line: number): Frame => ({
  ...{ function: fn, file: 'node_modules/postgres/src/index.js', line, column: 9, application: false },
});
const own = (line: number): Frame => ({
  ...{ function: 'pay', file: 'src/pay.js', line, column: 9, application: true },
});

function sitesOf(begin: Frame[], commit: Frame[], end = 'commit'): (string | undefined)[] {
  const story = new Story({ detail: { connection: 1 } }).sql('begin').sql('update a set b = 1').sql(end);
  const spans = story.spans.map((span, at) => ({ ...span, stack: [begin, [], commit][at]! }));
  return finishTrace({ ...story.trace(), spans }, () => undefined).spans.map(({ site }) => site);
}

const begin = [library('Function.unsafe', 121), library('Function.begin', 242), own(5)];

test('the COMMIT of a library has the line of its transaction, whatever its own stack has', (t) => {
  for (const end of ['commit', 'rollback']) {
    t.same(
      sitesOf(
        begin,
        [library('sql', 112), library('scope', 278), library('Function.begin', 243), own(90)],
        end,
      ),
      ['src/pay.js:5', undefined, 'src/pay.js:5'],
    );
    t.equal(sitesOf(begin, [library('sql', 112)], end)[2], 'src/pay.js:5');
    t.equal(sitesOf(begin, [], end)[2], 'src/pay.js:5');
  }
  t.equal(
    sitesOf(begin, [library('sql', 112), library('Function.begin', 243), own(90)], 'rollback to a')[2],
    'src/pay.js:90',
  );
  t.end();
});

test('the COMMIT of the app keeps its line, and one without a BEGIN its own', (t) => {
  const query = library('Client.query', 30);
  t.equal(sitesOf([query, own(5)], [query, own(9)])[2], 'src/pay.js:9');
  t.equal(sitesOf([own(5)], [own(9)])[2], 'src/pay.js:9');
  t.equal(sitesOf([], [query, own(9)])[2], 'src/pay.js:9');
  t.end();
});
