/** Calls of one kind: grouped by shape and line with their count and total, or one by one. */

import { useEffect, useMemo, useState } from 'react';
import { kindOf } from '../../../domain/span-kinds.js';
import { formatWhole } from '../../../domain/text.js';
import type { Trace } from '../../../domain/trace.js';
import type { Group } from '../../../insight/calls/groups.js';
import { emptyReason, findingMarks, groupsAt } from '../../../screens/call-groups.js';
import { slugOf } from '../../../screens/page-place.js';
import { usePage } from '../hooks/page-context.js';
import { useCommands } from '../hooks/use-commands.js';
import { CallRow } from './CallRow.js';
import { CallsHead } from './CallsHead.js';
import { GroupRow } from './GroupRow.js';

/** Rows that are drawn at first; more on demand. */
const MAX_ROWS = 300;

/** A row: a group, or a single call. */
export type CallsItem = { group: Group; span: number } | { group?: undefined; span: number };

function itemsOf(trace: Trace, kind: string, isGrouped: boolean, order: 'start' | 'total'): CallsItem[] {
  const indexes = trace.spans.flatMap((span, index) => (span.kind === kind ? [index] : []));
  if (isGrouped) return groupsAt(trace, indexes, order).map((group) => ({ group, span: group.slowest }));
  const { spans } = trace;
  const sign = (a: number, b: number) =>
    order === 'total'
      ? (spans[b]!.duration ?? 0) - (spans[a]!.duration ?? 0)
      : spans[a]!.start - spans[b]!.start;
  return indexes.sort(sign).map((span) => ({ span }));
}

/** The tab. */
export function CallsTab({ trace, kind, item }: { trace: Trace; kind: string; item: number | undefined }) {
  const { state, dispatch, go } = usePage();
  const { isGrouped, order } = state;
  const items = useMemo(() => itemsOf(trace, kind, isGrouped, order), [trace, kind, isGrouped, order]);
  const marks = useMemo(() => findingMarks(trace), [trace]);
  const [most, setMost] = useState(MAX_ROWS);
  const has = ({ group, span }: CallsItem) => span === item || group?.spans.includes(item!) === true;
  const opened = item === undefined ? -1 : items.findIndex(has);
  const [at, setAt] = useState(Math.max(0, opened));
  useEffect(() => {
    if (opened < 0) return;
    setAt(opened);
    setMost((now) => Math.max(now, opened + 1));
  }, [opened]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the row of the cursor is drawn anew
  useEffect(() => {
    document.querySelector('#panel [data-cursor=true]')?.scrollIntoView({ block: 'nearest' });
  }, [at, opened]);
  const open = (index: number) => {
    const row = items[index];
    if (!row) return;
    const next = { at: 'request', id: trace.id, tab: slugOf(kind) } as const;
    go(index === opened ? next : { ...next, item: row.span }, { replace: true });
  };
  const move = (n: number) => setAt(Math.max(0, Math.min(items.length - 1, at + n)));
  useCommands(
    {
      down: () => move(1),
      up: () => move(-1),
      pageDown: () => move(10),
      pageUp: () => move(-10),
      first: () => setAt(0),
      last: () => setAt(items.length - 1),
      open: () => open(at),
      group: () => dispatch({ type: 'group' }),
      order: () => dispatch({ type: 'order' }),
      ...(opened >= 0 && { back: () => open(opened) }),
    },
    1,
  );
  if (items.length === 0)
    return <p className="empty-tab">{emptyReason(kindOf(kind).nouns)(trace).join('. ')}</p>;
  return (
    <div className="calls">
      <CallsHead trace={trace} kind={kind} />
      <ul className="call-list">
        {items.slice(0, most).map((each, n) => {
          const shared = {
            trace,
            isOpen: n === opened,
            isCursor: n === at,
            mark: marks.get(each.group?.spans[0] ?? each.span),
            toggle: () => open(n),
          };
          return each.group ? (
            <GroupRow key={each.span} group={each.group} item={item} {...shared} />
          ) : (
            <CallRow key={each.span} span={each.span} {...shared} />
          );
        })}
      </ul>
      {items.length > most && (
        <button type="button" className="button" onClick={() => setMost(most + 1000)}>
          Show more of {formatWhole(items.length)}
        </button>
      )}
    </div>
  );
}
