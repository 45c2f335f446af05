/** Property tests: how often each is tried, the texts they are tried with, and how a failure is repeated. */

import fc from 'fast-check';

// SCOOBY_TEST_RUNS=100 tries each a hundred times as often; SCOOBY_TEST_SEED repeats what a failure has printed.
const { SCOOBY_TEST_RUNS: more = '1', SCOOBY_TEST_SEED: seed } = process.env;

/** Tries a property; rejects with its seed and the smallest counterexample. */
export async function holds<T>(
  property: fc.IProperty<T> | fc.IAsyncProperty<T>,
  runs: number,
): Promise<void> {
  const numRuns = Math.ceil(runs * Number(more));
  await fc.assert(property as fc.IAsyncProperty<T>, { numRuns, ...(seed && { seed: Number(seed) }) });
}

/** Texts of any characters, halves of surrogate pairs among them. */
export function anyText(maxLength?: number): fc.Arbitrary<string> {
  const most = maxLength === undefined ? {} : { maxLength };
  return fc.oneof(
    fc.string({ unit: 'grapheme', ...most }),
    fc.string({ unit: 'binary', ...most }),
    fc.array(fc.integer({ min: 0, max: 0xffff }), most).map((codes) => String.fromCharCode(...codes)),
  );
}

/** The text's characters cut into pieces anywhere; nothing is left out. */
export function pieces<T extends string | Buffer>(whole: T, cuts: number[]): T[] {
  const at = [0, ...cuts.map((cut) => cut % (whole.length + 1)).sort((a, b) => a - b), whole.length];
  return at.slice(1).map((to, i) => (whole as Buffer).subarray?.(at[i], to) ?? whole.slice(at[i], to)) as T[];
}

/** Where to cut. */
export const someCuts: fc.Arbitrary<number[]> = fc.array(fc.nat({ max: 100_000 }), { maxLength: 12 });
