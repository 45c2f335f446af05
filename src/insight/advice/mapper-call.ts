/** The ORM or query builder that made a call, and the names that its advice uses. */

import type { Frame } from '../../domain/trace.js';
import type { Call } from '../calls/calls.js';
import { BUILDERS } from './builders.js';
import type { Mapper, MapperFacts } from './mapper.js';
import { MAPPERS } from './mappers.js';
import { argumentOf, ownerOf, propertyOf, receiverOf, type SourceHints } from './source-hints.js';
import { bareName } from './varying.js';

const ALL = [...MAPPERS, ...BUILDERS];

/** A call by way of an ORM or query builder. */
export interface MapperCall {
  mapper: Mapper;
  /** The app gave it a statement in SQL. */
  isRaw: boolean;
  /** Method that the app called, if it is known: `Function.findAll`, `findAll`. */
  method: string;
  /** All that is known of the way from the app to the driver, the method last. */
  methods: string[];
}

/** The ORM or query builder of a call; undefined without either. */
export function mapperCallOf({ path, span }: Call): MapperCall | undefined {
  const { library, method } = viaOf(span.detail?.via);
  const mapper = ALL.find(({ packages }) =>
    packages.some((name) => path.packages.has(name) || name === library),
  );
  if (!mapper) return undefined;
  const methods = [method, ...functionsOf(mapper, span.stack)].filter((name) => name !== '');
  const called = methods.at(-1) ?? '';
  // knex hides its methods behind getters.
  const isRaw = (mapper.methods === '' ? methods : [called]).some((name) => mapper.raw.test(name));
  return { mapper, isRaw, method: called, methods };
}

// `drizzle-orm.from`, `@mikro-orm/core.find`; the library alone where the method is not known.
function viaOf(via: unknown): { library: string; method: string } {
  if (typeof via !== 'string') return { library: '', method: '' };
  const at = via.lastIndexOf('.');
  return at < 0 ? { library: via, method: '' } : { library: via.slice(0, at), method: via.slice(at + 1) };
}

// Functions of the library before the first frame of the app.
function functionsOf({ packages }: Mapper, stack: Frame[]): string[] {
  const end = stack.findIndex(({ application }) => application);
  return stack
    .slice(0, end < 0 ? stack.length : end)
    .filter(({ file }) => packages.some((name) => file.includes(`node_modules/${name}/`)))
    .map((frame) => frame.function);
}

/** Names for the code of an advice; undefined if a property's name is not certain. */
export function mapperFactsOf(
  call: Call,
  { mapper, method, methods }: MapperCall,
  columns: string[],
  changed: string[],
  hints: SourceHints,
): MapperFacts | undefined {
  const hasJoin = (call.sql?.tables.length ?? 0) > 1;
  const isOnly = columns.length + changed.length === 1 && (call.verb === 'SELECT' || call.verb === 'DELETE');
  const nameOf = (column: string) => {
    const name = bareName(column);
    const property = propertyOf(name, call.span.name, hints, isOnly);
    if (mapper.hasProperties) return property;
    const alias = hasJoin ? /^(.+)\.[^.]+$/.exec(column)?.[1]?.replaceAll(/["`]/g, '') : undefined;
    return `${alias === undefined ? '' : `${alias}.`}${property ?? name}`;
  };
  const properties = columns.map(nameOf);
  const changedProperties = changed.map(nameOf);
  if ([...properties, ...changedProperties].includes(undefined)) return undefined;
  const alias = /^(.+)\.[^.]+$/.exec(columns[0] ?? '')?.[1]?.replaceAll(/["`]/g, '') ?? 't';
  return {
    ...namesOf(call, mapper, method, methods, hints, properties[0]),
    properties: properties as string[],
    changed: changedProperties as string[],
    alias,
  };
}

function namesOf(
  { sql }: Call,
  { name, receiver, entity, methods }: Mapper,
  called: string,
  passed: string[],
  hints: SourceHints,
  property: string | undefined,
): { receiver: string; entity: string } {
  const found = methods === '' ? undefined : receiverOf(hints, methods);
  switch (name) {
    case 'TypeORM': {
      const hasRepository = passed.some((method) => /^Repository\./.test(method));
      const argument = argumentOf(hints, methods);
      // `book.save()`: the row's own method.
      if (/\.(?:save|remove|softRemove)\(\s*\)/.test(hints.call)) return { receiver, entity: '' };
      if (hasRepository || argument === undefined) return { receiver: found ?? receiver, entity: '' };
      return { receiver: found ?? 'manager', entity: `${argument}, ` };
    }
    case 'MikroORM':
      return { receiver: found ?? receiver, entity: argumentOf(hints, methods) ?? entity };
    case 'Drizzle': {
      const table =
        tableOfQuery(hints) ??
        (property && ownerOf(hints, property)) ??
        argumentOf(hints, 'from|insert|update|delete|\\$count') ??
        sql?.tables[0];
      return { receiver: found ?? receiver, entity: table?.replaceAll(/["`]/g, '') ?? entity };
    }
    case 'Sequelize':
      // Methods of a row: `book.save()`.
      return {
        receiver: isRowMethod(called) || isCallOfRow(hints) ? receiver : (found ?? receiver),
        entity,
      };
    default:
      return { receiver: found ?? receiver, entity };
  }
}

function tableOfQuery({ call }: SourceHints): string | undefined {
  return /\.query\.([\w$]+)\.find/.exec(call)?.[1];
}

function isRowMethod(method: string): boolean {
  return /^(?:save|reload|model\.\w+|increment|decrement)$/.test(method);
}

function isCallOfRow({ call }: SourceHints): boolean {
  return /\.(?:destroy|restore|save|reload)\(\s*(?:\)|\{\s*transaction)/.test(call.split('\n', 1)[0]!);
}
