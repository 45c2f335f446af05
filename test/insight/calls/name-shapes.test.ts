import { test } from 'tap';
import type { Span, Trace } from '../../../src/domain/trace.js';
import { finishTrace } from '../../../src/insight/judge.js';
import { judge, Story } from '../story.js';

const at = 'src/orders.js:47 listOrders';
const NAMES = ['ada', 'bob', 'cy', 'dan', 'eve'];

/** Findings as `kind file:line shape`, and the shapes of the calls. */
function read(story: Story): { findings: string[]; shapes: string[] } {
  const recorded = story.trace();
  const spans = recorded.spans.map((span) => ({ ...span }));
  const trace: Trace = finishTrace({ ...recorded, spans }, () => undefined);
  const shapeOf = ({ shape }: Span) => shape.text;
  return {
    findings: judge(story.trace()).map(({ kind, site }) => `${kind} ${site}`),
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
