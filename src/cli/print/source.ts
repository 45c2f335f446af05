/**
 * Source files on the stacks of a request's calls, with each line's calls and time in the margin.
 */

import { findingWord } from '../../domain/finding-kinds.js';
import { formatSite } from '../../domain/site.js';
import { isTimed } from '../../domain/span-kinds.js';
import { formatCount, formatMs } from '../../domain/text.js';
import type { Frame, Kind, Span, Trace } from '../../domain/trace.js';
import { cellWidth, cleanText, cutText } from '../../terminal/cells.js';
import { codeText } from '../../terminal/code-frame.js';
import type { OutputFormat } from '../../terminal/output-format.js';
import type { SourceReader } from './source-reader.js';
import { traceHeadline } from './trace.js';

/** Calls of one kind at a line. */
interface LineCalls {
  kind: Kind;
  /** The line is the call site; otherwise it is elsewhere on the stack. */
  direct: boolean;
  count: number;
  ms: number;
  failed: boolean;
}

interface SourceFile {
  name: string;
  /** By line number, from 1. */
  lines: Map<number, LineCalls[]>;
  /** Time of the calls whose call site is in the file. */
  ms: number;
  /** Number of those calls. */
  count: number;
  /** All calls with the file on their stack. */
  calls: Set<Span>;
}

/** Lines of code that are shown around a line with calls. */
const CONTEXT_LINES = 3;

/** Headline and files, those with the costliest calls first. */
export function sourceLines(
  trace: Trace,
  kinds: Kind[] | undefined,
  code: SourceReader,
  format: OutputFormat,
): string[] {
  const files = [...filesOf(trace, kinds).values()].sort((a, b) => b.ms - a.ms || b.count - a.count);
  const marks = findingKindsBySite(trace);
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

function filesOf({ spans }: Trace, kinds: Kind[] | undefined): Map<string, SourceFile> {
  const files = new Map<string, SourceFile>();
  for (const span of [...spans].sort((a, b) => a.start - b.start)) {
    if (kinds && !kinds.includes(span.kind)) continue;
    const seen = new Set<string>();
    for (const frame of framesOf(span)) {
      const { file: name, line, application } = frame;
      const site = formatSite({ file: name, line });
      // A recursive function is on the stack several times, but counts once.
      if (!application || seen.has(site)) continue;
      seen.add(site);
      let file = files.get(name);
      if (!file) files.set(name, (file = { name, lines: new Map(), ms: 0, count: 0, calls: new Set() }));
      const direct = site === span.site;
      file.calls.add(span);
      if (direct) {
        file.ms += span.duration ?? 0;
        file.count++;
      }
      addCall(file, line, direct, span);
    }
  }
  return files;
}

// The call site may come from another call's stack, when the call's own stack has lost it.
function framesOf({ stack, frame }: Span): Frame[] {
  return frame === undefined || stack.includes(frame) ? stack : [...stack, frame];
}

function addCall(
  file: SourceFile,
  line: number,
  direct: boolean,
  { kind, duration, error }: { kind: Kind; duration?: number; error?: string },
): void {
  const lineCalls = file.lines.get(line) ?? [];
  file.lines.set(line, lineCalls);
  let calls = lineCalls.find((other) => other.kind === kind && other.direct === direct);
  if (!calls) lineCalls.push((calls = { kind, direct, count: 0, ms: 0, failed: false }));
  calls.count++;
  calls.ms += duration ?? 0;
  calls.failed ||= error !== undefined;
}

/** Kinds of findings by site. */
function findingKindsBySite({ findings }: Trace): Map<string, string> {
  const marks = new Map<string, string>();
  for (const { site, kind } of findings) {
    if (site === undefined) continue;
    const before = marks.get(site);
    const word = findingWord(cleanText(kind));
    marks.set(site, before ? `${before}, ${word}` : word);
  }
  return marks;
}

function fileLines(
  file: SourceFile,
  marks: Map<string, string>,
  code: SourceReader,
  format: OutputFormat,
): string[] {
  const { style } = format;
  const { name, lines } = file;
  const numbers = [...lines.keys()].sort((a, b) => a - b);
  const changeNote = code.changeNote(name, numbers[0]!);
  const summary =
    file.count > 0
      ? `${formatCount(file.count, 'call')}, ${formatMs(file.ms)}`
      : `on the stack of ${formatCount(file.calls.size, 'call')}`;
  const heading = `${style('bold', cleanText(name))}  ${summary}${changeNote ? style('warn', `  ${changeNote.replace(/,.*/, '')}: this is how it was`) : ''}`;
  const texts = code.lines(name)?.map(codeText);
  if (texts?.at(-1) === '') texts.pop();
  const margin = Math.max(
    ...numbers.flatMap((line) => lines.get(line)!.map((calls) => cellWidth(marginText(calls)))),
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
    const missing = style('dim', `${' '.repeat(margin)} │ its text was not stored`);
    return [heading, missing, ...numbers.flatMap((line) => row(line, ''))];
  }
  return [
    heading,
    ...foldLines(texts, numbers).flatMap((part) => {
      if (typeof part === 'number') return row(part, texts[part - 1] ?? '');
      const hidden = part.to - part.from + 1;
      return [
        style('dim', `${' '.repeat(margin)} │ ${' '.repeat(digits)}  … ${formatCount(hidden, 'line')}`),
      ];
    }),
  ];
}

/** Line numbers to show, and the hidden ranges between them. */
function foldLines(texts: string[], numbers: number[]): (number | { from: number; to: number })[] {
  const shown = new Set(
    numbers.flatMap((line) =>
      Array.from({ length: CONTEXT_LINES * 2 + 1 }, (_, at) => line - CONTEXT_LINES + at),
    ),
  );
  const parts: (number | { from: number; to: number })[] = [];
  for (let line = 1; line <= texts.length; line++) {
    const last = parts.at(-1);
    // Hiding a single line saves no room, because the note takes a line too.
    if (shown.has(line) || (shown.has(line - 1) && shown.has(line + 1))) parts.push(line);
    else if (typeof last === 'object') last.to = line;
    else parts.push({ from: line, to: line });
  }
  return parts;
}

/** `48× 431ms sql`; `via 48× 431ms sql` for calls whose call site is another line of the stack. */
function marginText({ kind, direct, count, ms }: LineCalls): string {
  const cost = isTimed({ kind }) ? ` ${formatMs(ms)}` : '';
  return `${direct ? '' : 'via '}${count}×${cost} ${cleanText(kind)}`;
}

function rowsOf(
  lineCalls: LineCalls[],
  line: number,
  text: string,
  { margin, digits, mark }: { margin: number; digits: number; mark: string | undefined },
  { style, width }: OutputFormat,
): string[] {
  const order = [...lineCalls].sort((a, b) => Number(b.direct) - Number(a.direct) || b.ms - a.ms);
  const heads: (LineCalls | undefined)[] = order.length > 0 ? order : [undefined];
  return heads.map((calls, n) => {
    const label = calls ? marginText(calls) : '';
    const role = !calls?.direct ? 'dim' : calls.failed ? 'error' : mark ? 'warn' : 'accent';
    const left = style(calls ? role : undefined, ' '.repeat(margin - cellWidth(label)) + label);
    if (n > 0) return `${left} │`;
    const number = String(line).padStart(digits);
    const note = mark ? `  ● ${mark}` : '';
    const room = width - margin - digits - 5 - cellWidth(note);
    const shown = cutText(text, Math.max(20, room));
    return `${left} │ ${style('dim', number)}  ${calls?.direct ? style('bold', shown) : shown}${style('warn', note)}`;
  });
}
