/** What `scooby check` found: for people, as JSON, and as annotations of GitHub. */

import { isAbsolute, join, relative } from 'node:path';
import { escapeControls, escapeToOneLine, formatCount } from '../../domain/text.js';
import { parseSite } from '../../domain/trace.js';
import type { SiftedBreaches } from '../../insight/metrics/baseline.js';
import type { Breach } from '../../insight/metrics/budget.js';
import type { OutputFormat } from '../../terminal/output-format.js';
import { severityRole } from '../../terminal/roles.js';
import { wrapText } from '../../terminal/wrap.js';

/** All that a check has to tell. */
export interface CheckReport extends SiftedBreaches {
  requests: number;
  routes: number;
  /** How the command ended. */
  command: number;
  /** Files that were read; no budget means the default one. */
  budget?: string;
  baseline?: string;
  /** Findings of kinds that are not allowed, and not as severe. */
  lesser: Breach[];
  /** What could not be recorded, in words. */
  notes: string[];
}

/** Answers the report for people. */
export function reportLines(report: CheckReport, format: OutputFormat): string[] {
  const { broken, accepted, stale, lesser, requests, routes, notes } = report;
  const seen = `${formatCount(requests, 'request')} of ${formatCount(routes, 'route')}`;
  const headline =
    requests === 0
      ? format.style(
          'error',
          'no request was recorded: nothing could be judged. Does the command serve any over node:http?',
        )
      : broken.length === 0
        ? format.style('ok', `${seen}, all within the budget`)
        : `${format.style('error', `${formatCount(broken.length, 'budget')} broken`)}; ${seen} were judged`;
  const known =
    accepted.length === 0
      ? []
      : [`${formatCount(accepted.length, 'known problem')} accepted by ${report.baseline}`];
  const gone =
    stale.length === 0
      ? []
      : [
          `${formatCount(stale.length, 'accepted problem')} not met any more; --update-baseline takes ${stale.length === 1 ? 'it' : 'them'} out`,
        ];
  const through = lesser.map(
    ({ kind, site, severity }) =>
      `let through, as it is not severe: ${kind!.toUpperCase()}${site ? ` at ${site}` : ''} (${severity})`,
  );
  const asides = [...known, ...gone, ...through];
  return [
    '',
    `${format.style('bold', 'scooby check')}  ${headline}`,
    ...broken.flatMap((breach) => ['', ...breachLines(breach, format)]),
    ...(asides.length + notes.length > 0 ? [''] : []),
    ...asides.map((line) => `  ${format.style('dim', escapeToOneLine(line))}`),
    ...notes.map((note) => `  ${format.style('warn', escapeToOneLine(note))}`),
  ];
}

function breachLines(breach: Breach, format: OutputFormat): string[] {
  const { route, message, suggestion = '', requests, worst, severity } = breach;
  const { style, width } = format;
  const often = requests === 1 ? 'in one request' : `in ${formatCount(requests, 'request')}, most in`;
  return [
    `  ${[style(severity ? severityRole(severity) : 'error', titleOf(breach)), style('bold', escapeToOneLine(route)), style('accent', whereOf(breach))].filter((text) => text !== '').join('  ')}`,
    ...[message, suggestion]
      .filter((text) => text !== '')
      .flatMap((text) => wrapText(escapeToOneLine(text), width - 4, ''))
      .map((line) => `    ${line}`),
    `    ${style('dim', `${often}:  scooby show ${worst.slice(0, 8)}`)}`,
  ];
}

function titleOf({ rule, kind }: Breach): string {
  return rule === 'finding' ? escapeToOneLine(kind!).toUpperCase() : rule;
}

function whereOf({ function: name, site }: Breach): string {
  return escapeToOneLine([name, site && `(${site})`].filter(Boolean).join(' '));
}

/** Answers the document of `--json`. */
export function reportJson({ broken, accepted, lesser, stale, ...rest }: CheckReport): object {
  const told = (breaches: Breach[]) => breaches.map((breach) => ({ ...breach, ...placeOf(breach) }));
  return {
    ok: isWithinBudget({ broken, ...rest }),
    ...rest,
    broken: told(broken),
    accepted: told(accepted),
    lesser: told(lesser),
    stale,
  };
}

/** Answers whether everything is within the budget; where nothing was recorded, nothing is known. */
export function isWithinBudget({ broken, requests }: Pick<CheckReport, 'broken' | 'requests'>): boolean {
  return broken.length === 0 && requests > 0;
}

/** File and line of a breach, as its document and its annotation name them. */
function placeOf({ site }: Breach): { file?: string; line?: number } {
  const place = parseSite(site);
  return place ? { file: place.file, line: place.line } : {};
}

/** Answers GitHub's annotations, an error at each line; paths are those of the repository, `workspace`. */
export function githubAnnotations(
  broken: Breach[],
  project: string,
  workspace: string | undefined,
): string[] {
  return broken.map((breach) => {
    const { file, line } = placeOf(breach);
    const properties = [
      ...(file === undefined
        ? []
        : [`file=${property(inRepository(file, project, workspace))}`, `line=${line}`]),
      `title=${property(`scooby: ${titleOf(breach)} in ${breach.route}`)}`,
    ];
    const text = [breach.message, breach.suggestion].filter(Boolean).join('\n');
    return `::error ${properties.join(',')}::${data(text)}`;
  });
}

function inRepository(file: string, project: string, workspace: string | undefined): string {
  const path = isAbsolute(file) ? file : join(project, file);
  const inside = relative(workspace ?? project, path);
  return inside.startsWith('..') ? file : inside.replaceAll('\\', '/');
}

function data(text: string): string {
  const safe = escapeControls(text.replaceAll('\r\n', '\n'));
  return safe.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

/** Answers what a request that was too long to be recorded whole means for the judgement. */
export function droppedNote(dropped: number): string {
  return `${formatCount(dropped, 'call was', 'calls were')} not recorded, there were too many at once: budgets may be broken that are not named`;
}

/** Answers the line that is told when the baseline has been written. */
export function acceptedLine(breaches: Breach[], file: string): string {
  return `${formatCount(breaches.length, 'problem')} accepted in ${file}`;
}
