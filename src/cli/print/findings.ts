/**
 * Findings of a request as text: kind, line, message, source code at the time of the request, and
 * suggestion.
 */

import { findingWord } from '../../domain/finding-kinds.js';
import { winText } from '../../domain/finding-win.js';
import { packageOfPath } from '../../domain/infrastructure.cjs';
import { parseSite } from '../../domain/site.js';
import { escapeToOneLine, formatMs } from '../../domain/text.js';
import { type Finding, frameMark, type Trace } from '../../domain/trace.js';
import type { OutputFormat } from '../../terminal/output-format.js';
import { severityRole } from '../../terminal/roles.js';
import { wrapText } from '../../terminal/wrap.js';
import { codeLines, formatCallSite } from './frames.js';
import type { SourceReader } from './source-reader.js';

const INDENT = '  ';
/** Lines of code around the finding's line; fewer when there are more than two findings. */
const CONTEXT_LINES = 2;
const SHORT_CONTEXT_LINES = 1;

/** Lines of all findings, in their order (most severe first). */
export function findingLines(
  page: Pick<Trace, 'findings' | 'duration'>,
  code: SourceReader,
  format: OutputFormat,
): string[] {
  const contextLines = page.findings.length > 2 ? SHORT_CONTEXT_LINES : CONTEXT_LINES;
  return page.findings.flatMap((finding) => ['', ...oneFinding(finding, page, contextLines, code, format)]);
}

function oneFinding(
  finding: Finding,
  page: Pick<Trace, 'findings' | 'duration'>,
  contextLines: number,
  code: SourceReader,
  format: OutputFormat,
): string[] {
  const room = { ...format, width: format.width - INDENT.length };
  const position = parseSite(finding.site);
  const prose = (text: string) => wrapText(escapeToOneLine(text), room.width, '');
  return [
    heading(finding, page, code, format),
    ...(finding.message === '' ? [] : prose(finding.message)),
    ...(finding.proof === undefined ? [] : prose(`Proven by growth: ${finding.proof}.`)),
    ...(position ? codeLines(position, contextLines, code, room) : []),
    ...(finding.suggestion ? prose(`→ ${finding.suggestion}`) : []),
  ].map((line, n) => (n === 0 ? line : INDENT + line));
}

/** `N+1  loadItems (src/orders.js:47)  431ms  fix this first: 402 of 520ms  changed since`. */
function heading(
  finding: Finding,
  page: Pick<Trace, 'findings' | 'duration'>,
  code: SourceReader,
  { style }: OutputFormat,
): string {
  const { kind, severity, function: name, site, ms: cost } = finding;
  const where = site === undefined ? '' : formatCallSite(name, site) + markOf(site);
  const position = parseSite(finding.site);
  const changeNote = position && code.changeNote(position.file, position.line);
  const parts = [
    style(severityRole(severity), findingWord(escapeToOneLine(kind))),
    where === '' ? '' : style('accent', where),
    cost > 0 ? style('bold', formatMs(cost)) : '',
    style('ok', winText(finding, page)),
    changeNote ? style('warn', changeNote) : '',
  ];
  return INDENT + parts.filter((part) => part !== '').join('  ');
}

function markOf(site: string): string {
  const name = packageOfPath(site);
  return name === undefined ? '' : frameMark({ package: name });
}
