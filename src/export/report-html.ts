/** A report as one HTML file: no scripts, nothing from elsewhere, light and dark, fit to be printed. */

import { findingWord } from '../domain/finding-kinds.js';
import { partOfPage } from '../domain/finding-win.js';
import { parseSite } from '../domain/site.js';
import { escapeControls, escapeToOneLine, formatCount, formatMs } from '../domain/text.js';
import { codeFrame } from '../terminal/code-frame.js';
import { REPORT_STYLE } from './report-style.js';
import {
  hasReportChange,
  type ReportDifference,
  type ReportedRun,
  type ReportFinding,
  type ReportMention,
  type ReportRoute,
} from './run-report.js';

const CONTEXT_LINES = 3;
const SEVERITIES = new Set(['high', 'medium', 'low', 'info']);

/** The document, ending in a newline. */
export function reportHtml(report: ReportedRun): string {
  const { command, run, host, began, written, version, figures, findings, moreFindings } = report;
  const facts = [`run ${run}`, when(began), ...(host === undefined ? [] : [`on ${host}`])];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="color-scheme" content="light dark">
<title>${text(`scooby: ${command}`)}</title>
<style>${REPORT_STYLE}</style>
</head>
<body>
<header>
<h1><code>${text(command)}</code></h1>
<p class="facts">${facts.map(text).join(' · ')}</p>
<dl class="figures">${figures.map(({ name, text: value }) => `<div><dt>${text(name)}</dt><dd>${text(value)}</dd></div>`).join('')}</dl>
</header>
<main>
${report.difference ? differenceSection(report.difference) : ''}
<section><h2>${findings.length === 0 ? 'No findings' : formatCount(findings.length + moreFindings, 'finding')}</h2>
${findings.map(findingArticle).join('\n')}
${more(moreFindings, 'other finding')}</section>
${routeSection(report.routes, report.moreRoutes)}
</main>
<footer>written by scooby ${text(version)}, ${text(when(written))}</footer>
</body>
</html>
`;
}

function findingArticle(finding: ReportFinding): string {
  const {
    kind,
    severity,
    message,
    suggestion,
    site,
    function: name,
    route,
    requests,
    ms,
    worst,
    isNew,
  } = finding;
  const level = SEVERITIES.has(severity) ? severity : 'info';
  const where =
    site === undefined ? '' : `<code class="site">${text(name ? `${name} (${site})` : site)}</code>`;
  const facts = [
    ...(ms > 0 ? [formatMs(ms)] : []),
    ...winFacts(finding),
    `in ${formatCount(requests, 'request')} of ${route}`,
    `most in ${worst.slice(0, 8)}`,
  ];
  return `<article class="${level}">
<h3><span class="kind">${text(findingWord(kind))}</span> ${where}${isNew ? ' <span class="new">new</span>' : ''}</h3>
<p class="facts">${facts.map(text).join(' · ')}</p>
<p>${prose(message)}</p>
${codeBlock(finding)}${suggestion === undefined ? '' : `<p class="advice">${prose(suggestion)}</p>`}
</article>`;
}

function winFacts({ win, duration }: ReportFinding): string[] {
  if (win === undefined || duration === undefined) return [];
  return [`mended, the page takes ${partOfPage(win, duration)} less`];
}

function codeBlock({ site, lines }: ReportFinding): string {
  const position = parseSite(site);
  if (!position || !lines) return '';
  const rows = codeFrame(lines, position.line, CONTEXT_LINES).map(({ gutter, text: code, isCurrent }) => {
    const row = `<span class="gutter">${markup(gutter)}</span>${markup(code)}`;
    return isCurrent ? `<mark>${row}</mark>` : row;
  });
  return rows.length === 0 ? '' : `<pre><code>${rows.join('\n')}</code></pre>\n`;
}

function routeSection(routes: ReportRoute[], moreRoutes: number): string {
  if (routes.length === 0) return '';
  const heads = ['route', 'requests', 'p50', 'p95', 'worst', 'queries', 'most', 'errors', 'found'];
  const rows = routes.map(
    (route) =>
      `<tr><td class="route"><code>${text(`${route.method} ${route.route}`)}</code></td>${[
        route.requests.toLocaleString('en-US'),
        formatMs(route.p50),
        formatMs(route.p95),
        formatMs(route.worst),
        route.queries > 0 ? averageText(route.queries) : '',
        route.mostQueries > 0 ? route.mostQueries.toLocaleString('en-US') : '',
        route.errors > 0 ? route.errors.toLocaleString('en-US') : '',
      ]
        .map((cell) => `<td class="number">${text(cell)}</td>`)
        .join(
          '',
        )}<td>${route.findings.map((kind) => `<span class="tag">${text(findingWord(kind))}</span>`).join(' ')}</td></tr>`,
  );
  return `<section><h2>Routes</h2>
<div class="wide"><table><thead><tr>${heads.map((head, n) => `<th scope="col"${n > 0 && n < 8 ? ' class="number"' : ''}>${head}</th>`).join('')}</tr></thead>
<tbody>
${rows.join('\n')}
</tbody></table></div>
${more(moreRoutes, 'other route')}</section>`;
}

function differenceSection(difference: ReportDifference): string {
  const { against, figures, gone, added, stays, routes } = difference;
  const rows = figures.map(
    ({ name, before, after, change }) =>
      `<tr><td>${text(name)}</td><td class="number">${text(before)}</td><td class="number ${change}">${text(after)}</td></tr>`,
  );
  const table =
    rows.length === 0
      ? ''
      : `<table><thead><tr><th scope="col"></th><th scope="col" class="number">before</th><th scope="col" class="number">now</th></tr></thead><tbody>${rows.join('')}</tbody></table>`;
  const lists = [mentions('New', 'worse', added), mentions('Gone', 'better', gone)].join('');
  const moved = routes.map(
    ({ route, verdict, before, after }) =>
      `<li><b>${text(verdict)}</b> <code>${text(route)}</code> ${text(change(before, after))}</li>`,
  );
  const unchanged = hasReportChange(difference) ? '' : '<p>Nothing has changed.</p>';
  return `<section class="difference"><h2>Against ${text(against)}</h2>
${unchanged}${table}${lists}${stays > 0 ? `<p>${text(formatCount(stays, 'finding stays', 'findings stay'))}.</p>` : ''}
${moved.length > 0 ? `<ul>${moved.join('')}</ul>` : ''}</section>`;
}

function mentions(title: string, className: string, list: ReportMention[]): string {
  if (list.length === 0) return '';
  const items = list.map(({ kind, message, site, route }) => {
    const where = [route, site].flatMap((part) => part ?? []).map((part) => `<code>${text(part)}</code>`);
    return `<li><span class="kind">${text(findingWord(kind))}</span> ${where.join(' ')}<br>${prose(message)}</li>`;
  });
  return `<h3 class="${className}">${title}</h3><ul>${items.join('')}</ul>`;
}

function change(before: number | undefined, after: number | undefined): string {
  if (before === undefined || after === undefined) return formatMs((before ?? after)!);
  return `${formatMs(before)} → ${formatMs(after)}`;
}

function more(count: number, noun: string): string {
  return count > 0 ? `<p class="facts">… and ${text(formatCount(count, noun))}.</p>` : '';
}

function averageText(value: number): string {
  return value < 9.95 ? value.toFixed(1).replace(/\.0$/, '') : Math.round(value).toLocaleString('en-US');
}

function when(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** Recorded text on one line: neither markup nor control characters. */
function text(value: string): string {
  return markup(escapeToOneLine(value));
}

/** The same, with what is in backticks as code. */
function prose(value: string): string {
  const parts = escapeToOneLine(value).split(/`([^`]+)`/);
  return parts.map((part, n) => (n % 2 === 1 ? `<code>${markup(part)}</code>` : markup(part))).join('');
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function markup(value: string): string {
  return escapeControls(value).replace(/[&<>"']/g, (char) => ENTITIES[char]!);
}
