/** Figures of EXPLAIN ANALYZE of MySQL 8, which is a tree as text: what each table was expected to give, and gave. */

/** A node of the tree; rows are those of one loop. */
export interface TreeNode {
  depth: number;
  /** `Table scan`, `Filter`, `Index lookup` … */
  type: string;
  /** Name of the table in the statement. */
  table?: string;
  expected?: number;
  found?: number;
  loops?: number;
}

const NODE = /^( *)-> (.*?)(?: {2}\(|$)/;
const TABLE =
  / (?:on|in) `?([^\s`]+)`?(?: using | \(|$)|^(?:Table|Index|Covering index) (?:range )?scan on `?([^\s`]+)/i;
const EXPECTED = /\(cost=[\d.e+-]+ rows=([\d.e+]+)\)/;
const FOUND = /\(actual time=[\d.e+-]+ rows=([\d.e+]+) loops=(\d+)\)/;

/** Nodes of a tree, in the order of its lines. */
export function treeNodes(lines: string[]): TreeNode[] {
  return lines.flatMap((line) => {
    const [, indent = '', head] = NODE.exec(line) ?? [];
    if (head === undefined) return [];
    const table = /scan|lookup/i.test(head) ? TABLE.exec(head) : null;
    const expected = EXPECTED.exec(line)?.[1];
    const [, found, loops] = FOUND.exec(line) ?? [];
    return {
      depth: indent.length,
      type: head.replace(/:.*$| on .*$/s, ''),
      ...(table && { table: table[1] ?? table[2]! }),
      ...(expected !== undefined && { expected: Number(expected) }),
      ...(found !== undefined && { found: Number(found), loops: Number(loops) }),
    };
  });
}

/** What each table gave, by its name: rows that were read in all, those that fit, and the estimate of a loop. */
export interface TableFigures {
  read: number;
  fit: number;
  expected: number | undefined;
  found: number;
}

/** Figures of the tables of a tree; a filter above a table tells how many of its rows fit. */
export function tableFigures(lines: string[]): Map<string, TableFigures> {
  const nodes = treeNodes(lines);
  const figures = new Map<string, TableFigures>();
  for (const [n, { table, depth, found, loops = 0, expected }] of nodes.entries()) {
    if (table === undefined || found === undefined || figures.has(table)) continue;
    const above = nodes[n - 1];
    const isFiltered = above?.type === 'Filter' && above.depth < depth && above.found !== undefined;
    figures.set(table, {
      read: found * loops,
      fit: isFiltered ? above.found! * above.loops! : found * loops,
      ...{ expected, found },
    });
  }
  return figures;
}
