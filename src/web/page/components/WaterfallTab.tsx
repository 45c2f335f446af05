/** Waterfall of a request: its calls and the code between them over time, to zoom and to pan. */

import { useMemo, useRef, useState } from 'react';
import { formatMs } from '../../../domain/text.js';
import { countedSpans, type Trace } from '../../../domain/trace.js';
import { maxConcurrent, timelineExtent } from '../../../screens/timeline-extent.js';
import { usePage } from '../hooks/page-context.js';
import { useCommands } from '../hooks/use-commands.js';
import { useSize } from '../hooks/use-size.js';
import { useWaterfallWindow } from '../hooks/use-waterfall-window.js';
import { scrollTo, virtualRows } from '../parts/virtual-rows.js';
import { type WaterfallRow, waterfallRows } from '../parts/waterfall-rows.js';
import { CallDetail } from './CallDetail.js';
import { SliceDetail } from './SliceDetail.js';
import { WaterfallLine } from './WaterfallLine.js';
import { WaterfallMap } from './WaterfallMap.js';
import { WaterfallScale } from './WaterfallScale.js';

const ROW_HEIGHT = 26;

/** The tab. */
export function WaterfallTab({ trace, item }: { trace: Trace; item: number | undefined }) {
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const rows = useMemo(() => waterfallRows(trace, open), [trace, open]);
  const most = useMemo(() => maxConcurrent(countedSpans(trace.spans)), [trace]);
  if (rows.length === 0)
    return <p className="empty-tab">This request made no calls: all of its time is its own.</p>;
  const toggle = (key: string) => {
    const next = new Set(open);
    if (!next.delete(key)) next.add(key);
    setOpen(next);
  };
  return (
    <div className="waterfall">
      <WaterfallBody trace={trace} rows={rows} open={open} toggle={toggle} item={item} most={most} />
    </div>
  );
}

interface BodyProps {
  trace: Trace;
  rows: WaterfallRow[];
  open: ReadonlySet<string>;
  toggle(key: string): void;
  item: number | undefined;
  most: number;
}

function WaterfallBody({ trace, rows, open, toggle, item, most }: BodyProps) {
  const { go } = usePage();
  const extent = timelineExtent(trace);
  const lanes = useRef<HTMLDivElement>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const { width } = useSize(lanes);
  const { height } = useSize(scroller);
  const [scrollTop, setScrollTop] = useState(0);
  const labels = Math.round(Math.max(126, Math.min(340, width * 0.32)));
  const { window, setWindow, isZoomed, zoom, reset } = useWaterfallWindow(extent, lanes, labels);
  const viewport = { count: rows.length, rowHeight: ROW_HEIGHT, height: height || 400, scrollTop };
  const shown = virtualRows(viewport);
  const [at, setAt] = useState(() =>
    Math.max(
      0,
      rows.findIndex(({ span }) => span !== undefined && span === item),
    ),
  );
  const [slice, setSlice] = useState<string>();
  const openRow = (index: number) => {
    const row = rows[index];
    if (!row) return;
    setAt(index);
    setSlice(row.slice && row.key !== slice ? row.key : undefined);
    if (row.folded) return toggle(row.key);
    const next = { at: 'request', id: trace.id, tab: 'waterfall' } as const;
    go(row.span === undefined || row.span === item ? next : { ...next, item: row.span }, { replace: true });
  };
  const move = (to: number) => {
    const next = Math.max(0, Math.min(rows.length - 1, to));
    setAt(next);
    if (scroller.current) scroller.current.scrollTop = scrollTo(next, viewport);
  };
  useCommands(
    {
      down: () => move(at + 1),
      up: () => move(at - 1),
      first: () => move(0),
      last: () => move(rows.length - 1),
      open: () => openRow(at),
      ...(item !== undefined && {
        back: () => go({ at: 'request', id: trace.id, tab: 'waterfall' }, { replace: true }),
      }),
    },
    1,
  );
  const openedSlice = rows.find(({ key }) => key === slice)?.slice;
  return (
    <>
      <div className="waterfall-head">
        <span className="dim">
          {most > 1 ? `up to ${most} calls at the same time` : 'never two calls at the same time'}
        </span>
        <span className="dim waterfall-hint">drag to pan, ctrl + wheel to zoom</span>
        <div className="segments" role="group" aria-label="zoom">
          <button type="button" aria-label="zoom in" onClick={() => zoom(1.8)}>
            +
          </button>
          <button type="button" aria-label="zoom out" onClick={() => zoom(1 / 1.8)} disabled={!isZoomed}>
            −
          </button>
          <button type="button" onClick={reset} disabled={!isZoomed}>
            All {formatMs(extent)}
          </button>
        </div>
      </div>
      <div ref={lanes} className="waterfall-lanes">
        <WaterfallMap trace={trace} extent={extent} window={window} setWindow={setWindow} labels={labels} />
        <WaterfallScale window={window} labels={labels} width={width - labels} />
        <div
          ref={scroller}
          className="waterfall-rows"
          tabIndex={0}
          role="list"
          aria-label="calls over time"
          onScroll={(event) => setScrollTop(event.currentTarget.scrollTop)}
        >
          <div role="presentation" style={{ height: shown.total, position: 'relative' }}>
            <div
              role="presentation"
              className="list-rows"
              style={{ transform: `translateY(${shown.offset}px)` }}
            >
              {rows.slice(shown.from, shown.to).map((row, n) => (
                <WaterfallLine
                  key={row.key}
                  trace={trace}
                  row={row}
                  window={window}
                  labels={labels}
                  width={width - labels}
                  isOpen={
                    open.has(row.key) ||
                    (item !== undefined && row.span === item && !row.folded) ||
                    row.key === slice
                  }
                  isCursor={shown.from + n === at}
                  toggle={() => openRow(shown.from + n)}
                />
              ))}
            </div>
          </div>
        </div>
      </div>
      {item !== undefined && !openedSlice && <CallDetail trace={trace} span={item} />}
      {openedSlice && <SliceDetail trace={trace} slice={openedSlice} />}
    </>
  );
}
