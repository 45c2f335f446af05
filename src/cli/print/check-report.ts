/** What `scooby check` found: for people, as JSON, and as annotations of GitHub. */

import { isAbsolute, join, relative } from 'node:path';
import { count, oneLine, visible } from '../../domain/text.js';
import { parseSite } from '../../domain/trace.js';
import type { Sifted } from '../../insight/metrics/baseline.js';
import type { Breach } from '../../insight/metrics/budget.js';
import type { Screen } from '../../terminal/output-format.js';
import { severityRole } from '../../terminal/roles.js';
import { wrapped } from '../../terminal/wrap.js';

/** All that a check has to tell. */
export interface Report extends Sifted {
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
export function reportLines(report: Report, screen: Screen): string[] {
  const { broken, accepted, stale, lesser, requests, routes, notes } = report;
  const seen = `${count(requests, 'request')} of ${count(routes, 'route')}`;
  const headline =
    requests === 0
      ? screen.style(
          'error',
          'no request was recorded: nothing could be judged. Does the command serve any over node:http?',
        )
      : broken.length === 0
        ? screen.style('ok', `${seen}, all within the budget`)
        : `${screen.style('error', `${count(broken.length, 'budget')} broken`)}; ${seen} were judged`;
  const known =
    accepted.length === 0
      ? []
      : [`${count(accepted.length, 'known problem')} accepted by ${report.baseline}`];
  const gone =
    stale.length === 0
      ? []
      : [
          `${count(stale.length, 'accepted problem')} not met any more; --update-baseline takes ${stale.length === 1 ? 'it' : 'them'} out`,
        ];
  const through = lesser.map(
    ({ kind, site, severity }) =>
      `let through, as it is not severe: ${kind!.toUpperCase()}${site ? ` at ${site}` : ''} (${severity})`,
  );
  const asides = [...known, ...gone, ...through];
  return [
    '',
    `${screen.style('bold', 'scooby check')}  ${headline}`,
    ...broken.flatMap((breach) => ['', ...breachLines(breach, screen)]),
    ...(asides.length + notes.length > 0 ? [''] : []),
    ...asides.map((line) => `  ${screen.style('dim', oneLine(line))}`),
    ...notes.map((note) => `  ${screen.style('warn', oneLine(note))}`),
  ];
}

function breachLines(breach: Breach, screen: Screen): string[] {
  const { route, message, suggestion = '', requests, worst, severity } = breach;
  const { style, width } = screen;
  const often = requests === 1 ? 'in one request' : `in ${count(requests, 'request')}, most in`;
  return [
    `  ${[style(severity ? severityRole(severity) : 'error', titleOf(breach)), style('bold', oneLine(route)), style('accent', whereOf(breach))].filter((text) => text !== '').join('  ')}`,
    ...[message, suggestion]
      .filter((text) => text !== '')
      .flatMap((text) => wrapped(oneLine(text), width - 4, ''))
      .map((line) => `    ${line}`),
    `    ${style('dim', `${often}:  scooby show ${worst.slice(0, 8)}`)}`,
  ];
}

function titleOf({ rule, kind }: Breach): string {
  return rule === 'finding' ? oneLine(kind!).toUpperCase() : rule;
}

function whereOf({ function: name, site }: Breach): string {
  return oneLine([name, site && `(${site})`].filter(Boolean).join(' '));
}

/** Answers the document of `--json`. */
export function reportJson({ broken, accepted, lesser, stale, ...rest }: Report): object {
  const told = (breaches: Breach[]) => breaches.map((breach) => ({ ...breach, ...placeOf(breach) }));
  return {
    ok: isFine({ broken, ...rest }),
    ...rest,
    broken: told(broken),
    accepted: told(accepted),
    lesser: told(lesser),
    stale,
  };
}

/** Answers whether everything is within the budget; where nothing was recorded, nothing is known. */
export function isFine({ broken, requests }: Pick<Report, 'broken' | 'requests'>): boolean {
  return broken.length === 0 && requests > 0;
}

/** File and line of a breach, as its document and its annotation name them. */
function placeOf({ site }: Breach): { file?: string; line?: number } {
  const place = parseSite(site);
  return place ? { file: place.file, line: place.line } : {};
}

/** Answers GitHub's annotations, an error at each line; paths are those of the repository, `workspace`. */
export function annotations(broken: Breach[], project: string, workspace: string | undefined): string[] {
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
  const safe = visible(text.replaceAll('\r\n', '\n'));
  return safe.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

/** Answers what a request that was too long to be recorded whole means for the judgement. */
export function droppedNote(dropped: number): string {
  return `${count(dropped, 'call was', 'calls were')} not recorded, there were too many at once: budgets may be broken that are not named`;
}

/** Answers the line that is told when the baseline has been written. */
export function acceptedLine(breaches: Breach[], file: string): string {
  return `${count(breaches.length, 'problem')} accepted in ${file}`;
}
