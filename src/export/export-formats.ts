/** Formats that requests are exported in: one entry each, which the command line is made of. */

import { UserError } from '../domain/errors.js';
import type { Profile } from '../domain/profile.js';
import { terminalSafeJson } from '../domain/text.js';
import type { Trace } from '../domain/trace.js';
import { splitLines } from '../terminal/code-frame.js';
import { exportedTrace } from './document.js';
import { harOf } from './har.js';
import { markdownOf } from './markdown.js';
import type { OtlpContext } from './otlp-spans.js';
import { type ProfileSubject, toCollapsed, toCpuprofile, toSpeedscope } from './profile-export.js';

/** A format of `scooby export`. */
export interface ExportFormat {
  /** Its option, without dashes. */
  name: string;
  /** In the help of the command. */
  description: string;
  /** It takes one request only. */
  isOfOne?: true;
  /** Text of requests in this format, ended by a newline; throws a UserError where they have nothing for it. */
  write(traces: Trace[], options: ExportOptions): string | Promise<string>;
}

/** Options of the formats. */
export interface ExportOptions {
  /** The heap's profile instead of the CPU's. */
  heap: boolean;
  /** Source text of a request's file, as it was then. */
  sourceOf(trace: Trace, file: string): Promise<string | undefined>;
  /** The app's name, and scooby's version. */
  context: OtlpContext;
}

export const EXPORT_FORMATS: readonly ExportFormat[] = [
  {
    name: 'json',
    description: 'all that was recorded, with the code, a line for each request: scooby import reads it',
    write: async (traces, { sourceOf }) => {
      const documents = traces.map((trace) => exportedTrace(trace, (file) => sourceOf(trace, file)));
      return (await Promise.all(documents)).map(jsonText).join('');
    },
  },
  {
    name: 'markdown',
    description: 'what is wrong with it, with code, to paste into an issue or a chat',
    write: async (traces, { sourceOf }) => {
      const texts = traces.map(async (trace) => markdownOf(trace, await linesOf(trace, sourceOf)));
      return (await Promise.all(texts)).join('\n');
    },
  },
  {
    name: 'har',
    description: 'HAR 1.2, for the network panel of a browser, without cookies and credentials',
    write: (traces, { context }) => jsonText(harOf(traces, context.version)),
  },
  {
    name: 'otlp',
    description: "spans in OpenTelemetry's JSON form",
    write: async (traces, { context }) => {
      // OpenTelemetry's own serializer, which no other command needs.
      const { otlpJsonOf } = await import('./otlp-exporter.js');
      return `${otlpJsonOf(traces, context)}\n`;
    },
  },
  {
    name: 'cpuprofile',
    description: "the CPU profile for Chrome's DevTools and VS Code",
    isOfOne: true,
    write: ([trace], options) => jsonText(toCpuprofile(subjectOf(trace!, cpuOnly(options)))),
  },
  {
    name: 'speedscope',
    description: 'the profile for https://www.speedscope.app',
    isOfOne: true,
    write: ([trace], options) => jsonText(toSpeedscope(subjectOf(trace!, kindOf(options)))),
  },
  {
    name: 'collapsed',
    description: 'the profile as a line for each stack, for flamegraph.pl, inferno, flamelens',
    isOfOne: true,
    write: ([trace], options) => toCollapsed(subjectOf(trace!, kindOf(options))),
  },
];

async function linesOf(trace: Trace, sourceOf: ExportOptions['sourceOf']) {
  const files = Object.keys(trace.sources ?? {});
  const texts = await Promise.all(files.map((file) => sourceOf(trace, file)));
  const lines = new Map(
    files.map((file, n) => [file, texts[n] === undefined ? undefined : splitLines(texts[n])]),
  );
  return (file: string) => lines.get(file);
}

function jsonText(value: object): string {
  return `${terminalSafeJson(value)}\n`;
}

function kindOf({ heap }: ExportOptions): Profile['kind'] {
  return heap ? 'heap' : 'cpu';
}

function cpuOnly(options: ExportOptions): Profile['kind'] {
  if (options.heap)
    throw new UserError('--cpuprofile has no form for --heap: use --speedscope or --collapsed.');
  return kindOf(options);
}

function subjectOf(trace: Trace, kind: Profile['kind']): ProfileSubject {
  const { id, method, url, start, app, profiles } = trace;
  const profile = profiles?.[kind];
  if (profile !== undefined) return { profile, title: `${method} ${url}`, start, cwd: app?.cwd ?? '/' };
  const flag = kind === 'heap' ? ' --heap' : '';
  throw new UserError(
    `This request has no ${kind === 'heap' ? 'profile of the heap' : 'CPU profile'}. Take one:  scooby profile ${id.slice(0, 8)}${flag}`,
    1,
  );
}
