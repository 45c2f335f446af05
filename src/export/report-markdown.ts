/** A report as Markdown, for a comment in a pull request. */

import { findingWord } from '../domain/finding-kinds.js';
import { partOfPage } from '../domain/finding-win.js';
import { formatCount, formatMs } from '../domain/text.js';
import { findingMarkdown } from './finding-markdown.js';
import { code, prose, tableRow } from './markdown-text.js';
import {
  hasReportChange,
  type ReportDifference,
  type ReportedRun,
  type ReportFinding,
  type ReportMention,
  type ReportRoute,
} from './run-report.js';

/** GitHub takes 65,536 characters. */
const MAX_CHARS = 60_000;
/** Findings beyond are a line each. */
const MAX_IN_FULL = 20;

/** The document, ending in a newline. */
export function reportMarkdown(report: ReportedRun): string {
  const { command, run, began, figures, findings, moreFindings, difference, routes, moreRoutes } = report;
  const count = findings.length + moreFindings;
  const head = [
    `## scooby: ${code(command)}`,
    '',
    `run ${run}, ${new Date(began).toISOString()} · ${figures.map(({ name, text }) => prose(`${name} ${text}`)).join(' · ')}`,
    '',
    ...(difference ? differenceLines(difference) : []),
    `### ${count === 0 ? 'No findings' : formatCount(count, 'finding')}`,
    '',
  ];
  const tail = [...routeLines(routes, moreRoutes), `<sub>scooby ${prose(report.version)}</sub>`, ''];
  const full = findings.map((finding) => [
    ...findingMarkdown(finding, () => finding.lines, [
      ...winFacts(finding),
      `in ${formatCount(finding.requests, 'request')} of ${code(finding.route)}`,
      `most in ${code(finding.worst.slice(0, 8))}`,
      ...(finding.isNew ? ['**new**'] : []),
    ]),
    '',
  ]);
  const room = MAX_CHARS - [...head, ...tail].join('\n').length;
  const shown = fitting(full.slice(0, MAX_IN_FULL), room);
  const rest = count - shown.length;
  return [
    ...head,
    ...shown.flat(),
    ...(rest > 0 ? [`… and ${formatCount(rest, 'other finding')}.`, ''] : []),
    ...tail,
  ].join('\n');
}

function winFacts({ win, duration }: ReportFinding): string[] {
  return win === undefined || duration === undefined ? [] : [`fix wins ${partOfPage(win, duration)}`];
}

function fitting(blocks: string[][], room: number): string[][] {
  let used = 0;
  return blocks.filter((lines) => (used += lines.join('\n').length + 1) <= room);
}

function routeLines(routes: ReportRoute[], more: number): string[] {
  if (routes.length === 0) return [];
  return [
    '<details><summary>Routes</summary>',
    '',
    '| route | requests | p50 | p95 | worst | queries | most | errors | found |',
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |',
    ...routes.map(({ method, route, requests, p50, p95, worst, queries, mostQueries, errors, findings }) =>
      tableRow([
        code(`${method} ${route}`),
        `${requests}`,
        ...[p50, p95, worst].map(formatMs),
        queries > 0 ? queries.toFixed(1).replace(/\.0$/, '') : '',
        mostQueries > 0 ? `${mostQueries}` : '',
        errors > 0 ? `${errors}` : '',
        findings.map((kind) => prose(findingWord(kind))).join(' '),
      ]),
    ),
    ...(more > 0 ? ['', `… and ${formatCount(more, 'other route')}.`] : []),
    '',
    '</details>',
    '',
  ];
}

function differenceLines(difference: ReportDifference): string[] {
  const { against, figures, gone, added, stays, routes } = difference;
  const changed = figures.filter(({ change }) => change !== 'same');
  return [
    `### Against ${prose(against)}`,
    '',
    ...(hasReportChange(difference) ? [] : ['Nothing has changed.', '']),
    ...(changed.length === 0
      ? []
      : [
          '| | before | now |',
          '| --- | ---: | ---: |',
          ...changed.map(({ name, before, after }) => tableRow([name, before, after].map(prose))),
          '',
        ]),
    ...mentions('new', added),
    ...mentions('gone', gone),
    ...routes.map(
      ({ route, verdict, before, after }) =>
        `- ${prose(verdict)}: ${code(route)} ${[before, after].flatMap((ms) => (ms === undefined ? [] : formatMs(ms))).join(' → ')}`,
    ),
    ...(stays > 0 ? [`- ${formatCount(stays, 'finding stays', 'findings stay')}`] : []),
    '',
  ];
}

function mentions(label: string, list: ReportMention[]): string[] {
  return list.map(({ kind, message, site, route }) => {
    const where = [route, site].flatMap((part) => (part === undefined ? [] : code(part)));
    return `- **${label}** ${prose(findingWord(kind))} ${where.join(' ')}: ${prose(message)}`;
  });
}
