/** A request: its head, its tabs, and the tab that is open. */

import { useEffect, useRef } from 'react';
import { escapeToOneLine, readableUrl } from '../../../domain/text.js';
import type { Trace } from '../../../domain/trace.js';
import { usePage } from '../hooks/page-context.js';
import { useCommands } from '../hooks/use-commands.js';
import { useDistance } from '../hooks/use-distance.js';
import { useNeighbours } from '../hooks/use-neighbours.js';
import { useProofs } from '../hooks/use-proofs.js';
import { useRequestActions } from '../hooks/use-request-actions.js';
import { useScrollMemory } from '../hooks/use-scroll-memory.js';
import { useTrace } from '../hooks/use-trace.js';
import { type PageTab, pageTabAt, pageTabs, tabOfKey } from '../parts/page-tabs.js';
import { formatAddress, type RequestAddress } from '../state/address.js';
import { CallsTab } from './CallsTab.js';
import { DistanceBar } from './DistanceBar.js';
import { ErrorsTab } from './ErrorsTab.js';
import { HeadersTab } from './HeadersTab.js';
import { LoadingRequest } from './LoadingRequest.js';
import { LogsTab } from './LogsTab.js';
import { OverviewTab } from './OverviewTab.js';
import { ProfileTab } from './ProfileTab.js';
import { ProofCard } from './ProofCard.js';
import { RequestHead } from './RequestHead.js';
import { TabList } from './TabList.js';
import { TreeTab } from './TreeTab.js';
import { WaterfallTab } from './WaterfallTab.js';

/** The request of an address. */
export function RequestPane({ address }: { address: RequestAddress }) {
  const { feed, state, version, failed, go } = usePage();
  const loaded = useTrace(feed, address.id, version, failed);
  useNeighbours(address.id, address.tab);
  useCommands({ back: () => go(state.list) });
  if (loaded.state === 'loading') return <LoadingRequest />;
  if (loaded.state === 'missing') return <MissingRequest />;
  return <LoadedRequest key={address.id} trace={loaded.trace} address={address} />;
}

function LoadedRequest({ trace, address }: { trace: Trace; address: RequestAddress }) {
  const { go, dispatch } = usePage();
  const body = useRef<HTMLDivElement>(null);
  const tabs = pageTabs(trace);
  const tab = pageTabAt(tabs, address.tab);
  const actions = useRequestActions(trace, address.item);
  const proofs = useProofs(trace, address.item);
  const distant = useDistance(trace);
  useEffect(() => {
    document.title = `${escapeToOneLine(`${trace.method} ${readableUrl(trace.url)}`)} · scooby`;
  }, [trace.method, trace.url]);
  useScrollMemory(body, formatAddress({ at: 'request', id: trace.id, tab: tab.slug }), true);
  const open = (next: PageTab | undefined) => next && go({ at: 'request', id: trace.id, tab: next.slug });
  const step = (n: number) => open(tabs[(tabs.indexOf(tab) + n + tabs.length) % tabs.length]);
  useCommands({
    nextTab: () => step(1),
    previousTab: () => step(-1),
    tab: (pressed) => {
      const found = tabOfKey(trace, pressed);
      if (typeof found === 'string') dispatch({ type: 'notice', text: found, role: 'warn' });
      else open(found);
    },
  });
  return (
    <article className="request-pane" aria-label={`${trace.method} ${trace.url}`}>
      <RequestHead trace={trace} actions={actions} proofs={proofs} />
      <TabList tabs={tabs} active={tab} id={trace.id} />
      <div
        ref={body}
        id="panel"
        role="tabpanel"
        aria-labelledby={`tab-${tab.slug}`}
        className="tab-body"
        tabIndex={0}
      >
        <DistanceBar text={distant?.text} />
        <ProofCard proof={proofs.proof} close={proofs.close} />
        {tab.slug === 'overview' ? (
          <OverviewTab trace={trace} {...(distant && { away: distant.away })} tryLoop={proofs.tryLoop} />
        ) : (
          <TabBody trace={trace} tab={tab} item={address.item} />
        )}
      </div>
    </article>
  );
}

function TabBody({ trace, tab, item }: { trace: Trace; tab: PageTab; item: number | undefined }) {
  const { slug, kind } = tab;
  if (kind === 'log') return <LogsTab trace={trace} item={item} />;
  if (kind !== undefined) return <CallsTab key={kind} trace={trace} kind={kind} item={item} />;
  switch (slug) {
    case 'waterfall':
      return <WaterfallTab trace={trace} item={item} />;
    case 'errors':
      return <ErrorsTab trace={trace} />;
    case 'cpu':
    case 'heap':
      return <ProfileTab key={slug} trace={trace} kind={slug} />;
    case 'headers':
      return <HeadersTab trace={trace} />;
    default:
      return <TreeTab trace={trace} />;
  }
}

function MissingRequest() {
  const { state } = usePage();
  return (
    <div className="request-pane">
      <div className="empty">
        <h2>This request is no longer stored</h2>
        <p>Only the newest are kept. The link may also be of another project.</p>
        <a className="button" href={formatAddress(state.list)}>
          To the list
        </a>
      </div>
    </div>
  );
}
