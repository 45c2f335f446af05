/** The page as a whole, before anything is loaded, and its boxes. */

import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { test } from 'tap';
import { CopyDialog } from '../../../../src/web/page/components/CopyDialog.js';
import { LatencyHistogram } from '../../../../src/web/page/components/LatencyHistogram.js';
import { PageApp } from '../../../../src/web/page/components/PageApp.js';
import { CommandsDialog, PageDialogs } from '../../../../src/web/page/components/PageDialogs.js';
import { NoticeBar } from '../../../../src/web/page/components/PageNotice.js';
import { PlanView } from '../../../../src/web/page/components/PlanView.js';
import { RequestHead } from '../../../../src/web/page/components/RequestHead.js';
import { StartFailure } from '../../../../src/web/page/components/StartFailure.js';
import { TabList } from '../../../../src/web/page/components/TabList.js';
import { UrlDialog } from '../../../../src/web/page/components/UrlDialog.js';
import { latencyDots } from '../../../../src/web/page/parts/latency.js';
import { pageTabs } from '../../../../src/web/page/parts/page-tabs.js';
import { summaryOf, traceAt } from '../../../tui/fake.js';
import { MemoryFeed } from '../../../tui/memory-feed.js';
import { markupOf, textOf } from '../render.js';

function pageAt(hash: string, width: number): string {
  Object.assign(globalThis, { location: { hash }, innerWidth: width });
  return renderToStaticMarkup(createElement(PageApp, { feed: new MemoryFeed(20) }));
}

test('the list, a request, both side by side, and a comparison', (t) => {
  const list = pageAt('#/?q=n1', 1280);
  t.match(
    textOf(list),
    /^scooby live node app\.js localhost:4000 all marked off Requests Requests Routes Errors N\+1 \//,
  );
  t.notMatch(textOf(list), 'Nothing matches', 'nothing is known yet');
  t.match(list, 'value="n1"');
  t.notMatch(list, 'request-pane');
  t.notMatch(pageAt('#/r/1/sql', 1280), 'list-pane');
  t.match(pageAt('#/r/1/sql', 1920), /list-pane is-aside.*request-pane/);
  t.match(textOf(pageAt('#/diff/1/2', 1280)), 'reading …');
  t.end();
});

test('boxes: keys, sorting, recording, copying, sending again', (t) => {
  const box = (dialog: 'help' | 'sort' | 'record') =>
    textOf(markupOf(PageDialogs, {}, { state: { dialog } }));
  t.match(box('help'), /Keys \/ filter: words, status>=400, n1, sql:users, !health/);
  t.match(box('help'), 'N+1 calls repeated in a loop');
  t.match(box('sort'), /^Sort by t time, newest first d duration/);
  t.match(box('record'), 'm only marked ones X-Scooby-Record: 1');
  t.equal(markupOf(PageDialogs, {}), '');
  const trace = traceAt(1);
  t.match(
    textOf(markupOf(CopyDialog, { trace })),
    'p as a prompt findings, code and calls, to paste into a chat or an issue k link to what is shown c as cURL',
  );
  t.match(markupOf(UrlDialog, { trace, send: () => {} }), 'value="/api/orders?page=2"');
  t.equal(textOf(markupOf(CommandsDialog, {})), 'Commands');
  t.end();
});

test('the head of a request and its tabs', (t) => {
  const trace = traceAt(1);
  const proofs = { proof: undefined, close: () => {}, isWatched: true, verify: () => {}, watch: () => {} };
  t.equal(
    textOf(markupOf(RequestHead, { trace, actions: { replay: () => {}, compare: () => {} }, proofs })),
    'GET /api/orders?page=2 200 621ms 50 queries 554ms N+1 SLOW just now a0000001 Replay Profile Verify Watched Compare Mark Copy',
  );
  const tabs = pageTabs(trace);
  const list = markupOf(TabList, { tabs, active: tabs[2]!, id: trace.id });
  t.equal(textOf(list), 'Overview 1 Waterfall SQL 50 Cache 1 Logs 1 CPU Headers Tree');
  t.equal(list.match(/aria-selected="true"/g)?.length, 1);
  t.end();
});

test('messages, a plan, a histogram, a page that cannot start', (t) => {
  const notice = { text: 'answered 200', role: 'ok', number: 1, request: 'abc' } as const;
  t.match(markupOf(NoticeBar, {}, { state: { notice } }), 'href="#/r/abc"');
  const plan = {
    asked: 'EXPLAIN',
    server: 'PostgreSQL 16',
    plan: ['Seq Scan', '  Filter: <x>'],
    remarks: [{ kind: 'seq-scan', text: 'reads all' }],
    notes: ['a note'],
  };
  t.equal(
    textOf(markupOf(PlanView, { plan })),
    'EXPLAIN by PostgreSQL 16 SEQ-SCAN reads all Seq Scan Filter: <x> a note',
  );
  const dots = latencyDots([summaryOf(traceAt(0)), summaryOf(traceAt(1)), summaryOf(traceAt(2))]);
  t.equal(markupOf(LatencyHistogram, { dots, onChoose: () => {} }).match(/; list them/g)?.length, 18);
  t.match(
    textOf(markupOf(StartFailure, { message: 'no <token>' })),
    'scooby cannot show this page no <token>',
  );
  t.end();
});
