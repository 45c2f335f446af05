/** Suggestions for loops of SQL reads, in the terms of the app's library or SQL dialect. */

import { sentence } from '../../domain/text.js';
import type { Call } from '../calls/calls.js';
import type { ReadLine } from '../calls/loop-line.js';
import type { Loop } from '../calls/loops.js';
import { mapperCallOf, mapperFactsOf } from './mapper-call.js';
import { type ReadShape, readShapeOf } from './read-shape.js';
import { relationText } from './relations.js';
import { isOpenEnded, type SourceHints, sourceHintsOf } from './source-hints.js';
import { idiomOf, sqlCondition } from './sql-text.js';
import { bareName } from './varying.js';

/** What a rule knows of a loop of reads besides its calls. */
export interface ReadsContext {
  /** Site of the query that returned the loop's rows. */
  feedingSite?: string | undefined;
  /** GraphQL resolvers ran the loop. */
  isByResolvers?: boolean;
  readLine?: ReadLine;
}

/** The calls of a loop, or of the statements of its body. */
export type LoopCalls = Pick<Loop, 'calls'> & Partial<Loop>;

/** Suggestion for SQL reads in a loop. */
export function adviceForReads(loop: Loop, context: ReadsContext = {}): string {
  const { readLine = () => undefined } = context;
  const hints = sourceHintsOf(loop.site, readLine);
  return sentence(readsText(loop, hints, context));
}

function readsText(loop: Loop, hints: SourceHints, context: ReadsContext): string {
  const call = loop.calls[0]!;
  const shape = readShapeOf(loop);
  const condition = () => conditionText(loop, shape, hints);
  if (call.path.packages.has('dataloader'))
    // A batch of one key has a list of one; a batch function that loops compares with single keys.
    return shape.isListed
      ? 'the DataLoader gets one key at a time: call `load` for all of them in the same turn (Promise.all), so that its batch asks once'
      : `the batch function of the DataLoader asks for one key at a time: let it ask once for all of its keys, ${condition()}, and return the rows in the order of the keys`;
  if (
    isTreeWalk(loop) ||
    (!context.feedingSite && isOfParent(shape)) ||
    (!context.feedingSite && isWalk(shape) && isOpenEnded(hints))
  )
    return `each turn needs what the turn before returned, as in a list or a tree: let the database walk it (\`WITH RECURSIVE\`), or ask once for each level, ${condition()}`;
  if (context.isByResolvers)
    return `put a DataLoader into the resolver, so that all parents ask once: ${condition()}`;
  return textOf(loop, shape, hints, context);
}

// The calls of a recursive function, except for the outermost.
function isTreeWalk({ calls }: Loop): boolean {
  return calls.filter(({ path }) => path.isRecursive).length >= calls.length / 2;
}

// WHERE parent_id = ?: the children of a row that a turn before has returned.
const PARENT = /(?:^|_)(?:parent|manager|boss|ancestor|superior|reports_to|reply_to)(?:_?id)?$/i;

function isOfParent({ kind, columns }: ReadShape): boolean {
  return (kind === 'key' || kind === 'first') && columns.length === 1 && PARENT.test(bareName(columns[0]!));
}

function isWalk({ kind }: ReadShape): boolean {
  return kind === 'key' || kind === 'first' || kind === 'neighbour';
}

function textOf(loop: Loop, shape: ReadShape, hints: SourceHints, { feedingSite }: ReadsContext): string {
  const { kind, columns, operator, placeholder } = shape;
  const [column = ''] = columns;
  const name = `\`${bareName(column)}\``;
  const call = loop.calls[0]!;
  const isMapped = mapperCallOf(call)?.isRaw === false;
  switch (kind) {
    case 'key':
    case 'keys':
      return (
        findOrCreateText(loop, shape, hints) ??
        relationText(call, hints, feedingSite) ??
        `ask once, before the loop: ${conditionText(loop, shape, hints)}${selected(call, columns)}; then pick each row from a Map${kind === 'key' ? withParents(call, feedingSite) : ''}`
      );
    case 'aggregate':
      return `ask once, before the loop: ${groupedText(loop, shape, hints)}; then pick each answer from a Map`;
    case 'first':
      return `ask once, before the loop${isMapped ? ', in SQL' : ''}: number the rows of each in a subquery, \`row_number() OVER (PARTITION BY ${column}${shape.order === '' ? '' : ` ORDER BY ${shape.order}`}) AS n\` with ${sqlCondition(call, columns, placeholder)}, and keep those ${shape.limit === '' ? 'with the lowest `n`' : `with \`n <= ${shape.limit}\``} outside of it`;
    case 'pattern':
      return isMapped
        ? `ask once, before the loop, with a condition on ${name} for each pattern, joined by OR, and see in the code which row matches which`
        : `ask once, before the loop: ${idiomOf(call).pattern(column, operator, placeholder)}, and see in the code which row matches which`;
    case 'unequal':
      return `each turn asks for all rows but some: ask once without the condition on ${name}, and leave those out in the code`;
    case 'range':
      return `each turn asks for a range of ${name}, which no list of values can replace: ask once for the widest range, and divide the rows in the code`;
    case 'neighbour':
      return `each turn asks for the row next to one, by ${name}: let the database find all neighbours at once, with \`lag()\` or \`lead()\` over that order, or a LATERAL join`;
    default:
      return (
        joinedRelationText(call, hints, columns, feedingSite) ??
        'ask once for all values, before the loop: join the query to a list of them (VALUES, or JSON), so that the database answers for each'
      );
  }
}

// `article.getTags()` and `article.countFans()` of Sequelize compare in the join to a table between the two.
function joinedRelationText(
  call: Call,
  hints: SourceHints,
  [column]: string[],
  feedingSite: string | undefined,
): string | undefined {
  const text = relationText(call, hints, feedingSite);
  if (text === undefined || column === undefined || !/\.count[A-Z]\w*\(/.test(hints.call)) return text;
  return `count for all parents at once, before the loop: the same for all values of \`${bareName(column)}\`, grouped by it; then pick each answer from a Map`;
}

// The look of a findOrCreate, whose INSERT is a call of its own.
function findOrCreateText(loop: Loop, shape: ReadShape, hints: SourceHints): string | undefined {
  if (!/\.findOrCreate\(/.test(hints.call)) return undefined;
  return `look for all at once, before the loop: ${conditionText(loop, shape, hints)}; then create those that are missing with \`bulkCreate\``;
}

// A Map needs its key among the rows' columns.
function selected(call: Call, columns: string[]): string {
  const { shape } = call;
  // The finds of ORMs return whole rows.
  const found = mapperCallOf(call);
  if (found?.isRaw === false && found.mapper.hasProperties) return '';
  const list = /^SELECT (.*?) FROM /.exec(shape)?.[1];
  if (list === undefined || list.includes('*')) return '';
  const names = list
    .toLowerCase()
    .replaceAll(/["`]/g, '')
    .split(/[^\w$]+/);
  const missing = columns.filter((column) => !names.includes(bareName(column).toLowerCase()));
  return missing.length === 0 ? '' : `, and select ${missing.map((name) => `\`${name}\``).join(' and ')} too`;
}

function withParents(call: Call, feedingSite: string | undefined): string {
  const parents = mapperCallOf(call)?.mapper.parents;
  if (!parents || feedingSite === undefined) return '';
  return `. Or load it with its parents: ${parents} at ${feedingSite}`;
}

function groupedText(loop: Loop, shape: ReadShape, hints: SourceHints): string {
  const call = loop.calls[0]!;
  const [column = ''] = shape.columns;
  const found = mapperCallOf(call);
  const isCount = /^SELECT count\(\*|^SELECT count\(\?\)/i.test(call.shape);
  if (found && !found.isRaw && isCount && !call.shape.includes(' GROUP BY ')) {
    const facts = mapperFactsOf(call, found, shape.columns, [], hints);
    if (facts && !facts.properties[0]!.includes('.')) return `\`${found.mapper.count(facts)}\``;
  }
  if (found?.isRaw === false) return `the same for all values of \`${bareName(column)}\`, grouped by it`;
  const groups = call.shape.includes(' GROUP BY ')
    ? `, with \`${column}\` in its GROUP BY and among its columns`
    : ` and \`GROUP BY ${column}\`, with \`${column}\` among its columns`;
  return `${sqlCondition(call, shape.columns, shape.placeholder)}${groups}`;
}

/** Condition for all values of the loop's columns: in the library's terms if they are certain, else in SQL. */
export function conditionText(
  loop: LoopCalls,
  { columns, placeholder = '' }: Pick<ReadShape, 'columns'> & Partial<ReadShape>,
  hints: SourceHints,
): string {
  const call = loop.calls[0]!;
  if (columns.length === 0) return 'with a list of all values';
  const found = mapperCallOf(call);
  if (!found || found.isRaw) return sqlCondition(call, columns, placeholder);
  const { mapper } = found;
  const facts = mapperFactsOf(call, found, columns, [], hints);
  const names = columns.map((column) => `\`${bareName(column)}\``).join(' and ');
  if (!facts) return `with all values of the property for the column ${names}`;
  if (columns.length > 1) return `\`${mapper.keys(facts)}\` with all pairs of ${names}`;
  if (mapper.name === 'Drizzle' && /^find(?:Many|First)$/.test(found.method))
    return `\`where: ${mapper.condition!(facts)}\``;
  const isBuilder = /\bcreateQueryBuilder\b|\.where\(/.test(hints.call);
  if (isBuilder && mapper.condition) return `\`${mapper.condition(facts)}\``;
  // A query of several tables is not replaced by a find of one, unless the condition alone joins them.
  const isJoinOfCondition =
    facts.properties[0]!.includes('.') && !/\b(?:relations|include|populate)\b/.test(hints.call);
  const isWhole =
    (call.sql?.tables.length ?? 0) <= 1 ||
    isJoinOfCondition ||
    !mapper.hasProperties ||
    mapper.name === 'Drizzle';
  if (!isWhole) return `with all values of ${names} in place of one`;
  return `\`${mapper.key(facts)}\``;
}
