import { test } from 'tap';
import type { Span, Trace } from '../../../src/domain/trace.js';
import type { ReadLine } from '../../../src/insight/calls/loop-line.js';
import { finishTrace } from '../../../src/insight/judge.js';
import { judge, Story } from '../story.js';

const at = 'src/orders.js:47 listOrders';
const NAMES = ['ada', 'bob', 'cy', 'dan', 'eve'];

/** Findings as `kind file:line shape`, and the shapes of the calls. */
function read(story: Story, text?: string): { findings: string[]; shapes: string[] } {
  const recorded = story.trace();
  const lines = text?.split('\n');
  const readLine: ReadLine = (frame, line = frame.line) => lines?.[line - 1];
  const spans = recorded.spans.map((span) => ({ ...span }));
  const trace: Trace = finishTrace({ ...recorded, spans }, readLine);
  const shapeOf = ({ shape }: Span) => shape.text;
  return {
    findings: judge(story.trace(), { readLine }).map(({ kind, site }) => `${kind} ${site}`),
    shapes: [...new Set(trace.spans.map(shapeOf))],
  };
}

test('names, slugs and addresses in the path of one line are values', (t) => {
  const urls = {
    names: NAMES.map((name) => `http://api/users/${name}`),
    slugs: ['a-red-fox', 'the-sea', 'nine', 'two-hearts-2', 'old-dogs'].map(
      (slug) => `http://api/posts/${slug}/tags`,
    ),
    addresses: NAMES.map((name) => `http://api/accounts/${name}%40x.io?full=1`),
    mixed: ['ada', 'bob7', '12', 'b3f1c2d4e5', 'eve'].map((name) => `http://api/users/${name}`),
    root: ['express', 'koa', 'hono', 'hapi', 'polka'].map((name) => `https://registry.npmjs.org/${name}`),
    pairs: NAMES.map((name) => `http://api/repos/${name}/${name}-js`),
  };
  const shapes = {
    names: 'GET http://api/users/#',
    slugs: 'GET http://api/posts/#/tags',
    addresses: 'GET http://api/accounts/#?full',
    mixed: 'GET http://api/users/#',
    root: 'GET https://registry.npmjs.org/#',
    pairs: 'GET http://api/repos/#/#',
  };
  for (const [kind, list] of Object.entries(urls)) {
    const story = new Story().each(list, (s, url) => s.http(`GET ${url}`, { at, detail: { status: 200 } }));
    const want = { findings: ['n+1-http src/orders.js:47'], shapes: [shapes[kind as keyof typeof shapes]] };
    t.same(read(story), want, kind);
  }
  t.end();
});

test('names in keys of a cache are values', (t) => {
  const story = new Story().each(NAMES, (s, name) => s.cache(`get user:${name}:prefs`, { at }));
  t.same(read(story), { findings: ['n+1-cache src/orders.js:47'], shapes: ['get user:#:prefs'] });
  t.end();
});

test('other things of other lines, callers, servers and methods stay apart', (t) => {
  const lines = new Story().each(NAMES, (s, name, n) =>
    s.http(`GET http://api/${name}/health`, { at: `src/health.js:${n + 1} check` }),
  );
  t.same(read(lines).findings, []);
  t.equal(read(lines).shapes.length, 5);
  const callers = new Story().each(NAMES, (s, name, n) =>
    s.http(`GET http://api/${name}`, { at: ['src/api.js:3 get', `src/page.js:${n + 1} load`] }),
  );
  t.equal(read(callers).shapes.length, 5);
  const servers = new Story().each(NAMES, (s, name) => s.http(`GET http://${name}/users`, { at }));
  t.equal(read(servers).shapes.length, 5);
  const two = new Story().each(['ada', 'bob'], (s, name) => s.http(`GET http://api/users/${name}`, { at }));
  t.equal(read(two).shapes.length, 2);
  t.end();
});

const ENDPOINTS = ['users', 'orders', 'stock', 'prices', 'news'];

/** A story of one GET of each name. */
function gets(names: string[], prefix: string, at: string | string[]): Story {
  return new Story().each(names, (s, name) =>
    s.http(`GET http://shop${prefix}/${name}`, { at, detail: { status: 200 } }),
  );
}

test('different things that a page asks for once each are no loop', (t) => {
  const apart = (story: Story, text: string | undefined, what: string) => {
    const { findings, shapes } = read(story, text);
    t.same(findings, [], what);
    t.equal(shapes.length, ENDPOINTS.length, what);
  };
  // Each call is at column 9.
  const helper = 'async function get(path) {\n  await token();\n return fetch(BASE + path);\n}';
  // Promise.all awaits all of them at one place.
  const parallel = `${helper}\nreturn (await Promise.all([get('/users'), get('/orders'), get('/stock')]));`;
  apart(gets(ENDPOINTS, '', ['src/a.js:3 get', 'src/a.js:5 page']), parallel, 'parallel');
  // Where a promise is awaited later, V8 knows of no caller.
  apart(gets(ENDPOINTS, '', 'src/a.js:3 get'), helper, 'without a caller');
  apart(gets(ENDPOINTS, '/api', 'src/a.js:3 get'), undefined, 'without a text');
  apart(gets(ENDPOINTS, '/api/v2', 'src/a.js:3 get'), undefined, 'of a version');
  const list = `const PARTS = ['users', 'orders', 'stock', 'prices', 'news'];`;
  const sequential = `${list}\nfor (const part of PARTS)\n  await fetch(\`http://shop/\${part}\`);`;
  apart(gets(ENDPOINTS, '', 'src/a.js:3 page'), sequential, 'a list of them in the code');
  const mapped = `${list}\nreturn Promise.all(PARTS.map((part) =>\n        fetch(\`http://shop/\${part}\`)));`;
  apart(gets(ENDPOINTS, '', 'src/a.js:3 page'), mapped, 'a mapped list of them');
  t.end();
});

test('names that come from elsewhere are values in the text of a loop', (t) => {
  const loop = `for (const { name } of rows)\n  await fetch(\`http://shop/users/\${name}\`);`;
  const found = { findings: ['n+1-http src/a.js:2'], shapes: ['GET http://shop/users/#'] };
  t.same(read(gets(NAMES, '/users', 'src/a.js:2 page'), loop), found);
  const helper = `const get = (path) =>\n        fetch(BASE + path);\nreturn rows.map((row) =>\n        get(\`/users/\${row.name}\`));`;
  const { shapes } = read(gets(NAMES, '/users', ['src/a.js:2 get', 'src/a.js:4 page']), helper);
  t.same(shapes, ['GET http://shop/users/#'], 'the loop is the caller');
  t.end();
});
