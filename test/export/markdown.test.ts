import { test } from 'tap';
import { markdownOf } from '../../src/export/markdown.js';
import { aSpan, aTrace } from '../factory.js';

const CODE = [
  'async function listOrders() {',
  '  for (const id of ids)',
  '    await pool.query(sql, [id]);',
  '}',
];
const linesOf = (file: string) => (file === 'src/orders.js' ? CODE : undefined);
const ID = '5f0c9a4e-8d1b-4c6f-9a57-2f1e0b7c3d21';
const FINDING = {
  ...{ id: 'f', kind: 'n+1', severity: 'high' as const, message: 'The same query ran 2 times.' },
  ...{ suggestion: 'Use = ANY($1).', spans: [0, 1], site: 'src/orders.js:3', function: 'listOrders' },
  ...{ ms: 4, confidence: 1, reasons: [] },
};

test('findings with their code, then the calls', (t) => {
  const trace = aTrace({
    ...{ id: ID, start: 0, findings: [FINDING] },
    spans: [aSpan({ stack: [] }), aSpan({ start: 4, stack: [] })],
  });
  t.equal(
    markdownOf(trace, linesOf),
    `## \`GET /orders\`: 200, 13ms

route \`/orders\` · request \`${ID}\` · 1970-01-01T00:00:00.000Z

### N+1 at \`listOrders (src/orders.js:3)\`, 4.0ms

The same query ran 2 times.

\`\`\`js
     1 | async function listOrders() {
     2 |   for (const id of ids)
>    3 |     await pool.query(sql, [id]);
     4 | }
\`\`\`

→ Use = ANY($1).

### Calls

| calls | time | kind | what | line |
| ---: | ---: | --- | --- | --- |
| 2 | 4.0ms | sql | \`SELECT * FROM items WHERE order_id = ?\` |  |
`,
  );
  t.end();
});

test('nothing that was recorded is markup', (t) => {
  const text = markdownOf(
    aTrace({
      url: '/`x`|<script>alert(1)</script>\n## forged',
      findings: [
        {
          ...{ ...FINDING, message: '<img src=x onerror=alert(1)> [a](javascript:b) @everyone' },
          ...{ site: 'src/fence.js:1', function: '' },
        },
      ],
      spans: [aSpan({ kind: 'cache', library: 'x', name: 'get a|b`c``d' })],
    }),
    () => ['``` # forged'],
  );
  t.match(
    text,
    '## ``GET /`x`|<script>alert(1)</script> ## forged``'
      .replace('``GET', '`` GET')
      .replace('forged``', 'forged ``'),
  );
  t.match(text, '\\<img src=x onerror=alert(1)\\> \\[a\\](javascript:b) @\u200beveryone');
  t.match(text, '````js\n>    1 | ``` # forged\n````');
  t.match(text, '| ``` get a\\|b`c``d ``` |');
  t.end();
});
