import { test } from 'tap';
import { drawnText } from '../../src/screens/drawn-text.js';

test('a text that the agent has cut is drawn to its end, which says how long it was', (t) => {
  const text = `${'x'.repeat(65_536)}… (1848911 characters)`;
  t.same(drawnText(text), { drawn: text, more: 0 });
  t.end();
});

test('of a longer text a part is drawn, and the rest is counted', (t) => {
  const { drawn, more } = drawnText('x'.repeat(2_000_000));
  t.equal(drawn.length, 65_536);
  t.equal(more, 1_934_464);
  t.end();
});
