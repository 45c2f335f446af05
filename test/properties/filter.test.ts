/** The filter language: any text is a query or a sentence that says what is wrong with it. */

import { deepStrictEqual, ok } from 'node:assert/strict';
import fc from 'fast-check';
import { test } from 'tap';
import { type FilterQuery, intersectQueries, parseFilter } from '../../src/domain/filter.js';
import { anyText, holds } from '../property.js';

const piece = fc.oneof(
  fc.constantFrom(
    ...'status>=400 n1 n+1 path:orders !health or OR and ! slow err died since:10m time<1.5s'.split(' '),
  ),
  fc.constantFrom(
    'sql:"group by"',
    '"a b"',
    '!"c"',
    '"',
    '(',
    ')',
    '()',
    'path:',
    'status:',
    'status:5xx',
    'foo>3',
    '__proto__:1',
    'constructor>1',
  ),
  fc
    .tuple(
      fc.constantFrom('sql', 'path', 'time', 'status', 'queries', 'x', 'toString'),
      fc.constantFrom(':', '=', '>', '>=', ':<'),
      anyText(6),
    )
    .map((parts) => parts.join('')),
  anyText(8),
);
const aFilter = fc.oneof(
  fc.array(piece, { maxLength: 10 }).map((pieces) => pieces.join(' ')),
  anyText(),
);

test('any text is a query whose conditions are whole, or a sentence', () =>
  holds(
    fc.property(aFilter, (text) => {
      const parsed = parseFilter(text);
      if ('trouble' in parsed) return ok(parsed.trouble.trim() !== '');
      for (const all of parsed.query) {
        ok(all.length > 0, 'an alternative that asks for nothing is everything');
        for (const { field, op, value, not } of all) {
          ok(typeof field === 'string' && /^(?::|=|>=?|<=?)$/.test(op) && typeof not === 'boolean');
          ok(typeof value === 'number' ? Number.isFinite(value) : typeof value === 'string', `${value}`);
        }
      }
    }),
    1500,
  ));

test('no filter is too long or too deep to be answered', (t) => {
  for (const unit of ['(', '!', '"', 'a or ', 'a ', '!(', '(a or b) ', '"a" ', 'status:', ')']) {
    const parsed = parseFilter(unit.repeat(3000));
    t.ok('query' in parsed || parsed.trouble !== '', unit);
  }
  t.end();
});

/** Whether a query holds where each of its conditions does that is among those. */
const isMet = (query: FilterQuery, met: Set<string>) =>
  query.length === 0 || query.some((all) => all.every((term) => met.has(JSON.stringify(term))));

test('both of two queries hold where one and the other do', () =>
  holds(
    fc.property(aFilter, aFilter, fc.array(fc.boolean(), { minLength: 1 }), (one, other, flags) => {
      const [a, b] = [parseFilter(one), parseFilter(other)];
      fc.pre('query' in a && 'query' in b);
      const terms = [...a.query, ...b.query].flat().map((term) => JSON.stringify(term));
      const met = new Set(terms.filter((_, n) => flags[n % flags.length]));
      deepStrictEqual(
        isMet(intersectQueries(a.query, b.query), met),
        isMet(a.query, met) && isMet(b.query, met),
      );
    }),
    500,
  ));
