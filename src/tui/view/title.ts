/** The two rows over a detail: the request, and its tabs. */

import { formatCount, formatMs } from '../../domain/text.js';
import type { Trace } from '../../domain/trace.js';
import { formatAge } from '../../terminal/age.js';
import { cellWidth, cleanText, cutMiddle, type Line, lineWidth, type Segment } from '../../terminal/cells.js';
import { statusRole } from '../../terminal/roles.js';
import type { Panel } from '../panels/panel.js';
import { badgesOf } from './badges.js';

/** Answers the title of the detail: the request and its figures. */
export function titleLine(trace: Trace, now: number, cells: number): Line {
  const { sql } = trace.totals;
  const missing = trace.state === 'open' ? '…' : 'no answer';
  const badges = badgesOf({ ...trace, findings: trace.findings.map((finding) => finding.kind) });
  const path = `${cleanText(trace.method)} ${cleanText(trace.url)}`;
  const must: Segment[] = [
    [trace.status === undefined ? missing : String(trace.status), statusRole(trace.status)],
    trace.duration === undefined ? '' : `  ${formatMs(trace.duration)}`,
    ...badges.slice(0, 2).flatMap((badge): Segment[] => ['  ', [badge.text, badge.role]]),
  ];
  const more: Segment[] = [
    sql ? `  ${formatCount(sql.count, 'query', 'queries')} ${formatMs(sql.ms)}` : '',
    [`  ${formatAge(trace.start, now)}`, 'dim'],
    [`  ${trace.id.slice(0, 8)}`, 'dim'],
  ];
  const out: Segment[] = [...must];
  for (const piece of more) {
    if (lineWidth([...out, piece]) + Math.min(cellWidth(path), 40) + 4 <= cells) out.push(piece);
  }
  return [' ', [cutMiddle(path, cells - lineWidth(out) - 4), 'title'], '  ', ...out];
}

/** How much of a tab's name is shown: all, a short form, or no name where there is nothing in it. */
type Naming = 'long' | 'short' | 'bare';

function tab(panel: Panel, trace: Trace, active: boolean, naming: Naming): Line {
  const headline = panel.headline(trace);
  const empty = headline === '' && panel.empty;
  const name = naming === 'long' ? panel.title : naming === 'bare' && empty && !active ? '' : panel.short;
  const text = [panel.key, name, headline].filter((part) => part !== '').join(' ');
  if (active) return [[`[${text}]`, 'focus', 'bold']];
  return [' ', [text, empty ? 'dim' : ''], naming === 'bare' ? '' : ' '];
}

/** Answers the tabs, shortened where needed, with the active one always in sight. */
export function tabsLine(panels: Panel[], trace: Trace, title: string, cells: number): Line {
  const at = Math.max(
    0,
    panels.findIndex((panel) => panel.title === title),
  );
  for (const naming of ['long', 'short', 'bare'] as const) {
    const line = panels.flatMap((panel, index) => tab(panel, trace, index === at, naming));
    if (lineWidth(line) <= cells) return line;
  }
  const tabs = panels.map((panel, index) => tab(panel, trace, index === at, 'bare'));
  let from = 0;
  while (from < at && lineWidth(tabs.slice(from, at + 1).flat()) + 2 > cells) from++;
  return [...(from > 0 ? [['…', 'dim'] as const] : []), ...tabs.slice(from).flat()];
}
