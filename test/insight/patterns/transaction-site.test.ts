import { test } from 'tap';
import type { ReadLine } from '../../../src/insight/calls/loop-line.js';
import { judge, Story } from '../story.js';

const source = [
  'async function inTransaction(work) {',
  "  await client.query('BEGIN');",
  // Frames of stories are at column 9.
  '        await work(client);',
  "  await client.query('COMMIT');",
  '}',
  '',
  'const pay = () =>',
  '  inTransaction(async (client) => {',
  "    await client.query('update orders set state = $1', [state]);",
  '  });',
  'server.on(async (req, res) => {',
  '  res.end(await pay());',
  '});',
];
const readLine: ReadLine = ({ line }, other = line) => source[other - 1];

function siteOf(begin: string[], work: string[], end: string): string | undefined {
  const story = new Story({ detail: { connection: 7 } })
    .sql('BEGIN', { at: begin })
    .sql('update orders set state = $1', { params: ['paid'], rows: 1, at: work })
    .idle(400)
    .sql('COMMIT', { at: end });
  return judge(story.trace(), { readLine }).find(({ kind }) => kind === 'transaction')?.site;
}

test('the line is that which calls the wrapper, also where the stack lacks it', (t) => {
  const work = ['src/pay.js:9 <anonymous>', 'src/pay.js:3 inTransaction'];
  const end = 'src/pay.js:4 inTransaction';
  t.equal(siteOf(['src/pay.js:2 inTransaction', 'src/pay.js:8 pay'], work, end), 'src/pay.js:8');
  t.equal(siteOf(['src/pay.js:2 inTransaction', 'src/pay.js:12 <anonymous>'], work, end), 'src/pay.js:8');
  t.equal(siteOf(['src/pay.js:2 inTransaction'], work, end), 'src/pay.js:8');
  t.end();
});

test('a function that begins, calls others and commits is no wrapper', (t) => {
  // Line 9 calls no parameter.
  const work = ['src/orders.js:6 update', 'src/pay.js:9 pay'];
  t.equal(
    siteOf(['src/pay.js:7 pay', 'src/pay.js:12 <anonymous>'], work, 'src/pay.js:10 pay'),
    'src/pay.js:7',
  );
  t.end();
});
