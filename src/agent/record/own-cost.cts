/**
 * What the agent itself costs a request: the time of its steps. Each is measured while the process is
 * young and its code is cold, and later one of 16, which stands for the others: to measure them all
 * would be a step of its own.
 */

import { now } from '../request/traced-request.cjs';

const MEASURED_FIRST = 512;
const EVERY = 16;
/** Measurements that an average is made of. */
const WEIGHT = 16;
/** ms; a step that takes longer was interrupted: by a collection of garbage, or another program. */
const MAX_STEP_MS = 1;

/** ms that were measured inside of a step, and are counted by themselves. */
let nested = 0;

/** A step that runs often. */
export class StepCost {
  /** ms, of the latest that were measured. */
  average = 0;
  #measured = 0;
  #countdown = 1;
  #nestedBefore = 0;

  /** Called before the step; 0 where this one is not measured. */
  start(): number {
    if (--this.#countdown > 0) return 0;
    this.#countdown = this.#measured < MEASURED_FIRST ? 1 : EVERY;
    this.#nestedBefore = nested;
    return now();
  }

  /** Called after it, with what `start` returned; ms that it took, or takes on the average. */
  stop(started: number): number {
    if (started === 0) return this.average;
    return this.note(now() - started - (nested - this.#nestedBefore));
  }

  /** Adds a measurement, and returns it within its bounds. */
  note(ms: number): number {
    const bounded = Math.min(MAX_STEP_MS, Math.max(0, ms));
    this.#measured++;
    this.average += (bounded - this.average) / Math.min(WEIGHT, this.#measured);
    return bounded;
  }
}

export const beginCost = new StepCost();
export const endCost = new StepCost();
export const requestCost = new StepCost();
/** The lines on the head, and what follows it: the end of the request. */
export const headCost = new StepCost();
export const closeCost = new StepCost();
/** Encoding the line of a call, or of a request's end. */
const lineCost = new StepCost();

/** Calls `encode`, which makes so many lines; ms that one of them took. Not counted in a step around it. */
export function measureLines(lines: number, encode: () => void): number {
  const began = now();
  encode();
  const ms = now() - began;
  nested += ms;
  return lineCost.note(ms / lines);
}

/** ms that are still to come for a request with so many lines that wait, at its head. */
export function costToCome(lines: number): number {
  return headCost.average + closeCost.average + (lines + 1) * lineCost.average;
}
