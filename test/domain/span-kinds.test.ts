import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { parseFilter } from '../../src/domain/filter.js';
import { isTimed, KNOWN_KINDS, kindOf, learnKinds, slowLimits } from '../../src/domain/span-kinds.js';
import type { Span } from '../../src/domain/trace.js';
import { DEFAULT_RULE_LIMITS } from '../../src/insight/scene.js';
import { type Candidate, matchesQuery, summaryOf } from '../../src/store/filter-match.js';
import { colouredStyle } from '../../src/terminal/style.js';
import { BINDINGS } from '../../src/tui/input/bindings.js';
import { PANELS, panelsOf } from '../../src/tui/panels/index.js';
import { themeOf } from '../../src/tui/view/theme.js';
import { aSpan, aTrace } from '../factory.js';
import { ROOT } from '../scooby.js';

test('an unknown kind is shown under its own name, in its own tab', (t) => {
  t.same(kindOf('queue'), {
    ...{ title: 'Queue', short: 'Queue', key: '', head: 'CALL', noun: 'queue call', nouns: 'queue calls' },
    ...{ role: 'accent', isTimed: true, wraps: false, loops: false },
  });
  t.equal(kindOf('constructor').title, 'Constructor');
  const trace = aTrace({ spans: ['queue', 'sql', 'graphql', 'queue'].map((kind) => aSpan({ kind })) });
  t.same(
    panelsOf(trace)
      .slice(PANELS.length)
      .map(({ title, badge }) => [title, badge(trace)]),
    [
      ['Queue', '2'],
      ['GraphQL', '1'],
    ],
  );
  t.end();
});

test('a kind is called and judged as its instrument says, and a known one stays as it is', (t) => {
  learnKinds({
    a: {
      kinds: [{ kind: 'search', title: 'Search', noun: 'search', nouns: 'searches', slow: 200, loop: true }],
    },
    b: {
      kinds: [
        { kind: 'pricing', noun: 'price', wraps: true },
        { kind: 'sql', title: 'Other', slow: 1 },
      ],
    },
    c: {},
  });
  t.match(kindOf('search'), {
    title: 'Search',
    noun: 'search',
    nouns: 'searches',
    loops: true,
    wraps: false,
  });
  t.match(kindOf('pricing'), { title: 'Pricing', noun: 'price', nouns: 'prices', loops: false, wraps: true });
  t.equal(kindOf('sql').title, 'SQL');
  t.match(slowLimits(), { search: 200, sql: 500 });
  learnKinds({ a: { kinds: [{ kind: 'search', title: 'Find' }] } });
  t.match([kindOf('search').title, slowLimits().search], ['Find', undefined], 'the newest counts');
  for (let n = 0; n < 200; n++) learnKinds({ a: { kinds: [{ kind: `kind${n}`, noun: 'thing' }] } });
  t.same(
    [kindOf('kind90').noun, kindOf('kind150').noun],
    ['thing', 'kind150 call'],
    'of hostile traces not all',
  );
  t.end();
});

test('tabs are in the order of their keys', (t) => {
  t.same(
    PANELS.map(({ key }) => key),
    ['1', '2', '3', '4', '5', '6', '7', '8', '9'],
  );
  for (const { key, title } of PANELS)
    t.match(BINDINGS.find(({ keys, where }) => where === 'everywhere' && keys.includes(key))?.action, {
      ...{ type: 'tab', to: title },
    });
  t.end();
});

function candidate(spans: Span[]): Candidate {
  const trace = aTrace({ spans });
  return { summary: summaryOf(trace), calls: () => [], whole: () => trace };
}

test('each kind of the table is a documented field of the filter language', (t) => {
  const page = readFileSync(join(ROOT, 'docs/browser.md'), 'utf8');
  for (const kind of KNOWN_KINDS) {
    const parsed = parseFilter(`${kind}:USERS`);
    const query = 'query' in parsed ? parsed.query : t.fail(parsed.trouble);
    const spans = [aSpan({ kind, name: 'of users' }), aSpan({ kind: 'other', name: 'of items' })];
    t.equal(matchesQuery(query as never, candidate(spans), 0), true);
    t.equal(matchesQuery(query as never, candidate(spans.slice(1)), 0), false);
    if (kind !== 'cpu') t.ok(page.includes(`\`${kind}:\``), kind);
  }
  t.end();
});

test('colour and slow limit per kind', (t) => {
  const { roles } = themeOf({ colour: true, ascii: false });
  t.same(
    KNOWN_KINDS.map((kind) => [kind, kindOf(kind).role, DEFAULT_RULE_LIMITS.slow[kind], isTimed({ kind })]),
    [
      ['sql', 'sql', 500, true],
      ['cache', 'cache', 100, true],
      ['rpc', 'rpc', 1000, true],
      ['http', 'http', 1000, true],
      ['log', 'log', undefined, false],
      ['cpu', 'cpu', undefined, true],
      ...['graphql', 'dns', 'process', 'span'].map((kind) => [kind, 'accent', undefined, true]),
      ['block', 'block', undefined, true],
      ['blocked', 'accent', undefined, true],
    ],
  );
  for (const kind of KNOWN_KINDS) {
    const { role } = kindOf(kind);
    t.equal(colouredStyle(role, 'x'), `\x1b[${roles[role]}mx\x1b[0m`, 'commands and browser paint alike');
  }
  t.end();
});
