import { test } from 'tap';
import {
  formatPosition,
  formatSite,
  type Position,
  parsePosition,
  parseSite,
} from '../../src/domain/site.js';

const SITES: [text: string, position: Position | undefined][] = [
  ['src/orders.js:47', { file: 'src/orders.js', line: 47 }],
  ['src/orders.js:47:21', { file: 'src/orders.js', line: 47, column: 21 }],
  ['C:\\shop\\orders.ts:3', { file: 'C:\\shop\\orders.ts', line: 3 }],
  ['C:\\shop\\orders.ts:3:9', { file: 'C:\\shop\\orders.ts', line: 3, column: 9 }],
  ['C:\\shop\\server:3', { file: 'C:\\shop\\server', line: 3 }],
  ['src/v:2/orders.js:47', { file: 'src/v:2/orders.js', line: 47 }],
  ['src/v:2:3.js:47:5', { file: 'src/v:2:3.js', line: 47, column: 5 }],
  ['jobs:7:47', { file: 'jobs:7', line: 47 }],
  ['dist/a.b/jobs:7:47', { file: 'dist/a.b/jobs:7', line: 47 }],
  ['[eval]:1:5', { file: '[eval]', line: 1, column: 5 }],
  ['node:fs:10', { file: 'node:fs', line: 10 }],
  ['my app/a b.js:12', { file: 'my app/a b.js', line: 12 }],
  ['a\nb.js:12', { file: 'a\nb.js', line: 12 }],
  ['src/[id].vue:8:1', { file: 'src/[id].vue', line: 8, column: 1 }],
  ['src/orders.js', undefined],
  ['src/orders.js:', undefined],
  ['src/orders.js:4x', undefined],
  [':47', undefined],
  ['', undefined],
];

for (const [text, position] of SITES) {
  test(`the position in ${JSON.stringify(text)}`, (t) => {
    t.same(parseSite(text), position);
    if (position) t.equal(formatPosition(position), text, 'and back');
    t.end();
  });
}

test('a site has no column, and a position of V8 always has one', (t) => {
  t.equal(formatSite({ file: 'a.js', line: 1, column: 2 }), 'a.js:1');
  t.same(parsePosition('bin/server:10:5'), { file: 'bin/server', line: 10, column: 5 });
  t.equal(parsePosition('a.js:10'), undefined);
  t.equal(parseSite(undefined), undefined);
  t.end();
});
