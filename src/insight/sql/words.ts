/** The words that the fingerprint has to know, all lower case. */

const list = (text: string) => text.trim().split(/\s+/);

/** Reserved words: written in capitals, and quoted names that look like one keep their quotes. */
export const KEYWORDS = new Map(
  list(`
  add all alter analyze and any array as asc authorization begin between both by call case cast check collate column
  commit conflict constraint copy create cross cube current_catalog current_date current_role current_schema
  current_time current_timestamp current_user deallocate declare default deferrable delete desc describe distinct do
  drop duplicate each else end escape except execute exists explain false fetch filter for force foreign from full
  function grant group grouping having if ignore ilike in index inner insert intersect into is isnull join key last_value
  lateral leading left like limit listen localtime localtimestamp lock materialized merge natural not nothing notify
  notnull null nulls of offset on only or order outer over overlaps partition placing pragma prepare primary procedure
  recursive references regexp release rename replace reset returning revoke right rlike rollback rollup row savepoint
  select set show similar some start straight_join symmetric table tablesample then to trailing trigger true truncate
  union unique unlisten update using vacuum value values variadic verbose view when where window with within without
  xor`).map((word) => [word, word.toUpperCase()]),
);

/** Keywords after which an operand is complete, so that `-` is a subtraction and `?` an operator. */
export const OPERANDS = new Set(
  list(`CURRENT_CATALOG CURRENT_DATE CURRENT_ROLE CURRENT_SCHEMA CURRENT_TIME CURRENT_TIMESTAMP CURRENT_USER DEFAULT
  END FALSE ISNULL LOCALTIME LOCALTIMESTAMP NOTNULL NULL TRUE VALUE`),
);

/** Statements that only steer the connection. */
export const CONTROL = new Set(
  list(`ABORT ATTACH BEGIN CHECKPOINT CLOSE COMMIT DEALLOCATE DECLARE DETACH DISCARD END FETCH KILL LISTEN LOCK MOVE
  PRAGMA PREPARE RELEASE RESET ROLLBACK SAVEPOINT SET SHOW START UNLISTEN UNLOCK USE XA`),
);

/** Statements that change data or the schema. */
export const WRITES = new Set(
  list(`ALTER CALL COMMENT COPY CREATE DELETE DO DROP GRANT INSERT LOAD MERGE REFRESH REINDEX RENAME REPLACE REVOKE
  TRUNCATE UPDATE UPSERT VACUUM`),
);

/** Verbs that may come after the brackets of WITH. */
export const AFTER_WITH = new Set(list('DELETE INSERT MERGE REPLACE SELECT TABLE UPDATE VALUES'));

/** Statements whose only names are made up by the program: savepoints, cursors, channels. */
export const ALL_NAMES_VARY = new Set(
  list('CLOSE DEALLOCATE FETCH LISTEN MOVE NOTIFY RELEASE ROLLBACK SAVEPOINT UNLISTEN USE'),
);

/** Statements whose first name is made up by the program. */
export const FIRST_NAME_VARIES = new Set(list('DECLARE EXECUTE PREPARE'));

/** Words inside those statements that are no names. */
export const NOT_A_NAME = new Set(
  list(`absolute backward chain first forward last next no prepared prior relative transaction work`),
);

/** Keywords that may stand between FROM, INTO or TABLE and the table's name. */
export const BEFORE_TABLE = new Set(list('IF NOT EXISTS ONLY LATERAL IGNORE INTO TABLE FROM'));

/** Keywords that end the list of tables. */
export const AFTER_TABLES = new Set(
  list(
    `WHERE SET GROUP ORDER LIMIT HAVING UNION EXCEPT INTERSECT RETURNING SELECT VALUES ON WINDOW FOR OFFSET`,
  ),
);

/** Functions in which FROM names no table. */
export const FROM_INSIDE = new Set(list('extract overlay position substring trim'));

/** Functions that take many values at once. */
export const SPREADS = new Set(
  list(`find_in_set json_array_elements json_array_elements_text json_each json_populate_recordset json_table
  json_to_recordset jsonb_array_elements jsonb_array_elements_text jsonb_populate_recordset jsonb_to_recordset
  unnest`),
);

/** Types that may lead a literal: DATE '2024-01-01'. */
export const LITERAL_TYPES = new Set(list('date interval time timestamp timestamptz'));

/** The words that may follow a word inside the name of a type. */
export const TYPE_GOES_ON: Record<string, Set<string>> = {
  double: new Set(['precision']),
  character: new Set(['varying']),
  char: new Set(['varying']),
  bit: new Set(['varying']),
  national: new Set(['character', 'char']),
  time: new Set(['with', 'without', 'zone']),
  timestamp: new Set(['with', 'without']),
  with: new Set(['time']),
  without: new Set(['time']),
};
