import { test } from 'tap';
import { reportHtml } from '../../src/export/report-html.js';
import { reportMarkdown } from '../../src/export/report-markdown.js';
import type { ReportedRun } from '../../src/export/run-report.js';

const HOSTILE =
  '</code><script>alert(1)</script><img src=x onerror=alert(2)> "\' @everyone | `x` \u001b[31m\u202e';
/** Of a terminal, and of the direction of text. */
const CONTROLS = ['\u001b', '\u202e'];
const finding = {
  ...{ id: 'f1', kind: 'n+1', severity: 'high' as const, message: 'asked `SELECT … items` 30 times' },
  ...{ suggestion: 'Ask once.', site: 'src/orders.js:2', function: 'loadItems', win: 61, duration: 85 },
  ...{ route: 'GET /orders', requests: 3, ms: 64, worst: '5f0c9a4e-8d1b-4c6f-9a57-2f1e0b7c3d21' },
  lines: ['function loadItems() {', '  await query(sql);', '}'],
};
const report: ReportedRun = {
  ...{ command: 'node app.js', run: 12, began: 0, written: 60_000, version: '1.2.3' },
  figures: [{ name: 'p95', text: '120ms' }],
  routes: [
    {
      ...{ method: 'GET', route: '/orders', requests: 3, p50: 80, p95: 85, worst: 85 },
      ...{ queries: 31, mostQueries: 31, errors: 1, findings: ['n+1'] },
    },
  ],
  ...{ moreRoutes: 2, findings: [finding], moreFindings: 0 },
};

/** Every text of a report replaced. */
function hostile(): ReportedRun {
  const bad = {
    ...finding,
    kind: HOSTILE,
    message: HOSTILE,
    suggestion: HOSTILE,
    function: HOSTILE,
    route: HOSTILE,
  };
  const mention = { kind: HOSTILE, message: HOSTILE, site: HOSTILE, route: HOSTILE };
  return {
    ...{ ...report, command: HOSTILE, host: HOSTILE, version: HOSTILE },
    figures: [{ name: HOSTILE, text: HOSTILE }],
    routes: [{ ...report.routes[0]!, method: HOSTILE, route: HOSTILE, findings: [HOSTILE] }],
    findings: [
      { ...bad, severity: HOSTILE as 'high', site: `${HOSTILE}:2`, lines: ['a', HOSTILE] },
      { ...bad, site: 'src/orders.js:2', lines: ['a', HOSTILE] },
    ],
    difference: {
      ...{ against: HOSTILE, stays: 1, gone: [mention], added: [mention] },
      figures: [{ name: HOSTILE, before: HOSTILE, after: HOSTILE, change: 'worse' }],
      routes: [{ route: HOSTILE, verdict: HOSTILE, before: 1, after: 2 }],
    },
  };
}

test('a file of its own: no script, nothing from elsewhere', (t) => {
  const html = reportHtml(report);
  t.match(html, /^<!doctype html>\n<html lang="en">/);
  t.match(html, /default-src 'none'; style-src 'unsafe-inline'/);
  t.notMatch(html, /<script|<link|<img|<iframe|url\(|@import|https?:|\son\w+=/);
  t.match(html, /<h2>1 finding<\/h2>/);
  t.match(html, /<span class="kind">N\+1<\/span> <code class="site">loadItems \(src\/orders\.js:2\)<\/code>/);
  t.match(
    html,
    /64ms · mended, the page takes 61 of 85ms less · in 3 requests of GET \/orders · most in 5f0c9a4e/,
  );
  t.match(html, /<mark><span class="gutter">2 │ <\/span> {2}await query\(sql\);<\/mark>/);
  t.match(html, /asked <code>SELECT … items<\/code> 30 times/);
  t.match(html, /… and 2 other routes\./);
  t.match(html, /prefers-color-scheme: dark/);
  t.match(html, /@media print/);
  t.end();
});

test('what was recorded is no markup', (t) => {
  const html = reportHtml(hostile());
  t.notMatch(html, /<script|<img|<\/code><script/);
  for (const char of CONTROLS) t.notOk(html.includes(char));
  const tags = new Set(html.match(/<\/?[a-z][\w-]*/g));
  const own =
    'html head meta title style body header main footer section article h1 h2 h3 p dl div dt dd ul li b br code pre span mark table thead tbody tr th td'.split(
      ' ',
    );
  t.same(
    [...tags].filter((tag) => !own.includes(tag.replace(/^<\/?/, ''))),
    [],
  );
  t.equal(
    html.match(/class="[^"]*"/g)?.some((name) => name.includes('alert')),
    false,
  );
  t.end();
});

test('what has changed', (t) => {
  const difference = {
    ...{ against: 'run 11: npm test', stays: 2 },
    figures: [{ name: 'p95', before: '85ms', after: '20ms', change: 'better' as const }],
    gone: [{ kind: 'slow', message: 'a slow query', site: 'a.js:1' }],
    added: [{ kind: 'n+1', message: 'a loop', route: 'GET /a' }],
    routes: [{ route: 'GET /orders', verdict: 'faster', before: 85, after: 20 }],
  };
  const html = reportHtml({ ...report, difference, findings: [{ ...finding, isNew: true }] });
  for (const part of [
    '<h2>Against run 11: npm test</h2>',
    '<td class="number">85ms</td><td class="number better">20ms</td>',
    '<h3 class="worse">New</h3>',
    '<h3 class="better">Gone</h3>',
    '2 findings stay.',
    '<b>faster</b> <code>GET /orders</code> 85ms → 20ms',
    '<span class="new">new</span>',
  ])
    t.ok(html.includes(part), part);
  const text = reportMarkdown({ ...report, difference });
  t.match(
    text,
    /### Against run 11: npm test\n\n\| \| before \| now \|\n\| --- \| ---: \| ---: \|\n\| p95 \| 85ms \| 20ms \|/,
  );
  t.match(
    text,
    '- **new** N+1 `GET /a`: a loop\n- **gone** SLOW `a.js:1`: a slow query\n- faster: `GET /orders` 85ms → 20ms\n- 2 findings stay\n',
  );
  t.notMatch(html + text, /Nothing has changed/);
  t.end();
});

test('what has not changed is said', (t) => {
  const difference = {
    ...{ against: 'run 11: npm test', stays: 2, gone: [], added: [], routes: [] },
    figures: [{ name: 'p95', before: '85ms', after: '85ms', change: 'same' as const }],
  };
  t.match(
    reportHtml({ ...report, difference }),
    '<h2>Against run 11: npm test</h2>\n<p>Nothing has changed.</p>',
  );
  t.match(
    reportMarkdown({ ...report, difference }),
    '### Against run 11: npm test\n\nNothing has changed.\n\n- 2 findings stay\n',
  );
  t.end();
});

test('as Markdown, below what GitHub takes', (t) => {
  t.equal(
    reportMarkdown({ ...report, moreRoutes: 0 }),
    `## scooby: \`node app.js\`

run 12, 1970-01-01T00:00:00.000Z · p95 120ms

### 1 finding

### N+1 at \`loadItems (src/orders.js:2)\`, 64ms, fix wins 61 of 85ms, in 3 requests of \`GET /orders\`, most in \`5f0c9a4e\`

asked \`SELECT … items\` 30 times

\`\`\`js
     1 | function loadItems() {
>    2 |   await query(sql);
     3 | }
\`\`\`

→ Ask once.

<details><summary>Routes</summary>

| route | requests | p50 | p95 | worst | queries | most | errors | found |
| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |
| \`GET /orders\` | 3 | 80ms | 85ms | 85ms | 31 | 31 | 1 | N+1 |

</details>

<sub>scooby 1.2.3</sub>
`,
  );
  const many = Array.from({ length: 60 }, () => ({ ...finding, lines: Array(9).fill('x'.repeat(3000)) }));
  const text = reportMarkdown({ ...report, findings: many, moreFindings: 100 });
  t.ok(text.length < 65_536, `${text.length}`);
  t.match(text, /### 160 findings/);
  t.match(text, /… and 15\d other findings\./);
  const bad = reportMarkdown(hostile());
  const outsideCode = bad
    .replace(/^(`{3,})[\s\S]*?^\1$/gm, '')
    .replace(/(?<![\\`])(`+)(?!`)[\s\S]*?(?<!`)\1(?!`)/g, '');
  t.notMatch(outsideCode, /(?<!\\)<(?:script|img)|@everyone/);
  for (const char of CONTROLS) t.notOk(bad.includes(char));
  t.match(reportMarkdown({ ...report, findings: [], routes: [] }), /### No findings/);
  t.end();
});
