/** What is wrong with a request, as text: each finding with its line, the code as it was, and what to do. */

import { escapeToOneLine, formatMs } from '../../domain/text.js';
import { type Finding, parseSite } from '../../domain/trace.js';
import type { OutputFormat } from '../../terminal/output-format.js';
import { severityRole } from '../../terminal/roles.js';
import { wrapText } from '../../terminal/wrap.js';
import { codeLines, formatCallSite } from './frames.js';
import type { SourceReader } from './source-reader.js';

const INDENT = '  ';
/** Lines of code before and after, where there is one finding, and where there are more. */
const AROUND = 2;
const LESS = 1;

/** Answers the lines of all findings, the gravest first. */
export function findingLines(findings: Finding[], code: SourceReader, format: OutputFormat): string[] {
  const around = findings.length > 2 ? LESS : AROUND;
  return findings.flatMap((finding) => ['', ...lines(finding, around, code, format)]);
}

function lines(finding: Finding, around: number, code: SourceReader, format: OutputFormat): string[] {
  const room = { ...format, width: format.width - INDENT.length };
  const place = parseSite(finding.site);
  const prose = (text: string) => wrapText(escapeToOneLine(text), room.width, '');
  return [
    heading(finding, code, format),
    ...(finding.message === '' ? [] : prose(finding.message)),
    ...(place ? codeLines(place, around, code, room) : []),
    ...(finding.suggestion ? prose(`→ ${finding.suggestion}`) : []),
  ].map((line, n) => (n === 0 ? line : INDENT + line));
}

/** `N+1  loadItems (src/orders.js:47)  431ms  changed since`. */
function heading(finding: Finding, code: SourceReader, { style }: OutputFormat): string {
  const { kind, severity, function: name, site, ms: cost } = finding;
  const where = site === undefined ? '' : formatCallSite(name, site);
  const place = parseSite(finding.site);
  const since = place && code.changeNote(place.file, place.line);
  const parts = [
    style(severityRole(severity), escapeToOneLine(kind).toUpperCase()),
    where === '' ? '' : style('accent', where),
    cost > 0 ? style('bold', formatMs(cost)) : '',
    since ? style('warn', since) : '',
  ];
  return INDENT + parts.filter((part) => part !== '').join('  ');
}
