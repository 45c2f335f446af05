/** Remarks on PostgreSQL's plans, which are parsed from EXPLAIN's text format. */

import { createIndexText, hasIndexFor } from './index-text.js';
import {
  FAR_OFF,
  formatCountGrouped,
  formatFactor,
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
  /** Number of parts that a hash was split into, as it did not fit in memory. */
  batches?: number;
  /** Columns of a sort, with table or alias. */
  sortKeys?: string[];
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
  else if (name === 'Sort Key') node.sortKeys = value.split(', ');
  else if (name === 'Buckets') node.batches = Number(/Batches: (\d+)/.exec(line)?.[1] ?? 1);
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
    ...scanRemarks(node, tables, sortAbove(nodes, n)),
    ...joinRemarks(node, nodes, n, tables),
    ...loopRemarks(node, nodes, n),
    ...estimateRemarks(node),
    ...diskRemarks(node),
    ...hashRemarks(node),
  ]);
}

function scanRemarks(
  { type, table, alias, filter, estimated = 0, actual, loops = 1, removed }: PlanNode,
  tables: TableFacts[],
  sortKeys: string[],
): Remark[] {
  if (type !== 'Seq Scan' || table === undefined || filter === undefined) return [];
  const known = tables.find(({ name }) => name === table);
  const matching = actual ?? estimated;
  const total = Math.max(known?.rows ?? 0, removed === undefined ? 0 : matching + removed);
  if (total < MANY_ROWS || matching > total / 2) return [];
  const each = loops > 1 ? ` ${formatCountGrouped(loops)} times over,` : '';
  const words = `All of ${table} is read,${each} about ${formatCountGrouped(total)} rows, for the ${formatCountGrouped(matching)} that fit ${filter}.`;
  const { equal, range } = comparedKinds(filter);
  const order = orderColumns(sortKeys, alias ?? table);
  // A range that has an index of its own is no reason for another.
  const wish = { table, equal, range: range.filter((column) => !known?.indexed.includes(column)), order };
  const index = hasIndexFor(wish, known?.indexes ?? []) ? undefined : createIndexText(wish, 'pg');
  const advice = indexAdvice(filterColumns(filter), table, known?.indexed ?? []);
  const isNew = index !== undefined && advice.startsWith('An index');
  const text = `${words} ${advice}`.trim();
  return [
    { kind: 'scan', table, text: isNew ? `${text} A guess: ${index};` : text, ...(isNew && { index }) },
  ];
}

/** Compared columns of a filter, by how: fixed ones, and ranges. */
function comparedKinds(filter: string): { equal: string[]; range: string[] } {
  const kinds = { equal: [] as string[], range: [] as string[] };
  for (const column of filterColumns(filter)) {
    const name = column.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    const compared = new RegExp(
      `(?<![\\w$])"?${name}"?\\)*(?:::[a-z ]+(?:\\(\\d+\\))?(?:\\[\\])?\\)*)? (=|IN)`,
    );
    kinds[compared.test(filter) ? 'equal' : 'range'].push(column);
  }
  return kinds;
}

/** Keys of the sort that a node's rows go into directly. */
function sortAbove(nodes: PlanNode[], n: number): string[] {
  const parent = nodes.slice(0, n).findLast(({ depth }) => depth < nodes[n]!.depth);
  return parent?.type === 'Sort' ? (parent.sortKeys ?? []) : [];
}

/** Columns of a sort, where all are columns of the table in one direction; empty otherwise. */
function orderColumns(sortKeys: string[], table: string): string[] {
  const isDescending = sortKeys.every((key) => / DESC$/.test(key));
  if (!isDescending && sortKeys.some((key) => / DESC$/.test(key))) return [];
  const columns = sortKeys.map((key) => {
    const [, owner, column] = /^(?:("?[\w$]+"?)\.)?("[^"]+"|[a-z_][\w$]*)(?: DESC)?$/.exec(key) ?? [];
    return owner === undefined || owner.replaceAll('"', '') === table
      ? column?.replaceAll('"', '')
      : undefined;
  });
  return columns.every((column) => column !== undefined) ? columns : [];
}

// A hash that does not fit in memory is written to disk in parts.
function hashRemarks({ type, batches = 1 }: PlanNode): Remark[] {
  if (batches <= 1) return [];
  return [
    {
      kind: 'hash',
      text: `${type} did not fit in memory and was written to disk in ${batches} parts. Hash fewer rows, or raise work_mem.`,
    },
  ];
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
      text: `${type} on ${table} was expected to find ${formatCountGrouped(estimated)} rows and found ${formatCountGrouped(actual)}, ${formatFactor(estimated, actual)}. Run ANALYZE ${table}; if that does not help, columns depend on each other: CREATE STATISTICS.`,
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
