/** Facts of the JSON plans of MySQL and MariaDB: the condition of each table, what it gave, and the passes of sorts. */

import type { TableFigures } from './mysql-tree.js';

/** Facts by the names of tables in the statement; figures are those of MariaDB's ANALYZE. */
export interface JsonFacts {
  /** What the server compares of each table's rows, with qualified columns. */
  conditions: Map<string, string[]>;
  figures: Map<string, TableFigures>;
  /** Passes over parts of sorts that did not fit in memory; 0 where all fitted. */
  sortPasses: number;
}

const MAX_DEPTH = 100;

type Node = Record<string, unknown>;

/** Facts of a plan as its text or as what the driver has read of it; none of anything else. */
export function jsonFactsOf(plan: unknown): JsonFacts {
  const facts: JsonFacts = { conditions: new Map(), figures: new Map(), sortPasses: 0 };
  visit(parsed(plan), facts, 0);
  return facts;
}

function parsed(plan: unknown): unknown {
  if (typeof plan !== 'string') return plan;
  try {
    return JSON.parse(plan);
  } catch {
    return undefined;
  }
}

function visit(part: unknown, facts: JsonFacts, depth: number): void {
  if (typeof part !== 'object' || part === null || depth > MAX_DEPTH) return;
  const node = part as Node;
  facts.sortPasses += Number(node.r_sort_passes ?? 0) || 0;
  // A join buffer compares what its table gives.
  if (typeof node.table === 'object' && node.table !== null) noteTable(node.table as Node, node, facts);
  for (const child of Object.values(node)) visit(child, facts, depth + 1);
}

function noteTable(table: Node, around: Node, { conditions, figures }: JsonFacts): void {
  const name = table.table_name;
  if (typeof name !== 'string') return;
  const texts = [table.attached_condition, table.index_condition, around.attached_condition];
  const known = texts.filter((text) => typeof text === 'string');
  if (known.length > 0) conditions.set(name, [...(conditions.get(name) ?? []), ...known]);
  const [found, loops] = [Number(table.r_rows), Number(table.r_loops)];
  // Without a loop it was not read, and its r_rows are null.
  if (!(found >= 0) || !(loops > 0) || table.r_rows === null || figures.has(name)) return;
  const read = found * loops;
  const filtered = Number(table.r_filtered ?? 100);
  const expected = table.rows === undefined ? undefined : Number(table.rows);
  figures.set(name, { read, fit: (read * filtered) / 100, ...{ expected, found } });
}
