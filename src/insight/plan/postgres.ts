/** Remarks on PostgreSQL's plans, which are parsed from EXPLAIN's text format. */

import {
  FAR_OFF,
  formatCountGrouped,
  indexAdvice,
  MANY_LOOPS,
  MANY_ROWS,
  type Remark,
  type TableFacts,
} from './plan.js';

/** Node of a plan. Rows are per loop, as in PostgreSQL's output. */
export interface PlanNode {
  depth: number;
  /** Seq Scan, Nested Loop, … */
  type: string;
  table?: string;
  alias?: string;
  index?: string;
  /** Estimated rows. */
  estimated?: number;
  /** Actual rows, with ANALYZE. */
  actual?: number;
  loops?: number;
  filter?: string;
  /** Rows removed by the filter. */
  removed?: number;
  /** Condition of a join: `(o.user_id = u.id)`. */
  condition?: string;
  /** Sort method of a sort that did not fit in memory: `external merge  Disk: 4104kB`. */
  onDisk?: string;
}

const COST = ' (cost=';
const NODE_COST =
  /^ \(cost=\S+ rows=(\d+) width=\d+\)(?: \((?:actual (?:time=\S+ )?rows=([\d.]+) loops=(\d+)|never executed)\))?/;
const NODE_TARGET = /^(.*?)(?: using (\S+))?(?: on (\S+)(?: (\S+))?)?$/;

/** Nodes of a plan, in the order of its lines. */
export function planNodes(plan: string[]): PlanNode[] {
  const nodes: PlanNode[] = [];
  for (const line of plan) {
    const cost = line.indexOf(COST);
    const match = cost < 0 ? null : NODE_COST.exec(line.slice(cost));
    if (match !== null) nodes.push(nodeOf(line.slice(0, cost).trimEnd(), match));
    else if (nodes.length > 0) addDetail(nodes.at(-1)!, line);
  }
  return nodes;
}

function nodeOf(head: string, [, estimated, actual, loops]: RegExpExecArray): PlanNode {
  const depth = /^\s*(?:->\s+)?/.exec(head)![0].length;
  const [, type = '', index, table, alias] = NODE_TARGET.exec(head.slice(depth)) ?? [];
  return {
    depth,
    type: type.replace(/^(?:Parallel|Partial|Finalize) /, '').trim(),
    ...(table !== undefined && !/^Bitmap Index/.test(type) && { table }),
    ...(table !== undefined && alias !== undefined && { alias }),
    ...(index !== undefined && { index }),
    estimated: Number(estimated),
    ...(actual !== undefined && { actual: Number(actual), loops: Number(loops) }),
  };
}

function addDetail(node: PlanNode, line: string): void {
  const [, name, value = ''] = /^\s*([A-Z][\w -]*?): (.*)$/.exec(line) ?? [];
  if (name === 'Filter' || name === 'Join Filter') node.filter = value;
  else if (name === 'Hash Cond' || name === 'Merge Cond') node.condition = value;
  else if (name === 'Rows Removed by Filter' || name === 'Rows Removed by Join Filter')
    node.removed = Number(value);
  else if (name === 'Sort Method' && /Disk: /.test(value)) node.onDisk = value;
}

/** Tables that the plan scans sequentially. */
export function scannedTables(plan: string[]): string[] {
  return [
    ...new Set(planNodes(plan).flatMap(({ type, table }) => (type === 'Seq Scan' && table ? table : []))),
  ];
}

/** Columns that a filter compares, in their order. */
export function filterColumns(filter: string): string[] {
  const compared =
    /(?<![\w$])([a-z_][\w$]*|"[^"]+")\)*(?:::[a-z ]+(?:\(\d+\))?(?:\[\])?\)*)? (?:=|<|>|<=|>=|~~\*?|IN|= ANY)(?= )/g;
  return [...new Set([...filter.matchAll(compared)].map(([, column]) => column!.replaceAll('"', '')))];
}

/** Remarks on a plan; `tables` has the facts of its scanned tables. */
export function postgresRemarks(plan: string[], tables: TableFacts[]): Remark[] {
  const nodes = planNodes(plan);
  return nodes.flatMap((node, n) => [
    ...scanRemarks(node, tables),
    ...joinRemarks(node, nodes, n, tables),
    ...loopRemarks(node, nodes, n),
    ...estimateRemarks(node),
    ...diskRemarks(node),
  ]);
}

function scanRemarks(
  { type, table, filter, estimated = 0, actual, loops = 1, removed }: PlanNode,
  tables: TableFacts[],
): Remark[] {
  if (type !== 'Seq Scan' || table === undefined || filter === undefined) return [];
  const known = tables.find(({ name }) => name === table);
  const matching = actual ?? estimated;
  const total = Math.max(known?.rows ?? 0, removed === undefined ? 0 : matching + removed);
  if (total < MANY_ROWS || matching > total / 2) return [];
  const each = loops > 1 ? ` ${formatCountGrouped(loops)} times over,` : '';
  const words = `All of ${table} is read,${each} about ${formatCountGrouped(total)} rows, for the ${formatCountGrouped(matching)} that fit ${filter}.`;
  const advice = indexAdvice(filterColumns(filter), table, known?.indexed ?? []);
  return [{ kind: 'scan', table, text: `${words} ${advice}`.trim() }];
}

function descendantsOf(nodes: PlanNode[], n: number): PlanNode[] {
  const after = nodes.slice(n + 1);
  const end = after.findIndex(({ depth }) => depth <= nodes[n]!.depth);
  return end < 0 ? after : after.slice(0, end);
}

// A large table is scanned completely to join a few rows: its join columns have no index.
function joinRemarks(node: PlanNode, nodes: PlanNode[], n: number, tables: TableFacts[]): Remark[] {
  if (node.condition === undefined) return [];
  const rows = node.actual ?? node.estimated ?? 0;
  return descendantsOf(nodes, n).flatMap(({ type, table, alias, filter }) => {
    const known = tables.find(({ name }) => name === table);
    if (type !== 'Seq Scan' || filter !== undefined || known === undefined) return [];
    if (known.rows < MANY_ROWS || rows > known.rows / FAR_OFF) return [];
    const columns = joinColumns(node.condition!, alias ?? known.name).filter(
      (column) => !known.indexed.includes(column),
    );
    if (columns.length === 0) return [];
    const words = `All of ${known.name} is read, about ${formatCountGrouped(known.rows)} rows, to join ${formatCountGrouped(rows)} by ${node.condition}.`;
    return [{ kind: 'join', table: known.name, text: `${words} ${indexAdvice(columns, known.name, [])}` }];
  });
}

/** Columns of a table in a join condition. */
function joinColumns(condition: string, alias: string): string[] {
  const names = [...condition.matchAll(/(?<![\w$])([a-z_][\w$]*|"[^"]+")\.([a-z_][\w$]*|"[^"]+")/g)];
  return names.flatMap(([, owner, column]) =>
    owner!.replaceAll('"', '') === alias ? column!.replaceAll('"', '') : [],
  );
}

// The inner side of a nested loop runs once for each row of the outer side.
function loopRemarks(node: PlanNode, nodes: PlanNode[], n: number): Remark[] {
  if (!node.type.startsWith('Nested Loop')) return [];
  const descendants = descendantsOf(nodes, n);
  const [outer, inner] = descendants.filter(({ depth }) => depth === descendants[0]!.depth);
  if (outer === undefined || inner === undefined) return [];
  const times = inner.loops ?? outer.estimated ?? 0;
  if (times < MANY_LOOPS) return [];
  const what = inner.table === undefined ? inner.type : `${inner.type} on ${inner.table}`;
  const advice =
    inner.type === 'Seq Scan' || inner.type === 'Materialize'
      ? 'An index on the columns that join them would spare that.'
      : 'That is right for few rows; for so many a hash join may be faster, if the estimates let the server see it.';
  return [
    {
      kind: 'loops',
      ...(inner.table !== undefined && { table: inner.table }),
      text: `${what} is run ${formatCountGrouped(times)} times, once for each row beside it. ${advice}`,
    },
  ];
}

function estimateRemarks({ type, table, estimated, actual }: PlanNode): Remark[] {
  if (actual === undefined || estimated === undefined || table === undefined) return [];
  const [low, high] = [Math.max(1, Math.min(actual, estimated)), Math.max(1, actual, estimated)];
  if (high < MANY_ROWS / 10 || high / low < FAR_OFF) return [];
  return [
    {
      kind: 'estimate',
      table,
      text: `${type} on ${table} was expected to find ${formatCountGrouped(estimated)} rows and found ${formatCountGrouped(actual)}. Run ANALYZE ${table}; if that does not help, columns depend on each other: CREATE STATISTICS.`,
    },
  ];
}

function diskRemarks({ type, onDisk }: PlanNode): Remark[] {
  if (onDisk === undefined) return [];
  const size = /Disk: (\S+)/.exec(onDisk)?.[1];
  return [
    {
      kind: 'sort',
      text: `${type} did not fit in memory and wrote ${size} to disk. Sort less, by way of an index or a LIMIT, or raise work_mem.`,
    },
  ];
}
