/** Outcome of a verification as text and as JSON. */

import { findingWord } from '../../domain/finding-kinds.js';
import { escapeToOneLine, readableUrl } from '../../domain/text.js';
import type { Finding, Trace } from '../../domain/trace.js';
import { findingSummary, requestSummary, VERDICT_ROLES } from '../../insight/verify/summary.js';
import type { Verification, VerifiedFinding } from '../../insight/verify/verdicts.js';
import type { OutputFormat } from '../../terminal/output-format.js';
import { wrapText } from '../../terminal/wrap.js';
import { formatCallSite } from './frames.js';

const LABEL_WIDTH = 13;

/** Lines of a verification: the request, each finding, and what is new. */
export function verificationLines(
  before: Trace,
  verification: Verification,
  { style, width }: OutputFormat,
): string[] {
  const head = escapeToOneLine(`${before.method} ${readableUrl(before.url)}`);
  const ids = `${verification.before.id.slice(0, 8)} → ${verification.after.id.slice(0, 8)}`;
  const notes = verification.notes.flatMap((note) => wrapText(escapeToOneLine(note), width, ''));
  return [
    `${style('bold', head)}  ${style('dim', ids)}`,
    requestSummary(verification.before, verification.after),
    '',
    ...verification.findings.flatMap((finding) => verifiedLines(finding, { style, width })),
    ...verification.new.flatMap((finding) => newLines(finding, { style, width })),
    ...(notes.length === 0 ? [] : ['', ...notes.map((line) => style('dim', line))]),
  ];
}

function verifiedLines(
  finding: VerifiedFinding,
  { style, width }: Pick<OutputFormat, 'style' | 'width'>,
): string[] {
  const { verdict, note } = finding;
  const facts = [subjectOf(finding), findingSummary(finding)].filter(Boolean).join('  ');
  const indent = ' '.repeat(LABEL_WIDTH);
  return [
    `${style(VERDICT_ROLES[verdict], verdict.padEnd(LABEL_WIDTH))}${facts}`,
    ...(note === undefined ? [] : wrapText(escapeToOneLine(note), width - LABEL_WIDTH, '')).map(
      (line) => `${indent}${style('dim', line)}`,
    ),
    ...(verdict === 'gone'
      ? []
      : [`${indent}${style('dim', `scooby verify ${finding.id}  verifies it again`)}`]),
  ];
}

function newLines(finding: Finding, { style, width }: Pick<OutputFormat, 'style' | 'width'>): string[] {
  const indent = ' '.repeat(LABEL_WIDTH);
  return [
    `${style('error', 'new'.padEnd(LABEL_WIDTH))}${subjectOf(finding)}`,
    ...wrapText(escapeToOneLine(finding.message), width - LABEL_WIDTH, '').map((line) => indent + line),
  ];
}

function subjectOf({ kind, site, function: name }: Pick<Finding, 'kind' | 'site' | 'function'>): string {
  const where = site === undefined ? '' : `  ${formatCallSite(name, site)}`;
  return `${findingWord(escapeToOneLine(kind))}${where}`;
}
