/** What the test command makes of TAP: a digest for logs, where tap's own screens are noise, and the count at the end. */

/** Answers the lines worth printing: one a test file, and of a failing file all but what passed. */
export async function* digest(tap: AsyncIterable<string>): AsyncGenerator<string> {
  let inside: string[] = [];
  let explaining = false;
  for await (const line of tap) {
    if (line.startsWith(' ')) {
      if (explaining) yield line;
      else if (line.trim() && !/^ +(ok \d|# time=|\d+\.\.)/.test(line)) inside.push(line);
    } else if (/^(ok|not ok) /.test(line)) {
      explaining = line.startsWith('not');
      if (explaining) yield* inside;
      inside = [];
      yield line;
    } else {
      explaining = false;
      if (line.startsWith('Bail out!')) yield line;
    }
  }
}

/** Answers the last line of a run by tap's own count, and how many failed; a report without a count is one failure. */
export function summary(report: string): { line: string; failed: number } {
  const counts = [...report.matchAll(/^# \{ (total: .*) \}$/gm)].at(-1)?.[1];
  const { pass = 0, fail = 0, skip = 0, todo = 0 } = counts ? read(counts) : { fail: 1 };
  const skipped = skip + todo ? `, ${skip + todo} skipped` : '';
  return { line: `${pass} passed, ${fail} failed${skipped}`, failed: fail };
}

function read(counts: string): Record<string, number> {
  const pairs = counts.split(', ').map((pair) => pair.split(': '));
  return Object.fromEntries(pairs.map(([name, n]) => [name, Number(n)]));
}
