/** Outcome of a trial as text. */

import { findingWord } from '../../domain/finding-kinds.js';
import { escapeToOneLine, formatCount, formatMs, readableUrl } from '../../domain/text.js';
import type { Trace } from '../../domain/trace.js';
import type { LoopTrial } from '../../explain/loop-trial.js';
import type { CallLoop } from '../../insight/rewrite/finding-loops.js';
import { shownStatement, trialSummary } from '../../insight/rewrite/trial-summary.js';
import { cleanText } from '../../terminal/cells.js';
import type { OutputFormat } from '../../terminal/output-format.js';
import { dedentText, wrapText } from '../../terminal/wrap.js';
import { formatCallSite } from './frames.js';

/** Lines of a trial: what it would win, whether the rows are the same, and the statement. */
export function trialLines(
  trace: Trace,
  { finding, spans }: CallLoop,
  trial: LoopTrial,
  { style, width }: OutputFormat,
): string[] {
  const { comparison, notes, again, server } = trial;
  const { site, frame } = trace.spans[spans[0]!]!;
  const where = site === undefined ? '' : `  ${formatCallSite(frame?.function, site)}`;
  const head = escapeToOneLine(`${trace.method} ${readableUrl(trace.url)}`);
  const kind = finding === undefined ? '' : `  ${findingWord(escapeToOneLine(finding.kind))}`;
  const role = comparison.same === true ? 'ok' : comparison.same === false ? 'error' : 'warn';
  const wrapped = (text: string) => wrapText(cleanText(text), width - 2, '');
  const section = (lines: string[]) => ['', ...lines.map((line) => `  ${line}`)];
  return [
    `${style('bold', head)}${kind}${where}`,
    ...section([
      style('bold', trialSummary(trial)),
      ...wrapped(`${comparison.text}, on ${server}`).map((line) => style(role, line)),
    ]),
    ...section(
      dedentText(cleanStatement(shownStatement(trial))).flatMap((line) => wrapText(line, width - 2)),
    ),
    ...section(
      [
        `The loop's queries, run again just now for their rows: ${formatCount(again.calls, 'query', 'queries')} in ${formatMs(again.ms)}.`,
        'scooby try --sql prints the statement with its values, to run or to copy.',
        ...notes,
      ].flatMap((note) => wrapped(note).map((line) => style('dim', line))),
    ),
  ];
}

function cleanStatement(statement: string): string {
  return statement.split('\n').map(cleanText).join('\n');
}
