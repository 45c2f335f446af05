/** What is wrong with a request, and where its time went. */

import { parseSite } from '../../domain/site.js';
import { kindOf } from '../../domain/span-kinds.js';
import { formatCount, formatMs } from '../../domain/text.js';
import type { Finding, Trace } from '../../domain/trace.js';
import { cleanText, fitText, type Line, type Segment } from '../../terminal/cells.js';
import { severityRole } from '../../terminal/roles.js';
import type { Panel, PanelContext, TableRow, TextLine } from './panel.js';
import { codeRows, stackLines } from './stack-detail.js';
import { timelineExtent } from './timeline.js';

/** Answers a request in one sentence of figures. */
function headlineOf(trace: Trace): string {
  const parts = Object.entries(trace.totals).map(([kind, total]) => {
    const { noun, nouns } = kindOf(kind);
    return `${formatCount(total.count, noun, nouns)}${total.ms > 0 ? ` ${formatMs(total.ms)}` : ''}`;
  });
  return parts.length > 0 ? parts.join(', ') : 'no calls';
}

/** Answers how the request's time is shared between the kinds of calls, as one bar with its legend. */
function timeBar(trace: Trace, columns: number): Line[] {
  const whole = timelineExtent(trace);
  const kinds = Object.entries(trace.totals).filter(([, total]) => total.ms > 0);
  const cells = Math.max(10, columns - 2);
  const sum = kinds.reduce((all, [, total]) => all + total.ms, 0);
  // Calls that ran at the same time add up to more than the request took.
  const unit = cells / Math.max(whole, sum);
  const bars: Segment[] = [];
  const legend: Segment[] = [' '];
  let used = 0;
  for (const [kind, total] of kinds) {
    const size = Math.min(cells - used, Math.max(1, Math.round(total.ms * unit)));
    used += size;
    const { role } = kindOf(kind);
    bars.push(['█'.repeat(size), role]);
    legend.push(
      ['█ ', role],
      `${cleanText(kind)} ${formatMs(total.ms)} ${Math.round((total.ms / whole) * 100)}%`,
      '   ',
    );
  }
  bars.push(['░'.repeat(Math.max(0, cells - used)), 'dim']);
  if (sum <= whole) legend.push(['░ ', 'dim'], `own ${formatMs(whole - sum)}`);
  return [[' ', ...bars], legend];
}

function head(trace: Trace, columns: number): Line[] {
  const out: Line[] = [];
  const row = (name: string, text: string | undefined, role = '') => {
    if (text) out.push([' ', [fitText(name, 8), 'dim'], role ? [cleanText(text), role] : cleanText(text)]);
  };
  row('route', trace.route ? `${trace.method} ${trace.route}` : undefined);
  row('handler', trace.handler, 'accent');
  row(
    'params',
    trace.params &&
      Object.entries(trace.params)
        .map(([name, value]) => `${name}=${value}`)
        .join('  '),
  );
  if (trace.state === 'died')
    out.push([' ', ['the app ended before it answered; this is what it had done', 'error']]);
  if (trace.state === 'open') out.push([' ', ['still running', 'warn']]);
  for (const note of trace.notes ?? []) out.push([' ', [`not captured: ${cleanText(note)}`, 'warn']]);
  if (trace.dropped)
    out.push([' ', [`${formatCount(trace.dropped, 'call')} not kept: there were too many`, 'warn']]);
  row('calls', headlineOf(trace));
  out.push(...timeBar(trace, columns), []);
  const title =
    trace.findings.length > 0 ? formatCount(trace.findings.length, 'finding') : 'nothing suspicious found';
  out.push([[` ${title}`, trace.findings.length > 0 ? 'title' : 'ok']]);
  return out;
}

function findingEntry(finding: Finding, trace: Trace): TableRow {
  const first = finding.spans[0];
  const place = parseSite(finding.site);
  const kind = trace.spans[first ?? -1]?.kind;
  const tab = kind === undefined ? undefined : kindOf(kind).title;
  return {
    ...(first === undefined ? {} : { span: first }),
    ...(place ? { place } : {}),
    ...(tab ? { tab } : {}),
    line: () => [
      [` ${finding.kind.toUpperCase()} `, severityRole(finding.severity)],
      [fitText(formatMs(finding.ms), 7, 'right'), 'bold'],
      ` ${cleanText(finding.message)}  `,
      [cleanText(finding.site ?? ''), 'accent'],
    ],
  };
}

function kindEntry(kind: string, trace: Trace): TableRow {
  const total = trace.totals[kind]!;
  const { title, role, noun, nouns } = kindOf(kind);
  const errors = total.errors ? formatCount(total.errors, 'error') : '';
  return {
    tab: title,
    line: () => [
      [` ${fitText(kind, 6)}`, role],
      fitText(formatMs(total.ms), 7, 'right'),
      ` ${formatCount(total.count, noun, nouns)}`,
      total.wait ? [`   ${formatMs(total.wait)} waiting for a connection`, 'warn'] : '',
      errors ? [`   ${errors}`, 'error'] : '',
    ],
  };
}

function findingText(finding: Finding, reading: PanelContext): TextLine[] {
  const place = parseSite(finding.site);
  const out: TextLine[] = [{ line: [' ', [cleanText(finding.message), 'bold']], prose: true }];
  if (finding.suggestion)
    out.push({
      line: [
        [' try   ', 'dim'],
        [cleanText(finding.suggestion), 'ok'],
      ],
      prose: true,
    });
  out.push({ line: [] });
  if (place) {
    out.push({
      line: [
        [' at ', 'dim'],
        cleanText(finding.function ?? ''),
        ' ',
        [cleanText(finding.site!), 'accent'],
        ['   e opens it', 'dim'],
      ],
      place,
    });
    // Few lines before it: the line itself has to be in sight on a small screen.
    out.push(...codeRows(reading.source(place.file), place, 2));
  }
  const sure = finding.confidence >= 0.9 ? 'sure' : finding.confidence >= 0.6 ? 'likely' : 'possible';
  out.push(
    { line: [] },
    { line: [[` ${sure}: ${finding.reasons.map(cleanText).join('; ')}`, 'dim']], prose: true },
  );
  const span = reading.trace.spans[finding.spans[0] ?? -1];
  if (span) out.push({ line: [] }, ...stackLines(span, { ...reading, source: () => undefined }));
  return out;
}

function kindText(kind: string, reading: PanelContext): TextLine[] {
  const spans = reading.trace.spans.filter((span) => span.kind === kind);
  const slowest = spans.sort((a, b) => (b.duration ?? 0) - (a.duration ?? 0)).slice(0, 10);
  const out: TextLine[] = [{ line: [[' the slowest', 'dim']] }];
  for (const span of slowest) {
    const place = parseSite(span.site);
    out.push({
      line: [
        fitText(formatMs(span.duration ?? 0), 8, 'right'),
        ' ',
        cleanText(span.name),
        '  ',
        [cleanText(span.site ?? ''), 'accent'],
      ],
      ...(place ? { place } : {}),
    });
  }
  return out;
}

export const overviewPanel: Panel = {
  title: 'Overview',
  short: 'Over',
  key: '1',
  empty: false,
  spans: (trace) => trace.spans,
  headline: () => '',
  page: (reading) => {
    const { trace } = reading;
    const kinds = Object.keys(trace.totals).sort((a, b) => trace.totals[b]!.ms - trace.totals[a]!.ms);
    return {
      head: (columns) => head(trace, columns),
      entries: [
        ...trace.findings.map((finding) => findingEntry(finding, trace)),
        ...kinds.map((kind) => kindEntry(kind, trace)),
      ],
      text: (row) => {
        const finding = trace.findings[row];
        return finding
          ? findingText(finding, reading)
          : kindText(kinds[row - trace.findings.length] ?? '', reading);
      },
    };
  },
};
