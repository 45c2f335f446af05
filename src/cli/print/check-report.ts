/** Report of `scooby check`: as text, as JSON, and as annotations for GitHub. */

import { isAbsolute, join, relative } from 'node:path';
import { findingWord } from '../../domain/finding-kinds.js';
import { partOfPage } from '../../domain/finding-win.js';
import { parseSite } from '../../domain/site.js';
import { escapeControls, escapeToOneLine, formatCount } from '../../domain/text.js';
import type { BaselineResult } from '../../insight/metrics/baseline.js';
import type { Breach } from '../../insight/metrics/breaches.js';
import type { OutputFormat } from '../../terminal/output-format.js';
import { severityRole } from '../../terminal/roles.js';
import { wrapText } from '../../terminal/wrap.js';

/** Result of a check. */
export interface CheckReport extends BaselineResult {
  requests: number;
  routes: number;
  /** Exit code of the command. */
  command: number;
  /** Latencies under which the requests were judged. */
  latency?: string;
  /** File of the budget; undefined: the default budget. */
  budget?: string;
  /** File of the baseline. */
  baseline?: string;
  /** Findings below the budget's severity. */
  lesser: Breach[];
  /** Messages about calls that could not be recorded. */
  notes: string[];
  /** Why no request was recorded; only without requests. */
  reason?: string;
}

/** Report as text. */
export function reportLines(report: CheckReport, format: OutputFormat): string[] {
  const { broken, accepted, stale, lesser, requests, routes, notes, latency } = report;
  const checked = `${formatCount(requests, 'request')} of ${formatCount(routes, 'route')}`;
  const headline =
    requests === 0
      ? format.style(
          'error',
          `no request was recorded, so nothing could be judged. ${escapeToOneLine(report.reason ?? 'Does the command serve requests with node:http?')}`,
        )
      : broken.length === 0
        ? format.style('ok', `${checked}, all within the budget`)
        : `${format.style('error', `${formatCount(broken.length, 'budget')} broken`)}; ${checked} were judged`;
  const acceptedNotes =
    accepted.length === 0
      ? []
      : [`${formatCount(accepted.length, 'known problem')} accepted by ${report.baseline}`];
  const staleNotes =
    stale.length === 0
      ? []
      : [
          `${formatCount(stale.length, 'accepted problem')} no longer found; --update-baseline removes ${stale.length === 1 ? 'it' : 'them'}`,
        ];
  const lesserNotes = lesser.map(
    ({ kind, site, severity }) =>
      `allowed, because it is not severe: ${findingWord(kind!)}${site ? ` at ${site}` : ''} (${severity})`,
  );
  const awayNotes = latency === undefined ? [] : [`judged as if each round trip took ${latency} longer`];
  const remarks = [...awayNotes, ...acceptedNotes, ...staleNotes, ...lesserNotes];
  return [
    '',
    `${format.style('bold', 'scooby check')}  ${headline}`,
    ...broken.flatMap((breach) => ['', ...breachLines(breach, format)]),
    ...(remarks.length + notes.length > 0 ? [''] : []),
    ...remarks.map((line) => `  ${format.style('dim', escapeToOneLine(line))}`),
    ...notes.map((note) => `  ${format.style('warn', escapeToOneLine(note))}`),
  ];
}

function breachLines(breach: Breach, format: OutputFormat): string[] {
  const { route, message, suggestion = '', requests, worst, severity, win, of, proof } = breach;
  const gain = win === undefined ? '' : `mended, the page takes ${partOfPage(win, of!)} less; `;
  const { style, width } = format;
  const frequency = requests === 1 ? 'in one request' : `in ${formatCount(requests, 'request')}, most in`;
  return [
    `  ${[style(severity ? severityRole(severity) : 'error', titleOf(breach)), style('bold', escapeToOneLine(route)), style('accent', whereOf(breach))].filter((text) => text !== '').join('  ')}`,
    ...[message, proof === undefined ? '' : `Proven by growth: ${proof}.`, suggestion]
      .filter((text) => text !== '')
      .flatMap((text) => wrapText(escapeToOneLine(text), width - 4, ''))
      .map((line) => `    ${line}`),
    `    ${style('dim', `${gain}${frequency}:  scooby show ${worst.slice(0, 8)}`)}`,
  ];
}

function titleOf({ rule, kind }: Breach): string {
  return rule === 'finding' ? findingWord(escapeToOneLine(kind!)) : rule;
}

function whereOf({ function: name, site }: Breach): string {
  return escapeToOneLine([name, site && `(${site})`].filter(Boolean).join(' '));
}

/** Document of `--json`. */
export function reportJson({ broken, accepted, lesser, stale, ...rest }: CheckReport): object {
  const withPosition = (breaches: Breach[]) =>
    breaches.map((breach) => ({ ...breach, ...positionOf(breach) }));
  return {
    ok: isWithinBudget({ broken, ...rest }),
    ...rest,
    broken: withPosition(broken),
    accepted: withPosition(accepted),
    lesser: withPosition(lesser),
    stale,
  };
}

/**
 * Checks that no budget is broken and at least one request was recorded; without requests nothing
 * was checked.
 */
export function isWithinBudget({ broken, requests }: Pick<CheckReport, 'broken' | 'requests'>): boolean {
  return broken.length === 0 && requests > 0;
}

/** File and line of a breach; empty when it has no line. */
function positionOf({ site }: Breach): { file?: string; line?: number } {
  const position = parseSite(site);
  return position ? { file: position.file, line: position.line } : {};
}

/**
 * GitHub workflow commands that annotate each breach's line; paths are relative to the repository,
 * `workspace`.
 */
export function githubAnnotations(
  broken: Breach[],
  project: string,
  workspace: string | undefined,
): string[] {
  return broken.map((breach) => {
    const { file, line } = positionOf(breach);
    const properties = [
      ...(file === undefined
        ? []
        : [`file=${escapeProperty(pathInRepository(file, project, workspace))}`, `line=${line}`]),
      `title=${escapeProperty(`scooby: ${titleOf(breach)} in ${breach.route}`)}`,
    ];
    const text = [breach.message, breach.suggestion].filter(Boolean).join('\n');
    return `::error ${properties.join(',')}::${escapeMessage(text)}`;
  });
}

function pathInRepository(file: string, project: string, workspace: string | undefined): string {
  const path = isAbsolute(file) ? file : join(project, file);
  const inside = relative(workspace ?? project, path);
  return inside.startsWith('..') ? file : inside.replaceAll('\\', '/');
}

function escapeMessage(text: string): string {
  const safe = escapeControls(text.replaceAll('\r\n', '\n'));
  return safe.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeMessage(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

/**
 * Note that the agent dropped calls of a request, so that breaches may be missing from the report.
 */
export function droppedNote(dropped: number): string {
  return `${formatCount(dropped, 'call was', 'calls were')} not recorded, because there were too many at once: the report may miss broken budgets`;
}

/** What a command without requests was seen to do, by name. */
export interface CommandTraits {
  /** Names of the libraries that it loaded. */
  libraries: string[];
  hasListened: boolean;
  /** Why the agent may not be in it, with remedies. */
  problems: string[];
}

/** Why a command has no requests to judge. */
export function reasonWithoutRequests({ libraries, hasListened, problems }: CommandTraits): string {
  if (problems.length > 0) return `${problems.join('; ')}.`;
  const loaded = libraries.length > 0 ? `It loaded ${libraries.join(', ')}` : '';
  if (hasListened)
    return `${loaded ? `${loaded} and its` : 'Its'} server listened, but no request came: does the command send any?`;
  if (loaded) return `${loaded}, but no server listened and no request was made to one.`;
  return 'No server listened, and no library was loaded that scooby knows: is this the command that starts or calls the server?';
}

/** Line that reports a written baseline. */
export function acceptedLine(breaches: Breach[], file: string): string {
  return `${formatCount(breaches.length, 'problem')} accepted in ${file}`;
}
