/** Table of a profile's functions, with the callers and hottest lines of each as its text. */

import type { Profile } from '../../domain/profile.js';
import { formatCount } from '../../domain/text.js';
import {
  callersOf,
  type FunctionTotal,
  functionTotals,
  hotLinesOf,
  sortFunctions,
} from '../../insight/profile/functions.js';
import {
  functionName,
  functionPlace,
  ORIGIN_ROLES,
  weightShare,
  weightText,
} from '../../screens/profile-text.js';
import { cellWidth, cutMiddle, cutText, fitText, type Line, lineWidth } from '../../terminal/cells.js';
import type { PanelContext, PanelPage, TableRow, TextLine } from './panel.js';
import { codeRows } from './stack-detail.js';

const MAX_CALLERS = 10;
const HOT_LINES = 3;
/** Columns from which the share is shown, too. */
const MIN_COLUMNS_FOR_SHARE = 50;

/** Functions with samples, the project's own first unless the rows are not grouped. */
export function functionTable(profile: Profile, context: PanelContext): PanelPage {
  const by = context.sorted === 'total' ? 'self' : 'total';
  const order = { by, ownFirst: context.grouped } as const;
  // Most functions of libraries only call others: they are shown with the frames of libraries.
  const shown = functionTotals(profile).filter(
    ({ self, function: { origin } }) => self > 0 || origin === 'own' || context.libraries,
  );
  const totals = sortFunctions(shown, order);
  return {
    isGroupable: true,
    hasIcicle: true,
    headLines: (columns) => [[[tableHead(by, columns), 'head']]],
    entries: totals.map((each) => functionRow(profile, each)),
    text: (row) => (totals[row] ? functionText(profile, totals[row], context) : []),
  };
}

function tableHead(by: 'self' | 'total', columns: number): string {
  const [self, total] = by === 'self' ? ['SELF↓', 'TOTAL'] : ['SELF', 'TOTAL↓'];
  const share = columns < MIN_COLUMNS_FOR_SHARE ? '' : fitText('', 5);
  const keys = columns < 70 ? '' : '  v: own first, f: icicle';
  return `${fitText(self, 8, 'right')}${share}${fitText(total, 8, 'right')}  FUNCTION${keys}`;
}

function functionRow(profile: Profile, { function: each, self, total }: FunctionTotal): TableRow {
  const { origin, file, line, column } = each;
  const isOwn = origin === 'own';
  return {
    ...(file !== '' && line > 0 && { position: { file, line, column } }),
    copy: `${functionName(each)} ${functionPlace(each)}`.trim(),
    line: (columns) => {
      const figures: Line = [
        [fitText(weightText(profile, self), 8, 'right'), isOwn ? 'bold' : ''],
        columns < MIN_COLUMNS_FOR_SHARE ? '' : [fitText(weightShare(profile, self), 5, 'right'), 'dim'],
        fitText(weightText(profile, total), 8, 'right'),
        '  ',
      ];
      const room = columns - lineWidth(figures);
      const name = cutText(functionName(each), Math.max(4, Math.floor(room * 0.6)));
      const place = cutMiddle(functionPlace(each), Math.max(4, room - cellWidth(name) - 2));
      return [...figures, [name, ORIGIN_ROLES[origin]], '  ', [place, isOwn ? 'accent' : 'dim']];
    },
  };
}

/** What a function took, what called it, and its hottest lines with their code. */
export function functionText(
  profile: Profile,
  { index, function: each, self, total }: FunctionTotal,
  context: Pick<PanelContext, 'source'>,
): TextLine[] {
  const { file, line, column } = each;
  const position = file !== '' && line > 0 ? { position: { file, line, column } } : {};
  const share = (weight: number) => `${weightText(profile, weight)} ${weightShare(profile, weight)}`;
  return [
    {
      line: [' ', [functionName(each), 'bold'], '  ', [functionPlace({ ...each, origin: 'own' }), 'accent']],
      ...position,
    },
    { line: [[' self ', 'dim'], share(self), ['   with all that it called ', 'dim'], share(total)] },
    ...originText(each.origin),
    { line: [] },
    ...callerLines(profile, index),
    ...hotLineRows(profile, index, context),
  ];
}

function originText(origin: string): TextLine[] {
  const text =
    origin === 'gc'
      ? ' the garbage collector: what is allocated has to be given up again, so fewer and smaller objects cost less of it'
      : origin === 'native'
        ? ' native code without lines: its callers say what it was asked for'
        : undefined;
  return text === undefined ? [] : [{ line: [[text, 'dim']], prose: true }];
}

function callerLines(profile: Profile, index: number): TextLine[] {
  const callers = callersOf(profile, index);
  const more = callers.length - MAX_CALLERS;
  return [
    { line: [[' called by', 'dim']] },
    ...callers.slice(0, MAX_CALLERS).map(({ caller, between, weight }): TextLine => {
      const figure = fitText(weightText(profile, weight), 8, 'right');
      if (caller === undefined) return { line: [figure, ['  the event loop', 'dim']] };
      const { file, line, column } = caller;
      const through = between > 0 ? `  through ${formatCount(between, 'frame')} of libraries` : '';
      return {
        line: [
          ...[figure, '  ', functionName(caller), '  '],
          [functionPlace(caller), 'accent'],
          [through, 'dim'],
        ],
        ...(file !== '' && line > 0 && { position: { file, line, column } }),
      };
    }),
    ...(more > 0 ? [{ line: [[` … ${formatCount(more, 'more caller')}`, 'dim']] as Line }] : []),
  ];
}

function hotLineRows(profile: Profile, index: number, context: Pick<PanelContext, 'source'>): TextLine[] {
  const hot = hotLinesOf(profile, index).slice(0, HOT_LINES);
  if (hot.length === 0) return [];
  return [
    { line: [] },
    { line: [[hot.length === 1 ? ' hottest line' : ' hottest lines', 'dim']] },
    ...hot.flatMap(({ function: { file }, line, weight }): TextLine[] => {
      const position = { file, line, column: 1 };
      const code = codeRows(context.source(file), position, 1);
      const place = functionPlace({ name: '', file, line, column: 1, origin: 'own' });
      const head: Line = [fitText(weightText(profile, weight), 8, 'right'), '  ', [place, 'accent']];
      return [{ line: head, position }, ...code];
    }),
  ];
}
