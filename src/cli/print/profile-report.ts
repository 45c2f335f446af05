/** A profile as text: its sum, its functions, and its hottest lines with their code. */

import { UserError } from '../../domain/errors.js';
import type { Profile } from '../../domain/profile.js';
import { formatCount } from '../../domain/text.js';
import { timeSpentIn } from '../../domain/time-spent.js';
import type { Trace } from '../../domain/trace.js';
import { functionTotals, hotLinesOf, sortFunctions } from '../../insight/profile/functions.js';
import {
  functionName,
  functionPlace,
  profileHeadline,
  profileRemarks,
  weightShare,
  weightText,
} from '../../screens/profile-text.js';
import { cutMiddle } from '../../terminal/cells.js';
import type { OutputFormat } from '../../terminal/output-format.js';
import { type Cell, type Column, tableLines } from '../../terminal/table.js';
import { partText } from '../../terminal/time-lane.js';
import { codeLines } from './frames.js';
import type { SourceReader } from './source-reader.js';
import { traceHeadline } from './trace.js';

const MAX_FUNCTIONS = 20;
const HOT_LINES = 3;
const MAX_PLACE = 48;

const COLUMNS: Column[] = [
  { head: 'SELF', align: 'right' },
  { head: '%', align: 'right', dropOrder: 1 },
  { head: 'TOTAL', align: 'right' },
  { head: 'FUNCTION', minWidth: 12 },
  { head: 'WHERE' },
];

/** The profile of a kind. Throws a UserError (exit 1) for a request without one. */
export function profileOf(trace: Trace, kind: Profile['kind']): Profile {
  const profile = trace.profiles?.[kind];
  if (profile) return profile;
  const option = kind === 'heap' ? ' --heap' : '';
  throw new UserError(
    `No ${kind === 'cpu' ? 'CPU' : 'heap'} profile was taken of this request. Send it again with one:  scooby profile ${trace.id.slice(0, 8)}${option}`,
    1,
  );
}

/** All lines of a request's profile. */
export function profileReport(
  trace: Trace,
  profile: Profile,
  code: SourceReader,
  format: OutputFormat,
): string[] {
  const { style } = format;
  const { parts, total } = timeSpentIn(trace);
  const sum = profile.kind === 'cpu' ? parts.map((part) => partText(part, total)).join('   ') : '';
  return [
    traceHeadline(trace, format),
    `  ${profileHeadline(profile)}`,
    ...(sum === '' ? [] : [`  ${style('dim', 'time')}     ${sum}`]),
    ...profileRemarks(profile).map((remark) => `  ${style('dim', remark)}`),
    '',
    ...functionLines(profile, format),
    ...hotLines(profile, code, format),
  ];
}

/** Table of the costliest functions, the project's own first. */
function functionLines(profile: Profile, format: OutputFormat): string[] {
  const worth = functionTotals(profile).filter(
    ({ self, function: { origin } }) => self > 0 || origin === 'own',
  );
  const totals = sortFunctions(worth, { by: 'self', ownFirst: true });
  if (totals.length === 0) return [];
  const rows = totals.slice(0, MAX_FUNCTIONS).map(({ function: each, self, total }): Cell[] => {
    const isOwn = each.origin === 'own';
    return [
      [weightText(profile, self), isOwn ? 'bold' : undefined],
      [weightShare(profile, self), 'dim'],
      [weightText(profile, total)],
      [functionName(each), isOwn ? 'ok' : 'dim'],
      [cutMiddle(functionPlace(each), MAX_PLACE), isOwn ? 'accent' : 'dim'],
    ];
  });
  const more = totals.length - MAX_FUNCTIONS;
  return [
    ...tableLines(COLUMNS, rows, format),
    ...(more > 0
      ? [format.style('dim', `… ${formatCount(more, 'more function')}: --tab ${profile.kind}`)]
      : []),
  ];
}

/** The hottest lines of the project's own code. */
function hotLines(profile: Profile, code: SourceReader, format: OutputFormat): string[] {
  const hot = hotLinesOf(profile).slice(0, HOT_LINES);
  if (hot.length === 0) return [];
  return [
    '',
    format.style('dim', hot.length === 1 ? 'hottest line' : 'hottest lines'),
    ...hot.flatMap(({ function: each, line, weight }) => {
      const place = functionPlace({ ...each, line });
      const note = code.changeNote(each.file, line);
      return [
        `  ${weightText(profile, weight)} ${weightShare(profile, weight)}  ${format.style('accent', `${functionName(each)} (${place})`)}${note ? format.style('warn', `  ${note}`) : ''}`,
        ...codeLines({ file: each.file, line }, 1, code, format).map((text) => `  ${text}`),
      ];
    }),
  ];
}
