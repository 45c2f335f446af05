import { test } from 'tap';
import { sourceLines } from '../../../src/cli/print/source.js';
import type { SourceReader } from '../../../src/cli/print/source-reader.js';
import { plainStyle } from '../../../src/terminal/style.js';
import { aFrame, aLibraryFrame, aSpan, aTrace } from '../../factory.js';

const format = { width: 80, style: plainStyle, now: 0 };
const orders = [
  'import { db } from "./db.js";',
  '',
  'export async function list() {',
  '  const orders = await db.query(all);',
  '  for (const order of orders)',
  '\torder.items = await items(order);',
  '  log(orders.length);',
  '  return orders;',
  '}',
  '',
  '/** Items of one. */',
  'async function items(order) {',
  '  return db.query(byOrder, [order.id]);',
  '}',
  '',
  ...Array.from({ length: 90 }, () => '// more'),
];
const code: SourceReader = {
  lines: (file) => (file === 'src/orders.js' ? orders : undefined),
  changeNote: (file) => (file === 'src/orders.js' ? 'changed since, now line 5' : undefined),
};
const handler = aFrame({ function: 'handler', file: 'src/app.js', line: 12 });
const list = (line: number) => aFrame({ function: 'list', line });
const trace = aTrace({
  spans: [
    aSpan({ duration: 5.5, stack: [aLibraryFrame(), list(4), handler] }),
    ...Array.from({ length: 48 }, () =>
      aSpan({ duration: 9, stack: [aFrame({ function: 'items', line: 13 }), list(6), handler] }),
    ),
    aSpan({ kind: 'log', library: 'console', name: '48', duration: 0.1, stack: [list(7), handler] }),
    aSpan({ duration: 1, stack: [aLibraryFrame()] }),
  ],
  findings: [
    {
      id: '1',
      kind: 'n+1',
      severity: 'high',
      message: '',
      spans: [1],
      site: 'src/orders.js:13',
      ms: 432,
      confidence: 1,
      reasons: [],
    },
  ],
});

test('files on the stacks, with the calls of each line in the margin', (t) => {
  t.same(
    sourceLines(trace, undefined, code, format).map((line) => line.trimEnd()),
    [
      'GET /orders  200  13ms',
      '',
      'src/orders.js  50 calls, 438ms  changed since: this is how it was',
      '                  │   1  import { db } from "./db.js";',
      '                  │   2',
      '                  │   3  export async function list() {',
      '     1× 5.5ms sql │   4    const orders = await db.query(all);',
      '                  │   5    for (const order of orders)',
      'via 48× 432ms sql │   6    order.items = await items(order);',
      '           1× log │   7    log(orders.length);',
      '                  │   8    return orders;',
      '                  │   9  }',
      '                  │  10',
      '                  │  11  /** Items of one. */',
      '                  │  12  async function items(order) {',
      '    48× 432ms sql │  13    return db.query(byOrder, [order.id]);  ● N+1',
      '                  │  14  }',
      '                  │  15',
      '                  │  16  // more',
      '                  │      … 89 lines',
      '',
      'src/app.js  on the stack of 50 calls',
      '                  │ its text was not stored',
      'via 49× 438ms sql │ 12',
      '        via 1× log │',
    ].map((line) => line.replace(/^ {8}via 1× log/, '       via 1× log')),
  );
  t.end();
});

test('only calls of some kinds', (t) => {
  const lines = sourceLines(trace, ['log'], code, format);
  t.equal(lines[2], 'src/orders.js  1 call, 0.1ms  changed since: this is how it was');
  t.notOk(lines.some((line) => line.includes('sql │')));
  t.end();
});

test('a recursive function is counted once, a long line is cut, no line at all', (t) => {
  const deep = aSpan({ duration: 2, stack: [list(4), list(4), list(4)] });
  const [, , , first] = sourceLines(
    aTrace({ spans: [deep] }),
    undefined,
    { ...code, changeNote: () => undefined },
    format,
  );
  t.equal(first, '             │   1  import { db } from "./db.js";');
  const long: SourceReader = { ...code, lines: () => ['x'.repeat(200)], changeNote: () => undefined };
  const spans = [aSpan({ stack: [list(1)] })];
  t.equal(
    sourceLines(aTrace({ spans }), undefined, long, { ...format, width: 60 })[3],
    `1× 2.0ms sql │ 1  ${'x'.repeat(41)}…`,
  );
  t.same(sourceLines(aTrace({ spans: [aSpan({ stack: [] })] }), undefined, code, format), [
    'GET /orders  200  13ms',
    '',
    "  no line of the app's own code made a call that was recorded",
  ]);
  t.end();
});

test('a call is counted at its call site, also when its stack has lost that line', (t) => {
  const [helper, asker] = [aFrame({ function: 'items', line: 13 }), aFrame({ function: 'list', line: 6 })];
  const spans = [
    aSpan({ stack: [helper, asker], site: 'src/orders.js:6', frame: asker }),
    aSpan({ stack: [helper], site: 'src/orders.js:6', frame: asker }),
  ];
  const lines = sourceLines(aTrace({ spans }), undefined, code, format);
  t.match(
    lines.find((line) => line.includes('items(order);')),
    /^ *2× 4\.0ms sql │ +6 /,
  );
  t.match(
    lines.find((line) => line.includes('byOrder')),
    /^ *via 2× 4\.0ms sql │ +13 /,
  );
  t.end();
});
