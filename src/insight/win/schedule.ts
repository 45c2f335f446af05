/** Schedule: the times of a request's calls as they are assumed, and how long the page then takes. */

import type { CallGraph } from './call-graph.js';

/** Times by position in the graph, in ms; as recorded, until they are changed. */
export interface Schedule {
  readonly graph: CallGraph;
  /** From the connection to the end. */
  run: number[];
  /** The part of `run` that is an assumed latency. */
  added: number[];
  /** From the start to the connection, where `freedBy` names no call that it depends on. */
  wait: number[];
  /** The app's own code, from the end of what the call waited for to its start. */
  gap: number[];
  /** The same to the end of the request. */
  lastGap: number;
  freedBy: number[];
  after: (readonly number[])[];
  /** What the request's end waits for. */
  last: readonly number[];
}

/** Schedule with the recorded times. */
export function scheduleOf(graph: CallGraph): Schedule {
  const { calls, duration, last } = graph;
  const endOf = (after: readonly number[]) => (after.length === 0 ? 0 : calls[after[0]!]!.end);
  return {
    graph,
    run: calls.map(({ ready, end }) => end - ready),
    added: calls.map(() => 0),
    wait: calls.map(({ start, ready }) => ready - start),
    gap: calls.map(({ start, after }) => Math.max(0, start - endOf(after))),
    lastGap: Math.max(0, duration - endOf(last)),
    freedBy: calls.map(({ freedBy }) => freedBy),
    after: calls.map(({ after }) => after),
    last,
  };
}

/** ms that the request takes by a schedule. */
export function durationBy(schedule: Schedule): number {
  const { graph, run, wait, gap, lastGap, freedBy, after, last } = schedule;
  const { calls } = graph;
  const ends = new Float64Array(calls.length);
  // A fan-out's calls share one list: it is gone through once.
  let list: readonly number[] | undefined;
  let listEnd = 0;
  const endOf = (positions: readonly number[]) => {
    if (positions !== list) {
      list = positions;
      listEnd = 0;
      for (const at of positions) if (ends[at]! > listEnd) listEnd = ends[at]!;
    }
    return listEnd;
  };
  for (let at = 0; at < calls.length; at++) {
    const start = endOf(after[at]!) + gap[at]!;
    const freed = freedBy[at]!;
    const ready =
      freed < 0 ? start + wait[at]! : Math.max(start, ends[freed]! + calls[at]!.ready - calls[freed]!.end);
    ends[at] = ready + run[at]!;
  }
  return endOf(last) + lastGap;
}

/** Takes a call out of a schedule; the code around it stays. */
export function dropCall(schedule: Schedule, at: number): void {
  schedule.run[at] = 0;
  schedule.wait[at] = 0;
  schedule.freedBy[at] = -1;
}
