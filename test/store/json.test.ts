import { readFileSync } from 'node:fs';
import { test } from 'tap';
import type { Trace } from '../../src/domain/trace.js';
import { FIELDS, type PublicTrace, publicSummary, publicTrace } from '../../src/store/json.js';
import type { Summary } from '../../src/store/store.js';
import { aTrace } from '../factory.js';

const document = readFileSync(new URL('../../docs/trace.md', import.meta.url), 'utf8');
const [trace, summary] = Array.from(document.matchAll(/```json\n([\s\S]*?)```/g), ([, text]) =>
  JSON.parse(text!),
) as [PublicTrace, Summary];

/** The names in the first column of the table under a heading. */
function described(heading: string): string[] {
  const section = document.split(/^#+ /m).find((part) => part.startsWith(`${heading}\n`)) ?? '';
  return Array.from(section.matchAll(/^\| `(\w+)` *\|/gm), ([, name]) => name!);
}

test("the document's example has every field, in order", (t) => {
  t.same(Object.keys(trace), FIELDS.trace);
  t.same(Object.keys(trace.app!), FIELDS.app);
  t.same(Object.keys(trace.spans[0]!), FIELDS.span);
  t.same(Object.keys(trace.spans[0]!.stack[0]!), FIELDS.frame);
  t.same(Object.keys(trace.findings[0]!), FIELDS.finding);
  t.same(Object.keys(trace.totals.sql!), FIELDS.total);
  t.same(Object.keys(trace.libraries!.pg!), FIELDS.library);
  t.same(Object.keys(summary), FIELDS.summary);
  t.end();
});

test('the document describes every field, in order', (t) => {
  t.same(described('The request'), FIELDS.trace);
  t.same(described('`app`'), FIELDS.app);
  t.same(described('`spans`'), FIELDS.span);
  t.same(described('`stack`'), FIELDS.frame);
  t.same(described('`findings`'), FIELDS.finding);
  t.same(described('`totals`'), FIELDS.total);
  t.same(described('`libraries`'), FIELDS.library);
  t.end();
});

test('what is given out has the documented order, whatever order it came in', (t) => {
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

test('what is not known is left out', (t) => {
  const { id, method, url, start, state, spans, findings, totals } = aTrace();
  const bare = { id, method, url, start, state, spans, findings, totals };
  t.same(publicTrace({ ...bare, route: undefined } as unknown as Trace), bare);
  t.end();
});
