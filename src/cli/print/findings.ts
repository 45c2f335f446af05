/** What is wrong with a request, as text: each finding with its line, the code as it was, and what to do. */

import { ms, oneLine } from '../../domain/text.js';
import { type Finding, parseSite } from '../../domain/trace.js';
import type { Screen } from '../../terminal/output-format.js';
import { severityRole } from '../../terminal/roles.js';
import { wrapped } from '../../terminal/wrap.js';
import type { Code } from './code.js';
import { calledAt, codeLines } from './frames.js';

const INDENT = '  ';
/** Lines of code before and after, where there is one finding, and where there are more. */
const AROUND = 2;
const LESS = 1;

/** Answers the lines of all findings, the gravest first. */
export function findingLines(findings: Finding[], code: Code, screen: Screen): string[] {
  const around = findings.length > 2 ? LESS : AROUND;
  return findings.flatMap((finding) => ['', ...lines(finding, around, code, screen)]);
}

function lines(finding: Finding, around: number, code: Code, screen: Screen): string[] {
  const room = { ...screen, width: screen.width - INDENT.length };
  const place = parseSite(finding.site);
  const prose = (text: string) => wrapped(oneLine(text), room.width, '');
  return [
    heading(finding, code, screen),
    ...(finding.message === '' ? [] : prose(finding.message)),
    ...(place ? codeLines(place, around, code, room) : []),
    ...(finding.suggestion ? prose(`→ ${finding.suggestion}`) : []),
  ].map((line, n) => (n === 0 ? line : INDENT + line));
}

/** `N+1  loadItems (src/orders.js:47)  431ms  changed since`. */
function heading(finding: Finding, code: Code, { style }: Screen): string {
  const { kind, severity, function: name, site, ms: cost } = finding;
  const where = site === undefined ? '' : calledAt(name, site);
  const place = parseSite(finding.site);
  const since = place && code.since(place.file, place.line);
  const parts = [
    style(severityRole(severity), oneLine(kind).toUpperCase()),
    where === '' ? '' : style('accent', where),
    cost > 0 ? style('bold', ms(cost)) : '',
    since ? style('warn', since) : '',
  ];
  return INDENT + parts.filter((part) => part !== '').join('  ');
}
