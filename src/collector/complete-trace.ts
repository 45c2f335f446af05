/** A trace as it is emitted: with what the processes of its calls know, and judged. */

import { learnKinds } from '../domain/span-kinds.js';
import type { Frame, RecordedTrace, Trace } from '../domain/trace.js';
import type { AppProcess, SaveSource } from './app-process.js';
import type { OpenTrace } from './open-trace.js';

/** What a trace is completed with. */
export interface TraceCompletion {
  saveSource: SaveSource;
  /**
   * Decides call sites, shapes and findings. `readLine` returns the text of a line of the frame's
   * file, by default of the frame's own line.
   */
  finish(trace: RecordedTrace, readLine: (frame: Frame, line?: number) => string | undefined): Trace;
}

/** The trace with its sources, libraries and notes, finished. */
export function completeTrace(openTrace: OpenTrace, { saveSource, finish }: TraceCompletion): Trace {
  const processes = new Set([...(openTrace.process ? [openTrace.process] : []), ...openTrace.processes]);
  const trace = openTrace.snapshot();
  const all = [...processes].reverse();
  const { spans, errors = [] } = trace;
  const withStacks = [...spans, ...errors.flatMap((error) => [error, ...(error.causes ?? [])])];
  const profiled = [...openTrace.profiledFrames];
  const sources = Object.assign({}, ...all.map((each) => each.saveSources(withStacks, saveSource, profiled)));
  if (Object.keys(sources).length > 0) trace.sources = sources;
  const libraries = Object.assign({}, ...all.map((each) => each.libraries(spans)));
  if (Object.keys(libraries).length > 0) trace.libraries = libraries;
  learnKinds(libraries);
  const notes = new Set(all.flatMap((each) => each.notes(withStacks)));
  if (notes.size > 0) trace.notes = [...(trace.notes ?? []), ...notes];
  return finish(trace, readerOf(processes));
}

/** Reader of the source of several processes; of one its own. */
function readerOf(processes: Set<AppProcess>): AppProcess['readLine'] {
  const [process] = processes;
  if (process !== undefined && processes.size === 1) return process.readLine;
  return (frame, line) => {
    for (const each of processes) if (each.hasFrame(frame)) return each.lineText(frame, line);
    return undefined;
  };
}
