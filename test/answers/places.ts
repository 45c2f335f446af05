/** Where questions are asked: each command's own way from the store to what it says, read back. */

import { differenceJson } from '../../src/cli/print/diff.js';
import { sourceReaderOf } from '../../src/cli/print/source-reader.js';
import { traceLines } from '../../src/cli/print/trace.js';
import { diffRuns, diffTraces } from '../../src/cli/select/difference.js';
import { formatMs } from '../../src/domain/text.js';
import { partFactsOf, partFigure, type TimePart } from '../../src/domain/time-spent.js';
import type { Finding } from '../../src/domain/trace.js';
import { breachesOf } from '../../src/insight/metrics/breaches.js';
import { requestFactsOf } from '../../src/insight/metrics/request-facts.js';
import { type PublicTrace, publicAggregate, publicTrace } from '../../src/store/json.js';
import type { AggregateBy } from '../../src/store/store.js';
import { lineText } from '../../src/terminal/cells.js';
import { plainStyle } from '../../src/terminal/style.js';
import { tabText } from '../../src/tui/panels/as-text.js';
import { diffLines } from '../../src/tui/view/diff.js';
import { timeStripLine } from '../../src/tui/view/time-strip.js';
import type { ViewModel } from '../../src/tui/view/view-model.js';
import { aTrace } from '../factory.js';
import type { Recorded } from './recorded.js';

/**
 * The questions, each with its answer in lines, sorted. lines: how many calls did a line make? shapes: how often was it asked? findings:
 * what is wrong, and where? most: what did most queries ask, from which line?
 * time: where did it go?
 */
export interface Answers {
  lines: string[];
  shapes: string[];
  findings: string[];
  most: string[];
  time: string[];
}

/** A command, or a screen; it says nothing on questions that it does not answer. */
export interface Place {
  name: string;
  answers: { [Q in keyof Answers]?: (recorded: Recorded) => string[] | Promise<string[]> };
}

interface Asked {
  text: string;
  site?: string | undefined;
  count: number;
}

const UNKNOWN = 'nowhere';
const screen = { width: 200, style: plainStyle, now: Date.now() };
const NO_ERRORS = { columns: 200, colour: false, libraries: false, grouped: true };

/** Answers counts by a name, as lines. */
function counted(asked: Asked[], nameOf: (one: Asked) => string): string[] {
  const counts = new Map<string, number>();
  for (const one of asked) counts.set(nameOf(one), (counts.get(nameOf(one)) ?? 0) + one.count);
  return [...counts].map(([name, count]) => `${count}× ${name}`).sort();
}

const byLine = ({ site = UNKNOWN }: Asked) => site;
const byShape = ({ text }: Asked) => text;

/** All questions on calls, of a place that lists them by what they ask and from where. */
function ofCalls(read: (recorded: Recorded) => Asked[] | Promise<Asked[]>): Place['answers'] {
  return {
    lines: async (recorded) => counted(await read(recorded), byLine),
    shapes: async (recorded) => counted(await read(recorded), byShape),
    most: async (recorded) => {
      const most = (await read(recorded)).reduce((best, one) => (one.count > best.count ? one : best));
      return [`${most.count}× ${most.text} ${most.site ?? UNKNOWN}`];
    },
  };
}

const told = (findings: { kind?: string; site?: string | undefined }[]) =>
  findings.map(({ kind, site = UNKNOWN }) => `${kind} ${site}`).sort();

/** What the JSON of a request says, in `show --json` and of the proxy. */
function ofDocument(read: (recorded: Recorded) => PublicTrace | Promise<PublicTrace>): Place['answers'] {
  const calls = async (recorded: Recorded): Promise<Asked[]> => {
    const groups = new Map<string, Asked>();
    for (const { shape, site } of (await read(recorded)).spans) {
      const key = `${shape}\n${site}`;
      const one = groups.get(key) ?? { text: shape, site, count: 0 };
      groups.set(key, { ...one, count: one.count + 1 });
    }
    return [...groups.values()];
  };
  return {
    ...ofCalls(calls),
    findings: async (recorded) => told((await read(recorded)).findings),
    time: async (recorded) => timeIn((await read(recorded)).time!),
  };
}

/** Parts by their labels, as every place says them. */
function timeIn(parts: TimePart[]): string[] {
  return parts.map(({ part, ms }) => `${partFactsOf(part).label} ${formatMs(ms)}`).sort();
}

/** What a text says of the parts, by their short labels: `sql 29ms 24%`, `cache 16ms ×1`. */
function timeInText(text: string): string[] {
  const parts = ['block', 'cache', 'cpu', 'gc', 'http', 'sql', 'unaccounted', 'wait'];
  return parts
    .flatMap((part) => {
      const ms = new RegExp(`(?:^|[^\\w])${part} ([\\d.]+m?s)(?: |$)`, 'm').exec(text)?.[1];
      return ms === undefined ? [] : [`${partFactsOf(part).label} ${ms}`];
    })
    .sort();
}

function tabOf({ trace }: Recorded, title: string): string {
  return tabText(trace, title, { ...NO_ERRORS, source: () => undefined })!
    .slice(0, 9)
    .join('\n');
}

/** What the strip at the bottom of a wide screen says. */
function strip({ trace }: Recorded): string {
  return lineText(timeStripLine({ trace } as ViewModel, 200));
}

/** The figures of both sides with a part's label. */
function figures(metrics: { name: string; after?: number | undefined }[], ending = ''): string[] {
  const parts = ['block', 'cache', 'cpu', 'gc', 'http', 'sql', 'unaccounted', 'wait'];
  const names = new Map(parts.map((part) => [`${partFigure(part)}${ending}`, part]));
  return timeIn(
    metrics.flatMap(({ name, after: ms = 0 }) =>
      names.has(name) && ms > 0 ? [{ part: names.get(name)!, ms }] : [],
    ),
  );
}

const document = async ({ store, trace }: Recorded) =>
  JSON.parse(JSON.stringify(publicTrace((await store.find(trace.id))!))) as PublicTrace;

async function shown({ store, trace }: Recorded): Promise<string[]> {
  return traceLines(trace, { code: await sourceReaderOf(store, trace) }, screen);
}

// `    6×  sql  6.0ms …`, and below it `load (src/orders.js:10:24)`.
async function shownCalls(recorded: Recorded): Promise<Asked[]> {
  const asked: Asked[] = [];
  for (const line of await shown(recorded)) {
    const group = /^ *(\d+)× /.exec(line);
    const site = /^ {6}(?:\S+ \()?(\S+:\d+):\d+\)?$/.exec(line)?.[1];
    if (group) asked.push({ text: '', count: Number(group[1]) });
    else if (site !== undefined && asked.length > 0) asked.at(-1)!.site ??= site;
  }
  return asked;
}

// `  N+1  load (src/orders.js:10)  6.0ms`
async function shownFindings(recorded: Recorded): Promise<string[]> {
  return told(
    (await shown(recorded)).flatMap((line) => {
      const [, kind, site] =
        /^ {2}([A-Z][A-Z\d+-]+)(?: {2}(?:\S+ \()?(\S+:\d+)\)?)?(?: {2}|$)/.exec(line) ?? [];
      return kind === undefined ? [] : [{ kind: kind.toLowerCase(), site }];
    }),
  );
}

/** What `top --json` says, by one thing or another. */
async function top({ store }: Recorded, by: AggregateBy): Promise<(Asked & { kind: string })[]> {
  return (await store.aggregates(by, {})).map((sum) => publicAggregate(sum, 0) as Asked & { kind: string });
}

/** What `diff --json` says of the request, after one that made no calls. */
function difference({ trace }: Recorded) {
  return JSON.parse(JSON.stringify(differenceJson(diffTraces(aTrace(), trace)))) as {
    calls: { text: string; site?: string; after: { count: number } }[];
    findings: { new: Finding[] };
    figures: { name: string; after?: number }[];
  };
}

function differing(recorded: Recorded): Asked[] {
  return difference(recorded).calls.map(({ text, site, after: { count } }) => ({ text, site, count }));
}

/** What `check` says where nothing is allowed. */
function broken({ trace }: Recorded) {
  return breachesOf({ maxQueries: 0, findings: ['*'], severity: 'info' }, [requestFactsOf(trace)]);
}

// `    6×   12ms  2.0ms SELECT …  src/orders.js:10   N+1`
function tab(recorded: Recorded): Asked[] {
  const rows = tabText(recorded.trace, 'SQL', { ...NO_ERRORS, source: () => undefined })!;
  return rows.flatMap((row) => {
    const found = /^ *(\d+)× +\S+ +\S+ +(.*?)(?: {2}(\S+:\d+))?(?: +[A-Z][A-Z\d+-]+)?$/.exec(row);
    return found ? [{ count: Number(found[1]), text: found[2]!, site: found[3] }] : [];
  });
}

export const places: Place[] = [
  { name: 'show --json', answers: ofDocument(document) },
  {
    name: "the proxy's JSON",
    answers: ofDocument(({ trace }) => JSON.parse(JSON.stringify(publicTrace(trace)))),
  },
  {
    name: 'show',
    answers: {
      lines: async (recorded) => counted(await shownCalls(recorded), byLine),
      findings: shownFindings,
      time: async (recorded) => timeInText((await shown(recorded)).find((line) => /^ {2}time /.test(line))!),
    },
  },
  { name: 'top, by both', answers: ofCalls((recorded) => top(recorded, 'call')) },
  {
    name: 'top --by statement',
    answers: { shapes: async (recorded) => counted(await top(recorded, 'statement'), byShape) },
  },
  {
    name: 'top --by site',
    answers: {
      // Calls without a line are not among them.
      lines: async (recorded) => {
        const asked = await top(recorded, 'site');
        const none = (await top(recorded, 'call')).filter(({ site }) => site === undefined);
        return counted([...asked, ...none], byLine);
      },
    },
  },
  {
    name: 'top --by finding',
    answers: { findings: async (recorded) => told(await top(recorded, 'finding')) },
  },
  {
    name: 'top --by time',
    answers: {
      time: async ({ store }) =>
        timeIn((await store.aggregates('time', {})).map(({ kind, ms }) => ({ part: kind, ms }))),
    },
  },
  {
    name: 'diff --json',
    answers: {
      ...ofCalls(differing),
      findings: (recorded) => told(difference(recorded).findings.new),
      time: (recorded) => figures(difference(recorded).figures),
    },
  },
  {
    name: 'diff --runs',
    answers: {
      time: async ({ store }) => {
        const [run] = await store.runs(1);
        return figures((await diffRuns(store, run!, run!)).metrics, ' each');
      },
    },
  },
  {
    name: "the browser's diff",
    answers: {
      time: ({ trace }) =>
        figures(
          diffLines(aTrace(), trace).flatMap((line) => {
            const [, name, after] = /^ (.{24}) *\S+ +([\d.]+)ms/.exec(lineText(line)) ?? [];
            return name === undefined ? [] : [{ name: name.trim(), after: Number(after) }];
          }),
        ),
    },
  },
  {
    name: "the browser's Overview",
    answers: { time: (recorded) => timeInText(tabOf(recorded, 'Overview')) },
  },
  { name: "the browser's CPU tab", answers: { time: (recorded) => timeInText(tabOf(recorded, 'CPU')) } },
  { name: "the browser's time strip", answers: { time: (recorded) => timeInText(strip(recorded)) } },
  {
    name: 'check',
    answers: {
      findings: (recorded) => told(broken(recorded).filter(({ rule }) => rule === 'finding')),
      most: (recorded) =>
        broken(recorded)
          .filter(({ rule }) => rule === 'maxQueries')
          .map(({ message, site = UNKNOWN }) => {
            const [, count, text] = /; (\d+) of them: (.*)$/.exec(message)!;
            return `${count}× ${text} ${site}`;
          }),
    },
  },
  { name: "the browser's SQL tab", answers: ofCalls(tab) },
];
