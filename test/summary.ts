/** Reads tap's own count out of its report. */

/** Answers the last line of a run and whether anything failed; a report without a count is one failure. */
export function summary(report: string): { line: string; failed: number } {
  const counts = [...report.matchAll(/^# \{ (total: .*) \}$/gm)].at(-1)?.[1];
  const { pass = 0, fail = 0, ...others } = counts ? read(counts) : { fail: 1 };
  const skipped = (others.skip ?? 0) + (others.todo ?? 0);
  return { line: `${pass} passed, ${fail} failed${skipped ? `, ${skipped} skipped` : ''}`, failed: fail };
}

function read(counts: string): Record<string, number> {
  const pairs = counts.split(', ').map((pair) => pair.split(': '));
  return Object.fromEntries(pairs.map(([name, n]) => [name, Number(n)]));
}
