/** Reads PostgreSQL's plans as it prints them, and says in plain words what stands out. */

import {
  FAR_OFF,
  formatCountGrouped,
  indexAdvice,
  MANY_LOOPS,
  MANY_ROWS,
  type Remark,
  type TableFacts,
} from './plan.js';

/** One node of a plan. Rows are per loop, as the server has them. */
export interface PlanNode {
  depth: number;
  /** Seq Scan, Nested Loop, … */
  type: string;
  table?: string;
  alias?: string;
  index?: string;
  estimated?: number;
  /** Where it was run. */
  actual?: number;
  loops?: number;
  filter?: string;
  removed?: number;
  /** Of a join: `(o.user_id = u.id)`. */
  condition?: string;
  /** Told of a sort or hash that did not fit in memory. */
  onDisk?: string;
}

const HEAD =
  /^(\s*)(->\s+)?(.+?)\s+\(cost=\S+ rows=(\d+) width=\d+\)(?: \((?:actual (?:time=\S+ )?rows=([\d.]+) loops=(\d+)|never executed)\))?/;
const ON = /^(.*?)(?: using (\S+))?(?: on (\S+)(?: (\S+))?)?$/;

/** Answers the nodes of a plan in their order. */
export function planNodes(plan: string[]): PlanNode[] {
  const nodes: PlanNode[] = [];
  for (const line of plan) {
    const head = HEAD.exec(line);
    if (head !== null) nodes.push(nodeOf(head));
    else if (nodes.length > 0) learn(nodes.at(-1)!, line);
  }
  return nodes;
}

function nodeOf([, indent, arrow, what, estimated, actual, loops]: RegExpExecArray): PlanNode {
  const [, type = '', index, table, alias] = ON.exec(what!) ?? [];
  return {
    depth: indent!.length + (arrow?.length ?? 0),
    type: type.replace(/^(?:Parallel|Partial|Finalize) /, '').trim(),
    ...(table !== undefined && !/^Bitmap Index/.test(type) && { table }),
    ...(table !== undefined && alias !== undefined && { alias }),
    ...(index !== undefined && { index }),
    estimated: Number(estimated),
    ...(actual !== undefined && { actual: Number(actual), loops: Number(loops) }),
  };
}

function learn(node: PlanNode, line: string): void {
  const [, name, value = ''] = /^\s*([A-Z][\w -]*?): (.*)$/.exec(line) ?? [];
  if (name === 'Filter' || name === 'Join Filter') node.filter = value;
  else if (name === 'Hash Cond' || name === 'Merge Cond') node.condition = value;
  else if (name === 'Rows Removed by Filter' || name === 'Rows Removed by Join Filter')
    node.removed = Number(value);
  else if (name === 'Sort Method' && /Disk: /.test(value)) node.onDisk = value;
}

/** Answers the tables that are read from one end to the other. */
export function scannedTables(plan: string[]): string[] {
  return [
    ...new Set(planNodes(plan).flatMap(({ type, table }) => (type === 'Seq Scan' && table ? table : []))),
  ];
}

/** Answers the columns that a filter compares, in their order. */
export function filterColumns(filter: string): string[] {
  const compared =
    /([a-z_][\w$]*|"[^"]+")\)*(?:::[a-z ]+(?:\(\d+\))?(?:\[\])?\)*)? (?:=|<|>|<=|>=|~~\*?|IN|= ANY)(?= )/g;
  return [...new Set([...filter.matchAll(compared)].map(([, column]) => column!.replaceAll('"', '')))];
}

/** Answers what stands out; `tables` are those that are scanned. */
export function postgresRemarks(plan: string[], tables: TableFacts[]): Remark[] {
  const nodes = planNodes(plan);
  return nodes.flatMap((node, n) => [
    ...scan(node, tables),
    ...join(node, nodes, n, tables),
    ...loop(node, nodes, n),
    ...estimate(node),
    ...disk(node),
  ]);
}

function scan(
  { type, table, filter, estimated = 0, actual, loops = 1, removed }: PlanNode,
  tables: TableFacts[],
): Remark[] {
  if (type !== 'Seq Scan' || table === undefined || filter === undefined) return [];
  const known = tables.find(({ name }) => name === table);
  const kept = actual ?? estimated;
  const all = Math.max(known?.rows ?? 0, removed === undefined ? 0 : kept + removed);
  if (all < MANY_ROWS || kept > all / 2) return [];
  const each = loops > 1 ? ` ${formatCountGrouped(loops)} times over,` : '';
  const words = `All of ${table} is read,${each} about ${formatCountGrouped(all)} rows, for the ${formatCountGrouped(kept)} that fit ${filter}.`;
  const advice = indexAdvice(filterColumns(filter), table, known?.indexed ?? []);
  return [{ kind: 'scan', table, text: `${words} ${advice}`.trim() }];
}

function within(nodes: PlanNode[], n: number): PlanNode[] {
  const after = nodes.slice(n + 1);
  const end = after.findIndex(({ depth }) => depth <= nodes[n]!.depth);
  return end < 0 ? after : after.slice(0, end);
}

/** A large table is read whole to find the few rows that another one asks for: those columns have no index. */
function join(node: PlanNode, nodes: PlanNode[], n: number, tables: TableFacts[]): Remark[] {
  if (node.condition === undefined) return [];
  const rows = node.actual ?? node.estimated ?? 0;
  return within(nodes, n).flatMap(({ type, table, alias, filter }) => {
    const known = tables.find(({ name }) => name === table);
    if (type !== 'Seq Scan' || filter !== undefined || known === undefined) return [];
    if (known.rows < MANY_ROWS || rows > known.rows / FAR_OFF) return [];
    const columns = ownIn(node.condition!, alias ?? known.name).filter((one) => !known.indexed.includes(one));
    if (columns.length === 0) return [];
    const words = `All of ${known.name} is read, about ${formatCountGrouped(known.rows)} rows, to join ${formatCountGrouped(rows)} by ${node.condition}.`;
    return [{ kind: 'join', table: known.name, text: `${words} ${indexAdvice(columns, known.name, [])}` }];
  });
}

/** Answers the columns of a table in a condition that joins it. */
function ownIn(condition: string, alias: string): string[] {
  const names = [...condition.matchAll(/([a-z_][\w$]*|"[^"]+")\.([a-z_][\w$]*|"[^"]+")/g)];
  return names.flatMap(([, owner, column]) =>
    owner!.replaceAll('"', '') === alias ? column!.replaceAll('"', '') : [],
  );
}

/** The inner side of a nested loop runs once for each row of the outer one. */
function loop(node: PlanNode, nodes: PlanNode[], n: number): Remark[] {
  if (!node.type.startsWith('Nested Loop')) return [];
  const inside = within(nodes, n);
  const [outer, inner] = inside.filter(({ depth }) => depth === inside[0]!.depth);
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

function estimate({ type, table, estimated, actual }: PlanNode): Remark[] {
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

function disk({ type, onDisk }: PlanNode): Remark[] {
  if (onDisk === undefined) return [];
  const size = /Disk: (\S+)/.exec(onDisk)?.[1];
  return [
    {
      kind: 'sort',
      text: `${type} did not fit in memory and wrote ${size} to disk. Sort less, by way of an index or a LIMIT, or raise work_mem.`,
    },
  ];
}
