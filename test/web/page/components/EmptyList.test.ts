/** A list without rows, the head of the page, and what is wrong. */

import { test } from 'tap';
import type { ListData } from '../../../../src/screens/list-data.js';
import { EmptyList } from '../../../../src/web/page/components/EmptyList.js';
import { ListToolbar } from '../../../../src/web/page/components/ListToolbar.js';
import { PageHeader } from '../../../../src/web/page/components/PageHeader.js';
import { AlarmBar } from '../../../../src/web/page/components/PageNotice.js';
import { RoutesTable } from '../../../../src/web/page/components/RoutesTable.js';
import { FIRST_LIST } from '../../../../src/web/page/state/address.js';
import { MemoryFeed } from '../../../tui/memory-feed.js';
import { markupOf, textOf } from '../render.js';

function feedWith(state: Partial<MemoryFeed['state']>): MemoryFeed {
  const feed = new MemoryFeed(0);
  feed.state = { ...feed.state, ...state };
  return feed;
}

test('it says what to do', (t) => {
  const empty = (feed: MemoryFeed) =>
    textOf(markupOf(EmptyList, { stats: { total: 0, routine: 3 } }, { feed }));
  t.equal(
    empty(feedWith({})),
    'Waiting for requests Open http://localhost:4000 in your browser, or curl http://localhost:4000/ 3 ticks are not listed pg 8.23.1 ✓',
  );
  t.match(empty(feedWith({ starting: true })), /^Waiting for the app to listen/);
  t.match(
    empty(feedWith({ live: false })),
    /^No requests are stored yet Start your app with scooby run -- node app\.js/,
  );
  const state = { list: { ...FIRST_LIST, filter: 'zzz' } };
  t.equal(
    textOf(markupOf(EmptyList, { stats: { total: 1200 } }, { state })),
    'Nothing matches 0 of 1,200 requests match “zzz”. Show all',
  );
  t.end();
});

test('the toolbar says what the newest run has not kept', (t) => {
  const data = { stale: false, count: 3, counted: true, fresh: 0 } as ListData;
  const losses = [{ run: 3, requests: 12, reason: 'there is no room left on the disk' }];
  t.match(
    textOf(markupOf(ListToolbar, { data, stats: { total: 3, losses } })),
    '3 requests Run 3 did not keep 12 requests: there is no room left on the disk.',
  );
  t.end();
});

test('the head says whether the app runs, and has the switch of the recording', (t) => {
  t.equal(
    textOf(markupOf(PageHeader, {}, { feed: feedWith({}) })),
    'scooby live node app.js localhost:4000 all marked off',
  );
  t.match(textOf(markupOf(PageHeader, {}, { feed: feedWith({ live: false }) })), 'history');
  t.notMatch(textOf(markupOf(PageHeader, {}, { feed: feedWith({ live: false }) })), 'marked');
  const hostile = feedWith({ url: 'javascript:alert(1)' });
  t.notMatch(markupOf(PageHeader, {}, { feed: hostile }), 'href="javascript');
  t.end();
});

test('the end of the app, and trouble with the store', (t) => {
  const exit = { code: 1, stderr: ['at x', 'Error: no port'] };
  t.equal(
    textOf(markupOf(AlarmBar, {}, { feed: feedWith({ exit }) })),
    'The app ended with code 1: Error: no port Start it again',
  );
  t.equal(
    textOf(markupOf(AlarmBar, {}, { feed: feedWith({ trouble: 'the disk is full' }) })),
    'the disk is full',
  );
  t.equal(markupOf(AlarmBar, {}, { feed: feedWith({}) }), '');
  t.end();
});

test('routes have their share of all time', async (t) => {
  const rows = await new MemoryFeed(10).routes({ query: [] });
  const text = textOf(markupOf(RoutesTable, { rows, selected: 0 }));
  t.match(text, /POST \/checkout\/confirm 5\d% 1 1\.24s 1\.24s 4 \d+ms ERR 1/);
  t.match(text, /GET \/api\/orders 2\d% 1 \d+ms \d+ms 50 \d+ms N\+1 1/);
  t.end();
});
