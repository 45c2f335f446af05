/** Tabs of a request, as links that are also a tab list. */

import { useEffect, useRef } from 'react';
import type { PageTab } from '../parts/page-tabs.js';
import { formatAddress } from '../state/address.js';

interface TabListProps {
  tabs: readonly PageTab[];
  active: PageTab;
  /** Of the request. */
  id: string;
}

/** The tabs. */
export function TabList({ tabs, active, id }: TabListProps) {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    list.current
      ?.querySelector(`#tab-${CSS.escape(active.slug)}`)
      ?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [active.slug]);
  const pressed = (event: React.KeyboardEvent) => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    const links = [...(list.current?.querySelectorAll('a') ?? [])];
    const next =
      links[(links.indexOf(event.target as HTMLAnchorElement) + step + links.length) % links.length];
    next?.focus();
    next?.click();
  };
  return (
    <div ref={list} role="tablist" aria-label="parts of the request" className="tabs" onKeyDown={pressed}>
      {tabs.map(({ slug, title, badge, key, kind, isAlarm }) => (
        <a
          key={slug}
          id={`tab-${slug}`}
          role="tab"
          href={formatAddress({ at: 'request', id, tab: slug })}
          aria-selected={slug === active.slug}
          aria-controls="panel"
          tabIndex={slug === active.slug ? 0 : -1}
          title={key ? `key ${key}` : undefined}
          className="tab"
        >
          {kind !== undefined && <span className={`swatch bg-${kind}`} aria-hidden="true" />}
          {title}
          {badge !== undefined && <span className={`tab-badge ${isAlarm ? 'fill-error' : ''}`}>{badge}</span>}
        </a>
      ))}
    </div>
  );
}
