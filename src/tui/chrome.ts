/** What is around the panes: header, bar of the filter, title and tabs of the detail, footer. */

import { count, ms } from '../text.js';
import type { Trace } from '../trace.js';
import { badgesOf, statusRole } from './badges.js';
import type { Binding } from './bindings.js';
import {
  characters,
  clean,
  cut,
  cutMiddle,
  fit,
  type Line,
  lineWidth,
  type Segment,
  width,
} from './cells.js';
import type { Stats, Status } from './feed.js';
import { worksIn } from './keys.js';
import { age } from './list.js';
import type { Panel } from './panel.js';
import type { State } from './state.js';

/** Answers pieces in a row, as many as fit from the left, those of the right side kept longest. */
function fitted(cells: number, left: Line[], right: Line[] = []): Line {
  const tail = right.flatMap((piece, index): Line => (index > 0 ? ['  ', ...piece] : piece));
  const room = cells - 1 - lineWidth(tail);
  const out: Segment[] = [];
  let used = 1;
  for (const piece of left) {
    const gap = out.length > 0 ? 2 : 0;
    if (used + gap + lineWidth(piece) > room) break;
    if (gap) out.push('  ');
    out.push(...piece);
    used += gap + lineWidth(piece);
  }
  return [' ', ...out, ' '.repeat(Math.max(1, cells - used - lineWidth(tail) - 1)), ...tail];
}

function appPiece(status: Status): Line {
  const where = status.port ? ` :${status.port}` : '';
  return [['scooby', 'title'], `  ${clean(status.app?.command ?? '')}${where}`];
}

function livePiece(status: Status): Line {
  if (status.exit) return [['○ ended', 'error']];
  return status.live ? [['● live', 'ok']] : [['○ history', 'dim']];
}

/** Answers the first row of the screen. */
export function headerLine(
  status: Status,
  stats: Stats | undefined,
  state: State,
  matching: number,
  cells: number,
): Line {
  const total = stats?.total ?? matching;
  const pieces: Line[] = [appPiece(status), livePiece(status), [count(total, 'req', 'req')]];
  if (cells < 80) pieces[0] = [['scooby', 'title']];
  if (stats?.p95 !== undefined && total > 0) {
    if (cells >= 100) pieces.push([['p50 ', 'dim'], ms(stats.p50 ?? 0)]);
    pieces.push([['p95 ', 'dim'], ms(stats.p95)]);
    if (stats.errors !== undefined) {
      pieces.push([
        ['err ', 'dim'],
        [`${(stats.errors * 100).toFixed(1)}%`, stats.errors > 0 ? 'error' : ''],
      ]);
    }
    if (stats.repeated !== undefined)
      pieces.push([
        ['N+1 ', 'dim'],
        [String(stats.repeated), stats.repeated > 0 ? 'warn' : ''],
      ]);
  }
  const right: Line[] = [];
  if (status.recording && status.recording !== 'all') right.push([[`recording ${status.recording}`, 'warn']]);
  if (cells < 80 && (state.list.filter !== '' || state.prompt?.kind === 'filter'))
    right.push(filterPiece(state, matching));
  return fitted(cells, pieces, right);
}

function caretLine(text: string, caret: number): Segment[] {
  const chars = characters(text);
  return [chars.slice(0, caret).join(''), [chars[caret] ?? ' ', 'chip'], chars.slice(caret + 1).join('')];
}

function filterPiece(state: State, matching: number): Line {
  if (state.prompt?.kind === 'filter') {
    const typed = caretLine(state.prompt.text, state.prompt.caret);
    return [['/ ', 'key'], ...typed, [` ${matching.toLocaleString('en-US')}`, 'dim']];
  }
  return [['/ ', 'key'], cut(state.list.filter, 20), [` ${matching.toLocaleString('en-US')}`, 'dim']];
}

const SORTED: Record<State['list']['sort']['by'], string> = {
  time: 'newest first',
  duration: 'slowest first',
  queries: 'most queries first',
  qtime: 'most query time first',
  status: 'highest status first',
  path: 'by path',
};

/** Answers the second row: the filter, how many match, the order, and whether the list follows. */
export function filterLine(
  state: State,
  matching: number | undefined,
  total: number,
  fresh: number,
  cells: number,
): Line {
  const { list, prompt } = state;
  const left: Line[] = [];
  if (prompt?.kind === 'filter') left.push([['/ ', 'key'], ...caretLine(prompt.text, prompt.caret)]);
  else if (list.filter !== '')
    left.push([
      ['/ ', 'key'],
      [clean(list.filter), 'accent'],
    ]);
  else
    left.push([
      ['/ ', 'key'],
      ['filter', 'dim'],
    ]);
  if (list.trouble) left.push([[list.trouble, 'error']]);
  const narrowed = list.filter !== '' || list.view === 'errors' || list.view === 'n+1' || list.onlyMarked;
  const figures = `${matching?.toLocaleString('en-US') ?? '…'} of ${total.toLocaleString('en-US')}`;
  const right: Line[] = [];
  if (narrowed) right.push([figures]);
  if (list.view !== 'all') right.push([[`view ${list.view}`, 'accent']]);
  if (list.onlyMarked) right.push([['marked', 'accent']]);
  if (list.view !== 'routes')
    right.push([[`${SORTED[list.sort.by]}${list.sort.reverse ? ', reversed' : ''}`, 'dim']]);
  if (list.frozen) right.push([['frozen', 'warn']]);
  else if (list.follow) right.push([['following', 'ok']]);
  else
    right.push(
      fresh > 0 ? [[`${fresh.toLocaleString('en-US')} new, F follows`, 'warn']] : [['F follows', 'dim']],
    );
  if (list.trouble) return fitted(cells, left);
  while (right.length > 1 && 24 + lineWidth(right.flat()) + 2 * right.length > cells) right.splice(-2, 1);
  return fitted(cells, left, right);
}

/** Answers the title of the detail: the request and its figures. */
export function titleLine(trace: Trace, now: number, cells: number): Line {
  const { sql } = trace.totals;
  const missing = trace.state === 'open' ? '…' : 'no answer';
  const badges = badgesOf({ ...trace, findings: trace.findings.map((finding) => finding.kind) });
  const path = `${clean(trace.method)} ${clean(trace.url)}`;
  const must: Segment[] = [
    [trace.status === undefined ? missing : String(trace.status), statusRole(trace.status)],
    trace.duration === undefined ? '' : `  ${ms(trace.duration)}`,
    ...badges.slice(0, 2).flatMap((badge): Segment[] => ['  ', [badge.text, badge.role]]),
  ];
  const more: Segment[] = [
    sql ? `  ${count(sql.count, 'query', 'queries')} ${ms(sql.ms)}` : '',
    [`  ${age(trace.start, now)}`, 'dim'],
    [`  ${trace.id.slice(0, 8)}`, 'dim'],
  ];
  const out: Segment[] = [...must];
  for (const piece of more) {
    if (lineWidth([...out, piece]) + Math.min(width(path), 40) + 4 <= cells) out.push(piece);
  }
  return [' ', [cutMiddle(path, cells - lineWidth(out) - 4), 'title'], '  ', ...out];
}

/** How much of a tab's name is shown: all, a short form, or no name where there is nothing in it. */
type Naming = 'long' | 'short' | 'bare';

function tab(panel: Panel, trace: Trace, active: boolean, naming: Naming): Line {
  const headline = panel.headline(trace);
  const empty = headline === '' && panel.empty;
  const name = naming === 'long' ? panel.title : naming === 'bare' && empty && !active ? '' : panel.short;
  const text = [panel.key, name, headline].filter((part) => part !== '').join(' ');
  if (active) return [[`[${text}]`, 'focus', 'bold']];
  return [' ', [text, empty ? 'dim' : ''], naming === 'bare' ? '' : ' '];
}

/** Answers the tabs, shortened where needed, with the active one always in sight. */
export function tabsLine(panels: Panel[], trace: Trace, title: string, cells: number): Line {
  const at = Math.max(
    0,
    panels.findIndex((panel) => panel.title === title),
  );
  for (const naming of ['long', 'short', 'bare'] as const) {
    const line = panels.flatMap((panel, index) => tab(panel, trace, index === at, naming));
    if (lineWidth(line) <= cells) return line;
  }
  const tabs = panels.map((panel, index) => tab(panel, trace, index === at, 'bare'));
  let from = 0;
  while (from < at && lineWidth(tabs.slice(from, at + 1).flat()) + 2 > cells) from++;
  return [...(from > 0 ? [['…', 'dim'] as const] : []), ...tabs.slice(from).flat()];
}

const LABELS: Record<string, string> = {
  enter: '↵',
  up: '↑',
  down: '↓',
  left: '←',
  right: '→',
  space: 'space',
};

/** Answers how a key is called on the screen. */
export function keyLabel(key: string): string {
  return LABELS[key] ?? key.replace('ctrl+', '^');
}

/** Answers the keys of the pane, as many as fit; help and the way out are always among them. */
export function footerLine(bindings: Binding[], state: State, cells: number): Line {
  const shown = bindings.filter(
    (binding) => binding.hint && binding.keys.length > 0 && worksIn(binding, state.focus),
  );
  const piece = (binding: Binding): Line => [[keyLabel(binding.keys[0]!), 'key'], ` ${binding.hint}`];
  const last = shown.filter((binding) => ['help', 'quitList', 'pop'].includes(binding.name));
  const first = shown.filter((binding) => !last.includes(binding));
  return fitted(cells, first.map(piece), last.map(piece));
}

const PROMPTS = { filter: 'filter', find: 'find', save: 'save this filter as', url: 'replay with URL' };

/** Answers what stands in place of the footer while a line is typed there, or until the next key. */
export function messageLine(state: State, matches: number, cells: number): Line | undefined {
  const { prompt, notice } = state;
  if (prompt?.kind === 'filter') {
    if (state.list.trouble) return [' ', [state.list.trouble, 'error']];
    return [
      ' ',
      ['↵', 'key'],
      ' keep  ',
      ['esc', 'key'],
      ' undo  ',
      ['↑', 'key'],
      ' earlier  ',
      ['status>=400  n1  slow  sql:users  time>200ms  !health  a or b', 'dim'],
    ];
  }
  if (prompt) {
    const found = prompt.kind === 'find' && prompt.text !== '' ? `  ${matches} found` : '';
    return [
      ' ',
      [`${PROMPTS[prompt.kind]} `, 'key'],
      ...caretLine(prompt.text, prompt.caret),
      [found, 'dim'],
    ];
  }
  if (notice) return [' ', [cut(notice.text, cells - 2), notice.role]];
  return undefined;
}

/** Answers what a screen says that is too small for anything else. */
export function tooSmallLines(columns: number, rows: number): Line[] {
  return [[`scooby needs 60x15,`], [`this is ${columns}x${rows}`], [['q quits', 'dim']]].slice(
    0,
    rows,
  ) as Line[];
}

/** Answers what the list says when it has no rows. */
export function emptyLines(state: State, status: Status, total: number): Line[] {
  if (state.list.filter !== '' || state.list.view !== 'all' || state.list.onlyMarked) {
    const what = state.list.filter !== '' ? `match "${clean(state.list.filter)}"` : 'are of this view';
    return [[], [`  0 of ${total.toLocaleString('en-US')} ${what}   `, ['esc', 'key'], ' clears']];
  }
  const port = status.port;
  const out: Line[] = [[]];
  if (status.live) {
    out.push([`  waiting for requests${port ? ` on :${port}` : ''} …`], []);
    out.push(['  try  ', [`curl localhost:${port ?? 4000}/`, 'accent']]);
  } else {
    out.push(['  no requests are stored for this folder yet'], []);
    out.push(['  start your app with  ', ['scooby run -- node app.js', 'accent']]);
  }
  const libraries = status.libraries ?? [];
  if (libraries.length > 0) {
    const list = libraries.map(
      ({ name, version, trouble }): Segment =>
        trouble ? [`${name} ${version}: ${clean(trouble)}`, 'warn'] : [`${name} ${version} ✓`, 'ok'],
    );
    out.push(
      [],
      ['  seen  ', ...list.flatMap((piece, index): Segment[] => (index > 0 ? ['  ', piece] : [piece]))],
    );
  }
  return out;
}

/** Answers the bar that says that the app has ended, or what is wrong with the store. */
export function alarmLine(status: Status, cells: number): Line | undefined {
  if (status.exit) {
    const how = status.exit.signal ? `by ${status.exit.signal}` : `with code ${status.exit.code ?? 0}`;
    const said = status.exit.stderr?.at(-1);
    return [
      [fit(` the app ended ${how}${said ? `: ${clean(said)}` : ''}   r starts it again`, cells), 'alarm'],
    ];
  }
  return status.trouble ? [[fit(` ${clean(status.trouble)}`, cells), 'alarm']] : undefined;
}
