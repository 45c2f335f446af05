/**
 * Text of a stack: application frames, the code at the call site, and the number of hidden library
 * frames.
 */

import { type LocalsOfFrame, localsOf } from '../../domain/locals.js';
import { formatPosition, type Position } from '../../domain/site.js';
import { formatCount } from '../../domain/text.js';
import { type Frame, frameMark, type Span } from '../../domain/trace.js';
import { cleanText, stripUnsureWidths } from '../../terminal/cells.js';
import { codeFrame, splitLines } from '../../terminal/code-frame.js';
import { framePosition, type PanelContext, type TextLine } from './panel.js';

/** Lines of code before and after the call site. */
const CONTEXT_LINES = 3;

/** Lines of code around a position; empty without the source text. */
export function codeRows(source: string | undefined, position: Position, around = CONTEXT_LINES): TextLine[] {
  const lines = source === undefined ? [] : splitLines(source);
  return codeFrame(lines, position.line, around).map(({ line, gutter, text, isCurrent }) => ({
    line: isCurrent
      ? [
          ['  > ', 'warn'],
          [gutter, 'warn'],
          [stripUnsureWidths(text), 'bold'],
        ]
      : ['    ', [gutter + stripUnsureWidths(text), 'dim']],
    position: { file: position.file, line },
  }));
}

function frameLine(frame: Frame): TextLine {
  const site = cleanText(formatPosition(frame));
  const name = cleanText(frame.function) || '(anonymous)';
  const line = frame.application
    ? ([[' at ', 'dim'], name, ' ', [site, 'accent'], [cleanText(frameMark(frame)), 'dim']] as const)
    : ([[` at ${name} ${site}`, 'dim']] as const);
  return { line, position: framePosition(frame) };
}

/** Lines of the variables that a frame had in a replay, a line each. */
function variableRows(variables: LocalsOfFrame['variables']): TextLine[] {
  return variables.map(([name, text]) => ({
    line: [[`     ${cleanText(name)} `, 'accent'], cleanText(text)],
  }));
}

/** Lines of a call's stack, with the code below the frame of its call site. */
export function stackLines(
  { stack, frame: siteFrame, detail }: Pick<Span, 'stack' | 'frame' | 'detail'>,
  context: Pick<PanelContext, 'source' | 'libraries'>,
): TextLine[] {
  if (stack.length === 0) return [{ line: [[' no stack was recorded for this call', 'dim']] }];
  const lines: TextLine[] = [];
  const locals = new Map(localsOf({ stack, detail }).map(({ frame, variables }) => [frame, variables]));
  let hidden = 0;
  for (const frame of stack) {
    if (!frame.application && !context.libraries) {
      hidden++;
      continue;
    }
    lines.push(frameLine(frame));
    if (frame === siteFrame && !frame.generated)
      lines.push(...codeRows(context.source(frame.file), framePosition(frame)));
    lines.push(...variableRows(locals.get(frame) ?? []));
  }
  if (hidden > 0)
    lines.push({ line: [[` … ${formatCount(hidden, 'library frame')} hidden (i shows them)`, 'dim']] });
  return lines;
}
