/** Types of the statements that replace loops. */

/** A statement for all values of a loop at once. */
export interface Replacement {
  /** list: = ANY or IN; group: also GROUP BY; window: ROW_NUMBER; lateral and join: a row for each call; union: each call. */
  kind: 'list' | 'group' | 'window' | 'lateral' | 'join' | 'union';
  sql: string;
  values: unknown[];
  /** Columns by which a row finds its call: by name, by position, from the end where negative. */
  keys: (string | number)[];
  /** Number of last columns that the rows of the loop have not. */
  added: number;
  /** Whether the key is the number of the call, from 1, rather than its values. */
  isNumbered: boolean;
  /** An aggregate without GROUP BY has a row also where nothing matches; grouped, it has none. */
  skipsEmpty: boolean;
}

/** What the server can do, and what it says of the statement. */
export interface ServerFacts {
  hasLateral: boolean;
  hasWindows: boolean;
  /** Type of each slot's value, where the server tells it. */
  types: Map<number, string>;
  /** At most one row has the same values in the columns that vary. */
  isUnique: boolean;
}
