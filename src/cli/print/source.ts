/** The app's files that took part in a request, with what each line did in the margin. */

import { isTimed } from '../../domain/span-kinds.js';
import { formatCount, formatMs } from '../../domain/text.js';
import { type Frame, formatSite, type Kind, type Span, type Trace } from '../../domain/trace.js';
import { cellWidth, cleanText, cutText } from '../../terminal/cells.js';
import { codeText } from '../../terminal/code-frame.js';
import type { OutputFormat } from '../../terminal/output-format.js';
import type { SourceReader } from './source-reader.js';
import { traceHeadline } from './trace.js';

/** Calls of one kind that a line made, or that came by it. */
interface Tally {
  kind: Kind;
  direct: boolean;
  count: number;
  ms: number;
  failed: boolean;
}

interface File {
  name: string;
  /** By line. */
  lines: Map<number, Tally[]>;
  ms: number;
  count: number;
  /** Also those that only passed through it. */
  calls: Set<Span>;
}

/** Lines of code that are shown around one that did something. */
const AROUND = 3;

/** Answers the files, those that made the costliest calls first. */
export function sourceLines(
  trace: Trace,
  kinds: Kind[] | undefined,
  code: SourceReader,
  format: OutputFormat,
): string[] {
  const files = [...filesOf(trace, kinds).values()].sort((a, b) => b.ms - a.ms || b.count - a.count);
  const marks = marksOf(trace);
  if (files.length === 0)
    return [
      traceHeadline(trace, format),
      '',
      "  no line of the app's own code made a call that was recorded",
    ];
  return [
    traceHeadline(trace, format),
    ...files.flatMap((file) => ['', ...fileLines(file, marks, code, format)]),
  ];
}

function filesOf({ spans }: Trace, kinds: Kind[] | undefined): Map<string, File> {
  const files = new Map<string, File>();
  for (const span of [...spans].sort((a, b) => a.start - b.start)) {
    if (kinds && !kinds.includes(span.kind)) continue;
    const seen = new Set<string>();
    for (const frame of framesOf(span)) {
      const { file: name, line, application } = frame;
      const place = formatSite({ file: name, line });
      // A function that calls itself is on the stack many times.
      if (!application || seen.has(place)) continue;
      seen.add(place);
      let file = files.get(name);
      if (!file) files.set(name, (file = { name, lines: new Map(), ms: 0, count: 0, calls: new Set() }));
      const direct = place === span.site;
      file.calls.add(span);
      if (direct) {
        file.ms += span.duration ?? 0;
        file.count++;
      }
      tally(file, line, direct, span);
    }
  }
  return files;
}

// The line to blame may be another call's, where this stack has lost it.
function framesOf({ stack, frame }: Span): Frame[] {
  return frame === undefined || stack.includes(frame) ? stack : [...stack, frame];
}

function tally(
  file: File,
  line: number,
  direct: boolean,
  { kind, duration, error }: { kind: Kind; duration?: number; error?: string },
): void {
  const tallies = file.lines.get(line) ?? [];
  file.lines.set(line, tallies);
  let found = tallies.find((one) => one.kind === kind && one.direct === direct);
  if (!found) tallies.push((found = { kind, direct, count: 0, ms: 0, failed: false }));
  found.count++;
  found.ms += duration ?? 0;
  found.failed ||= error !== undefined;
}

/** Kinds of findings by their site. */
function marksOf({ findings }: Trace): Map<string, string> {
  const marks = new Map<string, string>();
  for (const { site, kind } of findings) {
    if (site === undefined) continue;
    const before = marks.get(site);
    marks.set(site, before ? `${before}, ${cleanText(kind).toUpperCase()}` : cleanText(kind).toUpperCase());
  }
  return marks;
}

function fileLines(
  file: File,
  marks: Map<string, string>,
  code: SourceReader,
  format: OutputFormat,
): string[] {
  const { style } = format;
  const { name, lines } = file;
  const numbers = [...lines.keys()].sort((a, b) => a - b);
  const since = code.changeNote(name, numbers[0]!);
  const own =
    file.count > 0
      ? `${formatCount(file.count, 'call')}, ${formatMs(file.ms)}`
      : `on the way of ${formatCount(file.calls.size, 'call')}`;
  const heading = `${style('bold', cleanText(name))}  ${own}${since ? style('warn', `  ${since.replace(/,.*/, '')}: this is how it was`) : ''}`;
  const texts = code.lines(name)?.map(codeText);
  if (texts?.at(-1) === '') texts.pop();
  const margin = Math.max(
    ...numbers.flatMap((line) => lines.get(line)!.map((one) => cellWidth(textOf(one)))),
  );
  const digits = String(texts?.length ?? numbers.at(-1)).length;
  const row = (line: number, text: string) =>
    rowsOf(
      lines.get(line) ?? [],
      line,
      text,
      { margin, digits, mark: marks.get(formatSite({ file: name, line })) },
      format,
    );
  if (!texts) {
    const missing = style('dim', `${' '.repeat(margin)} │ its text was not kept`);
    return [heading, missing, ...numbers.flatMap((line) => row(line, ''))];
  }
  return [
    heading,
    ...folded(texts, numbers).flatMap((part) => {
      if (typeof part === 'number') return row(part, texts[part - 1] ?? '');
      const hidden = part.to - part.from + 1;
      return [
        style('dim', `${' '.repeat(margin)} │ ${' '.repeat(digits)}  … ${formatCount(hidden, 'line')}`),
      ];
    }),
  ];
}

/** Answers the lines to show, from 1, and what lies between them. */
function folded(texts: string[], numbers: number[]): (number | { from: number; to: number })[] {
  const shown = new Set(
    numbers.flatMap((line) => Array.from({ length: AROUND * 2 + 1 }, (_, at) => line - AROUND + at)),
  );
  const parts: (number | { from: number; to: number })[] = [];
  for (let line = 1; line <= texts.length; line++) {
    const last = parts.at(-1);
    // A single line takes no more room than to say that it is hidden.
    if (shown.has(line) || (shown.has(line - 1) && shown.has(line + 1))) parts.push(line);
    else if (typeof last === 'object') last.to = line;
    else parts.push({ from: line, to: line });
  }
  return parts;
}

/** `48× 431ms sql`; `via 48× 431ms sql` for calls that came by here: of a helper, or of what called the line that made them. */
function textOf({ kind, direct, count: times, ms: time }: Tally): string {
  const cost = isTimed({ kind }) ? ` ${formatMs(time)}` : '';
  return `${direct ? '' : 'via '}${times}×${cost} ${cleanText(kind)}`;
}

function rowsOf(
  tallies: Tally[],
  line: number,
  text: string,
  { margin, digits, mark }: { margin: number; digits: number; mark: string | undefined },
  { style, width: columns }: OutputFormat,
): string[] {
  const order = [...tallies].sort((a, b) => Number(b.direct) - Number(a.direct) || b.ms - a.ms);
  const heads: (Tally | undefined)[] = order.length > 0 ? order : [undefined];
  return heads.map((one, n) => {
    const told = one ? textOf(one) : '';
    const role = !one?.direct ? 'dim' : one.failed ? 'error' : mark ? 'warn' : 'accent';
    const left = style(one ? role : undefined, ' '.repeat(margin - cellWidth(told)) + told);
    if (n > 0) return `${left} │`;
    const number = String(line).padStart(digits);
    const note = mark ? `  ● ${mark}` : '';
    const room = columns - margin - digits - 5 - cellWidth(note);
    const shown = cutText(text, Math.max(20, room));
    return `${left} │ ${style('dim', number)}  ${one?.direct ? style('bold', shown) : shown}${style('warn', note)}`;
  });
}
