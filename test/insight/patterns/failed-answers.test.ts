import { test } from 'tap';
import type { RecordedTrace } from '../../../src/domain/trace.js';
import { judge, Story } from '../story.js';

const at = 'src/ads.js:3 load';
const URL = 'http://ads.test/banners/7';

function kindsOf(source: string[], story = failed(), more: Partial<RecordedTrace> = {}): string[] {
  const readLine = (_: unknown, line = 0) => source[line - 1];
  return judge(story.trace(more), { readLine }).map(({ kind, site }) => `${kind} ${site}`);
}

function failed(name = `GET ${URL}`, status = 503): Story {
  return new Story().http(name, { at, detail: { status } });
}

test('an answer of 500 and more that the response does not tell is swallowed', (t) => {
  const found = ['swallowed-error src/ads.js:3'];
  const sources: string[][] = [
    [],
    ['async function load(id) {', '  try {', '    return await (await fetch(url)).json();', '  } catch {}'],
    ['', '', '  const res = await fetch(url);', '  if (!res.ok) return [];', '  return res.json();'],
    ['', '', '  const res = await fetch(url);', '  if (res.ok) ads = await res.json();'],
    ['', '', '  const res = await axios.get(url).catch(() => null);'],
    ['', '', '  const r = await fetch(url);', '  if (r.status >= 400) {', '    return null;', '  }'],
    ['', '', '  const r = await fetch(url);', '  return r.ok ? r.json() : [];'],
    ['', '  try {', '    ads = await get(url);', '  } catch (error) {', '    ads = []; // without', '  }'],
    ['', '', '  const res = await fetch(url);', '  if (!res.ok) return; else use(await res.json());'],
  ];
  for (const source of sources) t.same(kindsOf(source), found, source.join('\n'));
  const [finding] = judge(failed().trace());
  t.match(finding, {
    message:
      '`GET http://ads.test/banners/#` at src/ads.js:3 answered 503, and the response was 200 all the same',
    severity: 'medium',
  });
  t.end();
});

test('an answer that is wanted, told, retried or replaced is not', (t) => {
  const sources: string[][] = [
    ['', '', '  const res = await fetch(url);', '  if (!res.ok) return stale;'],
    ['', '', '  const res = await fetch(url);', '  return res.ok ? res.json() : lastKnown.get(id);'],
    ['', '', '  const res = await fetch(url);', '  return { url, up: res.ok };'],
    ['', '', '  const res = await fetch(url);', '  results.push([url, res.status]);'],
    [
      '',
      '  try {',
      '    return await (await fetch(url)).json();',
      '  } catch (error) {',
      '    return fallback;',
    ],
    [
      '',
      '',
      '  const res = await fetch(url);',
      '  if (!res.ok) {',
      '    ctx.body = prices;',
      '    return;',
      '  }',
    ],
    ['', '  try {', '    ads = await get(url);', '  } catch (error) {', '    failures.count(error);', '  }'],
    ['', '', '  urls.map(async (url) => ({ url, ok: (await fetch(url)).ok })),'],
  ];
  for (const source of sources) t.same(kindsOf(source), [], source.join('\n'));
  t.same(kindsOf([], failed(`GET ${URL}`, 404)), [], '404');
  t.same(kindsOf([], failed('GET http://ads.test/healthz')), [], 'health');
  t.same(kindsOf([], failed(), { url: '/status' }), [], 'a page of the status');
  t.same(kindsOf([], failed(), { status: 502 }), [], 'told');
  t.same(kindsOf([], failed().http(`GET ${URL}`, { at, detail: { status: 200 } })), [], 'retried');
  t.same(
    kindsOf([], failed().http('GET http://b.test/banners/7', { at, detail: { status: 200 } })),
    [],
    'answered by a mirror',
  );
  t.same(
    kindsOf([], failed().http('GET http://b.test/banners/7', { at, detail: { status: 500 } })).length,
    2,
    'not answered by any mirror',
  );
  t.end();
});
