/** A request as a prompt. */

import { test } from 'tap';
import { promptWithSource } from '../../../../src/web/page/parts/prompt.js';
import { traceAt } from '../../../tui/fake.js';
import { MemoryFeed } from '../../../tui/memory-feed.js';

test('it asks for the mending, and has finding, code and calls', async (t) => {
  const text = await promptWithSource(new MemoryFeed(2), traceAt(1));
  t.match(
    text,
    /^This request of a Node\.js app does what it should not, as recorded below\. Find the cause/,
  );
  t.match(text, '### N+1 at `loadItems (src/orders.js:15)`, 521ms');
  t.match(text, '>   15 |     const items = await db.query(ITEMS, [order.id]);');
  t.match(text, '| 48 | 521ms | sql |');
});
