/** What a request led to: requests of other services, jobs and messages, over the time of them all. */

import { useEffect, useState } from 'react';
import { escapeToOneLine, formatCount, formatMs, readableUrl } from '../../../domain/text.js';
import type { Trace } from '../../../domain/trace.js';
import { type RequestTree, readTree, treeLoops } from '../../../insight/calls/request-tree.js';
import { usePage } from '../hooks/page-context.js';
import { callsText } from '../parts/page-tabs.js';
import { barIn, type TimeWindow } from '../parts/time-scale.js';
import { type TreeRow, treeRows } from '../parts/tree-rows.js';
import { formatAddress } from '../state/address.js';
import { MethodText, StatusText } from './Badges.js';
import { HeadlineText } from './RequestRow.js';

/** The tab. */
export function TreeTab({ trace }: { trace: Trace }) {
  const { feed, failed } = usePage();
  const [tree, setTree] = useState<RequestTree>();
  useEffect(() => {
    let isCurrent = true;
    const source = {
      find: async (id: string) => feed.find(id),
      children: async (id: string) => (await feed.children?.(id)) ?? [],
    };
    readTree(source, trace).then((read) => isCurrent && setTree(read), failed);
    return () => {
      isCurrent = false;
    };
  }, [feed, trace, failed]);
  if (!tree) return <p className="empty-tab dim">reading …</p>;
  const { rows, window } = treeRows(tree);
  if (rows.length === 1)
    return <p className="empty-tab">This request led to no other, and no other led to it.</p>;
  return (
    <div className="tree">
      {treeLoops(tree).map(({ kind, shape, site, calls, requests, ms, made }, n) => (
        <section key={String(n)} className="finding edge-warn">
          <header className="finding-head">
            <span className="badge fill-warn">LOOP ACROSS REQUESTS</span>
            <HeadlineText
              headline={{
                severity: 'medium',
                ...(site !== undefined && { site }),
                text: `${callsText(kind, calls)} in ${formatCount(requests, 'request')} to ${made.route ?? made.url}`,
              }}
            />
            <span className="number finding-ms">{formatMs(ms)}</span>
          </header>
          <pre className="code">{escapeToOneLine(shape)}</pre>
        </section>
      ))}
      <ul className="tree-rows" aria-label="requests that belong together">
        {rows.map((row) => (
          <TreeLine key={row.trace.id} row={row} window={window} own={trace.id} />
        ))}
      </ul>
    </div>
  );
}

function TreeLine({
  row: { trace, depth, more },
  window,
  own,
}: {
  row: TreeRow;
  window: TimeWindow;
  own: string;
}) {
  const { method, url, start, duration, app, id } = trace;
  const bar = barIn(start, start + (duration ?? window.to - start), window, 0.4);
  return (
    <li className={id === own ? 'tree-row is-selected' : 'tree-row'}>
      <a
        className="tree-name"
        href={formatAddress({ at: 'request', id, tab: 'tree' })}
        style={{ paddingLeft: 8 + depth * 18 }}
        aria-current={id === own ? 'true' : undefined}
      >
        <MethodText method={escapeToOneLine(method)} />
        <span className="path">{escapeToOneLine(readableUrl(url))}</span>
        {app && <span className="dim tree-app">{escapeToOneLine(app.command)}</span>}
        <StatusText row={trace} />
      </a>
      <span className="tree-lane">
        {bar && <span className="bar bg-fine" style={{ left: `${bar.left}%`, width: `${bar.width}%` }} />}
      </span>
      <span className="number">{duration === undefined ? '…' : formatMs(duration)}</span>
      {more > 0 && <span className="dim">and {formatCount(more, 'more')}</span>}
    </li>
  );
}
