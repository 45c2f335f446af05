/** Two rows above the detail: the request's title and its tabs. */

import { statusTextOf } from '../../domain/request.js';
import { formatCount, formatMs, readableUrl } from '../../domain/text.js';
import { type Trace, timeOf } from '../../domain/trace.js';
import { isUnit } from '../../domain/unit.js';
import { badgesOf } from '../../screens/badges.js';
import { formatAge } from '../../terminal/age.js';
import { cellWidth, cleanText, cutMiddle, type Line, lineWidth, type Segment } from '../../terminal/cells.js';
import { statusRole } from '../../terminal/roles.js';
import type { Panel } from '../panels/panel.js';

/** Title of the detail: the request and its figures; `now` is epoch ms, `visited` where escape goes back. */
export function titleLine(trace: Trace, now: number, cells: number, visited = false): Line {
  const { sql } = trace.totals;
  const missing = trace.state === 'open' ? '…' : isUnit(trace) ? statusTextOf(trace) : 'no answer';
  const badges = badgesOf({ ...trace, findings: trace.findings.map((finding) => finding.kind) });
  const path = `${cleanText(trace.method)} ${cleanText(readableUrl(trace.url))}`;
  const required: Segment[] = [
    [trace.status === undefined ? missing : String(trace.status), statusRole(trace.status)],
    trace.duration === undefined ? '' : `  ${formatMs(trace.duration)}`,
    ...badges.slice(0, 2).flatMap((badge): Segment[] => ['  ', [badge.text, badge.role]]),
  ];
  const optional: Segment[] = [
    visited ? ['  esc back', 'key'] : '',
    sql ? `  ${formatCount(sql.count, 'query', 'queries')} ${formatMs(timeOf(sql))}` : '',
    [`  ${formatAge(trace.start, now)}`, 'dim'],
    [`  ${trace.id.slice(0, 8)}`, 'dim'],
  ];
  const out: Segment[] = [...required];
  for (const piece of optional) {
    if (lineWidth([...out, piece]) + Math.min(cellWidth(path), 40) + 4 <= cells) out.push(piece);
  }
  return [' ', [cutMiddle(path, cells - lineWidth(out) - 4), 'title'], '  ', ...out];
}

/** Length of the tabs' names: title, short title, or no name for empty tabs. */
type TabNaming = 'long' | 'short' | 'bare';

function tabSegments(panel: Panel, trace: Trace, active: boolean, naming: TabNaming): Line {
  const headline = panel.badge(trace);
  const empty = headline === '' && panel.canBeEmpty;
  const name = naming === 'long' ? panel.title : naming === 'bare' && empty && !active ? '' : panel.short;
  // In parentheses: "3 Cache 1" would be read as three.
  const count = headline === '' ? '' : `(${headline})`;
  const text = [panel.key, `${name}${count}`].filter((part) => part !== '').join(' ');
  if (active) return [[`[${text}]`, 'focus', 'bold']];
  return [' ', [text, empty ? 'dim' : ''], naming === 'bare' ? '' : ' '];
}

/** A tab on the screen; what hides the first tabs has no panel. */
interface TabPiece {
  panel?: Panel;
  line: Line;
}

/** Tabs, shortened to fit, with the active tab always visible; `title` is the active panel's. */
function tabPieces(panels: Panel[], trace: Trace, title: string, cells: number): TabPiece[] {
  const active = Math.max(
    0,
    panels.findIndex((panel) => panel.title === title),
  );
  const piecesOf = (naming: TabNaming) =>
    panels.map((panel, index) => ({ panel, line: tabSegments(panel, trace, index === active, naming) }));
  const widthOf = (pieces: TabPiece[]) => lineWidth(pieces.flatMap(({ line }) => line));
  for (const naming of ['long', 'short', 'bare'] as const) {
    const pieces = piecesOf(naming);
    if (widthOf(pieces) <= cells) return pieces;
  }
  const pieces = piecesOf('bare');
  let from = 0;
  while (from < active && widthOf(pieces.slice(from, active + 1)) + 2 > cells) from++;
  return [...(from > 0 ? [{ line: [['…', 'dim']] as Line }] : []), ...pieces.slice(from)];
}

/** Row of the tabs. */
export function tabsLine(panels: Panel[], trace: Trace, title: string, cells: number): Line {
  return tabPieces(panels, trace, title, cells).flatMap(({ line }) => line);
}

/** Title of the tab at a cell of their row. */
export function tabAt(
  panels: Panel[],
  trace: Trace,
  title: string,
  cells: number,
  at: number,
): string | undefined {
  let end = 0;
  for (const { panel, line } of tabPieces(panels, trace, title, cells)) {
    end += lineWidth(line);
    if (at < end) return panel?.title;
  }
  return undefined;
}
