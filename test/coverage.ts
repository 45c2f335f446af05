/** Coverage of src: V8's counts, written by the test processes and by the apps that run under the agent, mapped to lines by c8. */

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Report } from 'c8';

/** Lines of a file, and how many of them ran. */
export interface Covered {
  covered: number;
  total: number;
}

/** What has to be covered, in percent of lines. */
export interface Floor {
  /** Of all files together. */
  whole: number;
  /** Of each file. */
  file: number;
  /** Files that have a floor of their own, and why. */
  exceptions: Record<string, { floor: number; reason: string }>;
}

const ROOT = join(import.meta.dirname, '../..');
const SOURCES = pathToFileURL(join(ROOT, 'dist/src/')).href;

/** Coverage by path: `src/domain/text.ts`. Files without code that runs (types) are left out; a file that no test loads has none covered. */
export async function coverageOf(rawFolder: string): Promise<Map<string, Covered>> {
  const folder = join(tmpdir(), `scooby-test-coverage-report-${process.pid}`);
  const counts = join(folder, 'counts');
  keepOwnCounts(rawFolder, counts);
  const report = new Report({
    ...{ tempDirectory: counts, reportsDirectory: folder, reporter: ['json-summary'] },
    ...{ all: true, src: [ROOT], include: ['dist/src/**'], exclude: [], resolve: '' },
    // One at a time: all at once would be a gigabyte.
    ...{ mergeAsync: true },
  });
  try {
    await report.run();
    const { total: _, ...files }: Record<string, { lines: Covered }> = JSON.parse(
      readFileSync(join(folder, 'coverage-summary.json'), 'utf8'),
    );
    const found = Object.entries(files).map(([path, { lines }]) => [relative(ROOT, path), lines] as const);
    return new Map(found.filter(([path]) => hasCode(path)).sort(([a], [b]) => (a < b ? -1 : 1)));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Counts of scripts, as V8 writes them for a process. */
interface ScriptCounts {
  url: string;
  functions: { ranges: { endOffset: number }[] }[];
}

/** What c8 merges counts with. */
interface Merger {
  mergeProcessCovs(counts: { result: ScriptCounts[] }[]): { result: ScriptCounts[] };
}

const { mergeProcessCovs } = createRequire(createRequire(import.meta.url).resolve('c8'))(
  '@bcoe/v8-coverage',
) as Merger;

/** Processes that are merged at once: c8 merges each with the sum of all before. */
const BATCH = 40;
const SCRIPT = '{"scriptId":';
const LAST = /\](?:,"timestamp"|,"source-map-cache"|\}$)/;

/**
 * Copies the counts of src's scripts, merged by batches. A process that changes the text of a script as it
 * compiles it (test/fixtures/faults.cjs) counts at other offsets: merged with the others, they would make
 * lines uncovered that were covered, as many as that process happened not to reach.
 */
function keepOwnCounts(from: string, to: string): void {
  const lengths = new Map<string, number>();
  const lengthOf = (url: string) => {
    if (!lengths.has(url)) lengths.set(url, readFileSync(fileURLToPath(url), 'utf8').length);
    return lengths.get(url);
  };
  const isOwn = ({ url, functions: [whole] }: ScriptCounts) =>
    url.startsWith(SOURCES) && whole?.ranges[0]?.endOffset === lengthOf(url);
  mkdirSync(to, { recursive: true });
  const names = readdirSync(from);
  for (let i = 0; i < names.length; i += BATCH) {
    const batch = names.slice(i, i + BATCH).map((name) => {
      try {
        // Two gigabytes, which are decoded as they are: only names of functions have other letters.
        return { result: countsIn(readFileSync(join(from, name), 'latin1')).filter(isOwn) };
      } catch {
        // Killed as it wrote them: a loss that has to be seen where a floor is missed.
        console.error(`npm test: the counts of a process are broken: ${name}`);
        return { result: [] };
      }
    });
    writeFileSync(join(to, `${i}.json`), JSON.stringify(mergeProcessCovs(batch)));
  }
}

/** Counts of src's scripts in a process's file, most of which is about Node's and packages': those are not parsed. */
function countsIn(text: string): ScriptCounts[] {
  const [, ...scripts] = text.split(SCRIPT);
  // Of a process that was killed as it wrote, the end is missing.
  if (!text.trimEnd().endsWith('}')) throw new Error('it is cut');
  return scripts
    .filter((script) => /"url":"([^"]*)"/.exec(script)?.[1]?.startsWith(SOURCES))
    .map((script) => JSON.parse(`${SCRIPT}${script.split(LAST)[0]!.replace(/,$/, '')}`));
}

/** Whether anything of a source is left when it is compiled. */
function hasCode(path: string): boolean {
  const compiled = join(ROOT, 'dist', path.replace(/\.([cm]?)tsx?$/, '.$1js'));
  const text = readFileSync(compiled, 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
  return (
    text.replace(/"use strict";|export \{\};|Object\.defineProperty\(exports, "__esModule".*/g, '').trim() !==
    ''
  );
}

/** The table that is printed, and what is below the floor, in words. */
export function coverageReport(
  files: Map<string, Covered>,
  floor: Floor,
): { table: string[]; failures: string[] } {
  const whole = { covered: 0, total: 0 };
  for (const { covered, total } of files.values()) {
    whole.covered += covered;
    whole.total += total;
  }
  const table = [...files].map(([path, lines]) => `${percent(lines).toFixed(1).padStart(5)} %  ${path}`);
  const failures = [...files].flatMap(([path, lines]) => failure(path, lines, floorOf(path, floor)));
  const gone = Object.keys(floor.exceptions).filter((path) => !files.has(path));
  return {
    table: [...table, `${percent(whole).toFixed(1).padStart(5)} %  of all lines`],
    failures: [
      ...failures,
      ...gone.map((path) => `${path} has a floor of its own, but is not there`),
      ...failure('src', whole, floor.whole),
    ],
  };
}

function floorOf(path: string, { file, exceptions }: Floor): number {
  return exceptions[path]?.floor ?? file;
}

function failure(path: string, lines: Covered, floor: number): string[] {
  const reached = percent(lines);
  return reached < floor
    ? [`${path} has ${reached.toFixed(1)} % of its lines covered, less than ${floor} %`]
    : [];
}

function percent({ covered, total }: Covered): number {
  return total === 0 ? 100 : (100 * covered) / total;
}
