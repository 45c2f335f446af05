/** Labels of the timeline's rows, by which calls of one shape can be told apart. */

import { valueText } from '../../domain/text.js';
import type { Span } from '../../domain/trace.js';
import { cleanText, cutMiddle, fitsCells, fitText } from '../../terminal/cells.js';

/** Characters of values and names that are looked at: a row has no room for more. */
const MAX_EXAMINED = 400;
const MAX_VALUES = 4;

function valuesOf({ detail }: Pick<Span, 'detail'>): string {
  const params = detail?.params;
  if (!Array.isArray(params) || params.length === 0) return '';
  const texts = params.slice(0, MAX_VALUES).map((value) => valueText(value).slice(0, MAX_EXAMINED));
  return ` ${texts.join(',')}${params.length > MAX_VALUES ? ',…' : ''}`;
}

/**
 * A call in exactly `cells` cells: of a statement its tables and values, which make it differ from the
 * others of its loop; of other calls both ends of the name.
 */
export function timelineLabel(span: Pick<Span, 'name' | 'detail' | 'shape'>, cells: number): string {
  const { label } = span.shape;
  if (label === undefined) return fitText(cutMiddle(cleanText(headAndTail(span.name)), cells), cells);
  const full = cleanText(`${label}${valuesOf(span)}`);
  if (fitsCells(full, cells)) return fitText(full, cells);
  const short = full.replace(/^SELECT … /, '').replace(/ … /, ' ');
  return fitText(cutMiddle(short, cells), cells);
}

function headAndTail(name: string): string {
  if (name.length <= 2 * MAX_EXAMINED) return name;
  return name.slice(0, MAX_EXAMINED) + name.slice(-MAX_EXAMINED);
}
