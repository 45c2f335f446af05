/** Lines of the popups that show a trial and a verification. */

import { findingWord } from '../../domain/finding-kinds.js';
import type { TrialResult } from '../../feed/feed.js';
import { shownStatement, trialSummary } from '../../insight/rewrite/trial-summary.js';
import { findingSummary, requestSummary, VERDICT_ROLES } from '../../insight/verify/summary.js';
import type { Verification } from '../../insight/verify/verdicts.js';
import { cleanText, type Line } from '../../terminal/cells.js';
import { dedentText, wrapText } from '../../terminal/wrap.js';

/** Cells of the text in a popup. */
const WIDTH = 76;

/** What a trial would win, whether the rows are the same, and the statement. */
export function trialPopup(trial: TrialResult): Line[] {
  const { comparison, server, notes } = trial;
  const role = comparison.same === true ? 'ok' : comparison.same === false ? 'error' : 'warn';
  const text = (words: string) => wrapText(cleanText(words), WIDTH, '');
  return [
    ...text(trialSummary(trial)).map((line): Line => [[` ${line}`, 'bold']]),
    ...text(`${comparison.text}, on ${server}`).map((line): Line => [[` ${line}`, role]]),
    [''],
    ...dedentText(shownStatement(trial).split('\n').map(cleanText).join('\n'))
      .flatMap((line) => wrapText(line, WIDTH))
      .map((line): Line => [` ${line}`]),
    [''],
    ...['y t copies it with its values.', ...notes].flatMap(text).map((line): Line => [[` ${line}`, 'dim']]),
  ];
}

const LABEL_WIDTH = 13;

/** Figures of the request and what became of each finding. */
export function verificationPopup({ before, after, findings, new: added, notes }: Verification): Line[] {
  const indent = ' '.repeat(LABEL_WIDTH + 1);
  const prose = (words: string) =>
    wrapText(cleanText(words), WIDTH - LABEL_WIDTH, '').map((line): Line => [[`${indent}${line}`, 'dim']]);
  return [
    [[` ${requestSummary(before, after)}`, 'bold']],
    [''],
    ...findings.flatMap((finding): Line[] => [
      [
        ' ',
        [finding.verdict.padEnd(LABEL_WIDTH), VERDICT_ROLES[finding.verdict]],
        [findingWord(finding.kind), finding.site ?? '', findingSummary(finding)]
          .filter(Boolean)
          .map(cleanText)
          .join('  '),
      ],
      ...(finding.note === undefined ? [] : prose(finding.note)),
    ]),
    ...added.flatMap(({ kind, site = '', message }): Line[] => [
      [' ', ['new'.padEnd(LABEL_WIDTH), 'error'], `${cleanText(findingWord(kind))}  ${cleanText(site)}`],
      ...prose(message),
    ]),
    ...(findings.length + added.length === 0 ? prose('It had no finding, and has none.') : []),
    ...notes.flatMap((note) => prose(note)),
  ];
}
