import { test } from 'tap';
import type { ReadLine } from '../../../src/insight/calls/loop-line.js';
import { finishTrace } from '../../../src/insight/judge.js';
import { Story, upTo } from '../story.js';

const ONE = 'select * from items where id = $1';

/** Findings and the sites of their spans; the app's text is by file, each line from column 9 on. */
function finish(story: Story, files: Record<string, string[]>) {
  const readLine: ReadLine = ({ file, line: own }, line = own) => files[file]?.[line - 1];
  const { findings, spans } = finishTrace(structuredClone(story.trace()), readLine);
  return findings.map(({ kind, site, message, spans: indexes }) => ({
    found: `${kind} ${site} ${indexes.length}`,
    sites: [...new Set(indexes.map((index) => spans[index]!.site))],
    message,
  }));
}

const ITEMS = [
  'async function load(ids) {',
  '  for (const id of ids) {',
  "  await db.query('…', [id]);",
  '  }',
  '}',
];

test('a loop in a function that several lines call is one loop, at its own line', (t) => {
  const server = ['const a = await load(a);', 'const b = await load(b);'];
  const story = new Story()
    .sql(ONE, { params: [0], at: ['items.js:3 load', 'server.js:1 handle'] })
    // After an await the stack has lost its caller.
    .each(upTo(3), (s, id) => s.sql(ONE, { params: [id], at: ['items.js:3 load'] }))
    .sql(ONE, { params: [9], at: ['items.js:3 load', 'server.js:2 handle'] })
    .each(upTo(3), (s, id) => s.sql(ONE, { params: [10 + id], at: ['items.js:3 load'] }));
  t.match(finish(story, { 'items.js': ITEMS, 'server.js': server }), [
    {
      found: 'n+1 items.js:3 8',
      sites: ['items.js:3'],
      message: /^items\.js:3 ran `SELECT … items` 8 times/,
    },
  ]);
  t.end();
});

test('a loop over a function is at the line of the call, and names the line of the loop', (t) => {
  const items = ['async function one(id) {', "  return db.query('…', [id]);", '}'];
  const server = [
    'await one(0);',
    'for (const id of ids) {',
    '    out.push(await one(id)); // scooby-ignore n+1-parallel',
    '}',
  ];
  const story = new Story()
    .sql(ONE, { params: [0], at: ['items.js:2 one', 'server.js:1 auth'] })
    .each(upTo(6), (s, id) => s.sql(ONE, { params: [id], at: ['items.js:2 one', 'server.js:3 handle'] }));
  const files = { 'items.js': items, 'server.js': server };
  t.match(finish(story, files), [
    {
      found: 'n+1 items.js:2 6',
      sites: ['items.js:2'],
      message: /^items\.js:2, called in a loop at server\.js:3, ran `SELECT … items` 6 times/,
    },
  ]);
  server[2] = '    out.push(await one(id)); // scooby-ignore';
  t.same(finish(story, files), []);
  t.end();
});

test('a function that several lines call once each, and that only tries again, is no loop', (t) => {
  const items = ['for (let tries = 0; tries < 3; tries++) {', "  await db.query('…', [id]);", '}'];
  const story = new Story().each(upTo(6), (s, id) =>
    s.sql(ONE, { params: [id], at: ['items.js:2 one', `server.js:${id} handle`] }),
  );
  t.same(finish(story, { 'items.js': items }), []);
  t.end();
});
