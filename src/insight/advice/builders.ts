/** Advice for query builders, as code, by library and shape. test/insight/advice executes it. */

import type { Dialect } from '../../domain/library.js';
import {
  interpolated,
  quotedList as list,
  type Mapper,
  type MapperFacts,
  propertyIn as p,
} from './mapper.js';

/** After those of ORMs, some of which are built on knex. */
export const BUILDERS: Mapper[] = [
  {
    name: 'Drizzle',
    packages: ['drizzle-orm'],
    raw: /^execute$/,
    methods: 'select|selectDistinct|insert|update|delete|\\$count',
    receiver: 'db',
    entity: 'table',
    parents: '`with` in the findMany',
    key: (f) => `.where(inArray(${f.entity}.${p(f)}, values))`,
    keys: ({ entity, properties }) =>
      `.where(or(...pairs.map((pair) => and(${properties.map((name) => `eq(${entity}.${name}, pair.${name})`).join(', ')}))))`,
    count: ({ receiver, entity, properties: [name] }) =>
      `${receiver}.select({ ${name}: ${entity}.${name}, count: count() }).from(${entity}).where(inArray(${entity}.${name}, values)).groupBy(${entity}.${name})`,
    insert: (f) => `${f.receiver}.insert(${f.entity}).values(rows)`,
    update: (f) =>
      `${f.receiver}.update(${f.entity}).set(changes).where(inArray(${f.entity}.${p(f)}, values))`,
    remove: (f) => `${f.receiver}.delete(${f.entity}).where(inArray(${f.entity}.${p(f)}, values))`,
    condition: (f) => `inArray(${f.entity}.${p(f)}, values)`,
    many: (column) => `WHERE ${column} IN \${values}`,
    json: `${interpolated('JSON.stringify(rows)')}::json`,
    hasProperties: true,
  },
  {
    name: 'Kysely',
    packages: ['kysely'],
    raw: /^RawBuilderImpl\.execute$/,
    methods: 'selectFrom|insertInto|updateTable|deleteFrom',
    receiver: 'db',
    entity: '',
    parents: '',
    key: (f) => `.where('${p(f)}', 'in', values)`,
    keys: () => '.where((eb) => eb.or(pairs.map((pair) => eb.and(pair))))',
    count: (f) =>
      `.select(['${p(f)}', (eb) => eb.fn.countAll().as('count')]).where('${p(f)}', 'in', values).groupBy('${p(f)}')`,
    insert: () => '.values(rows)',
    insertNew: () => '.values(rows).onConflict((oc) => oc.doNothing())',
    update: (f) => `.set(changes).where('${p(f)}', 'in', values)`,
    remove: (f) => `.where('${p(f)}', 'in', values)`,
    condition: (f) => `.where('${p(f)}', 'in', values)`,
    many: (column) => `WHERE ${column} IN (\${sql.join(values)})`,
    json: `${interpolated('JSON.stringify(rows)')}::json`,
    hasProperties: false,
  },
  {
    name: 'Bookshelf',
    packages: ['bookshelf'],
    raw: /^raw$/,
    methods: '',
    receiver: '',
    entity: '',
    parents: '`withRelated` in the fetchAll',
    ...knexCode(),
  },
  {
    name: 'knex',
    packages: ['knex'],
    raw: /^(?:raw|.*\.raw)$/,
    methods: '',
    receiver: '',
    entity: '',
    parents: '',
    ...knexCode(),
  },
];

function knexCode() {
  return {
    key: (f: MapperFacts) => `.whereIn('${p(f)}', values)`,
    keys: ({ properties }: MapperFacts) => `.whereIn([${list(properties)}], pairs)`,
    count: (f: MapperFacts) =>
      `.select('${p(f)}').count('* as count').whereIn('${p(f)}', values).groupBy('${p(f)}')`,
    insert: () => '.insert(rows)',
    insertNew: () => '.insert(rows).onConflict().ignore()',
    update: (f: MapperFacts) => `.whereIn('${p(f)}', values).update(changes)`,
    remove: (f: MapperFacts) => `.whereIn('${p(f)}', values).del()`,
    condition: (f: MapperFacts) => `.whereIn('${p(f)}', values)`,
    many: (column: string, dialect: Dialect) =>
      dialect === 'pg' ? `WHERE ${column} = ANY(?)` : `WHERE ${column} IN (\${values.map(() => '?')})`,
    json: '?',
    hasProperties: false,
  };
}
