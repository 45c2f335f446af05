/** Formats that a request is exported in: one entry each, which the command line is made of. */

import { UserError } from '../domain/errors.js';
import type { Profile } from '../domain/profile.js';
import { terminalSafeJson } from '../domain/text.js';
import type { Trace } from '../domain/trace.js';
import { type ProfileSubject, toCollapsed, toCpuprofile, toSpeedscope } from './profile-export.js';

/** A format of `scooby export`. */
export interface ExportFormat {
  /** Its option, without dashes. */
  name: string;
  /** In the help of the command. */
  description: string;
  /** Text of a request in this format, ended by a newline; throws a UserError where it has nothing for it. */
  write(trace: Trace, options: ExportOptions): string;
}

/** Options of the formats. */
export interface ExportOptions {
  /** The heap's profile instead of the CPU's. */
  heap: boolean;
}

export const EXPORT_FORMATS: readonly ExportFormat[] = [
  {
    name: 'cpuprofile',
    description: "the CPU profile for Chrome's DevTools and VS Code",
    write: (trace, options) => jsonText(toCpuprofile(subjectOf(trace, cpuOnly(options)))),
  },
  {
    name: 'speedscope',
    description: 'the profile for https://www.speedscope.app',
    write: (trace, options) => jsonText(toSpeedscope(subjectOf(trace, kindOf(options)))),
  },
  {
    name: 'collapsed',
    description: 'the profile as a line for each stack, for flamegraph.pl, inferno, flamelens',
    write: (trace, options) => toCollapsed(subjectOf(trace, kindOf(options))),
  },
];

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
