import { readFileSync } from 'node:fs';
import { test } from 'tap';
import type { Summary, Trace } from '../../src/domain/trace.js';
import { PUBLIC_FIELDS, type PublicTrace, publicSummary, publicTrace } from '../../src/store/json.js';
import { aTrace } from '../factory.js';

const document = readFileSync(new URL('../../../docs/trace.md', import.meta.url), 'utf8');
const [trace, summary] = Array.from(document.matchAll(/```json\n([\s\S]*?)```/g), ([, text]) =>
  JSON.parse(text!),
) as [PublicTrace, Summary];

/** Names in the first column of the table under a heading. */
function described(heading: string): string[] {
  const section = document.split(/^#+ /m).find((part) => part.startsWith(`${heading}\n`)) ?? '';
  return Array.from(section.matchAll(/^\| `(\w+)` *\|/gm), ([, name]) => name!);
}

test("the document's example has every field, in order", (t) => {
  t.same(Object.keys(trace), PUBLIC_FIELDS.trace);
  t.same(Object.keys(trace.app!), PUBLIC_FIELDS.app);
  t.same(Object.keys(trace.spans[0]!), PUBLIC_FIELDS.span);
  t.same(Object.keys(trace.spans[0]!.stack[0]!), PUBLIC_FIELDS.frame);
  t.same(Object.keys(trace.findings[0]!), PUBLIC_FIELDS.finding);
  t.same(Object.keys(trace.totals.sql!), PUBLIC_FIELDS.total);
  t.same(Object.keys(trace.libraries!.pg!), PUBLIC_FIELDS.library);
  t.same(Object.keys(summary), PUBLIC_FIELDS.summary);
  t.end();
});

test('the document describes every field, in order', (t) => {
  t.same(described('The request'), PUBLIC_FIELDS.trace);
  t.same(described('`app`'), PUBLIC_FIELDS.app);
  t.same(described('`spans`'), PUBLIC_FIELDS.span);
  t.same(described('`stack`'), PUBLIC_FIELDS.frame);
  t.same(described('`findings`'), PUBLIC_FIELDS.finding);
  t.same(described('`totals`'), PUBLIC_FIELDS.total);
  t.same(described('`libraries`'), PUBLIC_FIELDS.library);
  t.end();
});

test('the public JSON has the documented order, in whichever order the trace is', (t) => {
  const backwards = <T extends object>(value: T) => Object.fromEntries(Object.entries(value).reverse()) as T;
  const shuffled: Trace = {
    ...backwards(trace),
    app: backwards(trace.app!),
    spans: trace.spans.map(({ function: _, shape, ...span }) => {
      const stack = span.stack.map(backwards);
      return backwards({ ...span, stack, shape: { text: shape }, frame: stack[0]! });
    }),
    findings: trace.findings.map(backwards),
    libraries: { pg: backwards(trace.libraries!.pg!) },
  };
  t.equal(JSON.stringify(publicTrace(shuffled)), JSON.stringify(trace));
  t.equal(JSON.stringify(publicSummary(backwards(summary))), JSON.stringify(summary));
  t.end();
});

test('unknown fields are left out', (t) => {
  const { id, method, url, start, state, spans, findings, totals } = aTrace();
  const bare = { id, method, url, start, state, spans, findings, totals };
  t.same(publicTrace({ ...bare, route: undefined } as unknown as Trace), bare);
  t.end();
});
