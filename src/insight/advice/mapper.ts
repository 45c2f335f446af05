/** An ORM or query builder, as advice knows it: how its calls are recognised, and code. */

import type { Dialect } from '../../domain/library.js';

/** What the code of an advice names. */
export interface MapperFacts {
  /** What the method is called on: `Book`, `this.books`, `prisma.book`, `em`. */
  receiver: string;
  /** First argument of the call, or the table's variable: `Book` of `em.find(Book, …)`. */
  entity: string;
  /** Properties of the columns that vary; `author.id` of a relation. */
  properties: string[];
  /** Properties that are set to another value each time. */
  changed: string[];
  /** Alias of the table in the statement: `b`. */
  alias: string;
}

type Code = (facts: MapperFacts) => string;

/** One library: how its calls are recognised, and the code that replaces a loop of them. */
export interface Mapper {
  name: string;
  packages: string[];
  /** Methods that take a statement in SQL. */
  raw: RegExp;
  /** Methods before which the receiver stands, as alternatives of an expression. */
  methods: string;
  /** Receiver and entity where the source does not show them. */
  receiver: string;
  entity: string;
  /** How rows are loaded with their parents. */
  parents: string;
  /** Rows of all values of a column; of all pairs of several columns. */
  key: Code;
  keys: Code;
  /** Count of each. */
  count: Code;
  insert: Code;
  /** Rows of which those that are there already are left out; missing where there is no such call. */
  insertNew?: Code;
  /** Rows that get the same change, or are deleted, by one column. */
  update: Code;
  remove: Code;
  /** Rows that are changed to a value of their own, whole rows with their key; missing where there is no such call. */
  updateEach?: Code;
  /** Rows that are inserted or, where they exist, changed: `properties` are the unique key. */
  upsert?: Code;
  /** Condition on a column that the other calls of the library take as well; missing where there is none. */
  condition?: Code;
  /** How a statement in SQL takes a list of values for a column. */
  many?(column: string, dialect: Dialect): string;
  /** Placeholder of a JSON text in such a statement; default `$1` or `?`, as the driver has it. */
  json?: string;
  /** Whether the names of properties may differ from those of the columns. */
  hasProperties: boolean;
}

/** Code inside a tagged template. */
export const interpolated = (code: string) => `\${${code}}`;

/** Property of the first column. */
export const propertyIn = ({ properties }: MapperFacts) => properties[0]!;
/** `id: value`, or `author: { id: value }` for a property of a relation. */
export function keyedBy(path: string, value: string): string {
  const [last, ...outer] = path.split('.').reverse();
  return outer.reduce((text, name) => `${name}: { ${text} }`, `${last}: ${value}`);
}
/** Names as a list of strings. */
export const quotedList = (names: string[]) => names.map((name) => `'${name}'`).join(', ');
