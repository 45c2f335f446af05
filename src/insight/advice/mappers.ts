/** Advice for ORMs, as code, by library and shape. test/insight/advice executes it. */

import { interpolated, keyedBy, quotedList as list, type Mapper, propertyIn as p } from './mapper.js';

// The first entry found in the stack wins: libraries that are built on another precede it.
export const MAPPERS: Mapper[] = [
  {
    name: 'Sequelize',
    packages: ['sequelize', 'sequelize-typescript'],
    raw: /^(?:Sequelize\.)?query$/,
    methods:
      'findAll|findOne|findByPk|findAndCountAll|findOrCreate|count|create|build|bulkCreate|update|destroy|upsert',
    receiver: 'Model',
    entity: '',
    parents: '`include` in the findAll',
    key: (f) => `${f.receiver}.findAll({ where: { ${p(f)}: values } })`,
    keys: (f) => `${f.receiver}.findAll({ where: { [Op.or]: pairs } })`,
    count: (f) => `${f.receiver}.count({ where: { ${p(f)}: values }, group: ['${p(f)}'] })`,
    insert: (f) => `${f.receiver}.bulkCreate(rows)`,
    insertNew: (f) => `${f.receiver}.bulkCreate(rows, { ignoreDuplicates: true })`,
    update: (f) => `${f.receiver}.update(changes, { where: { ${p(f)}: values } })`,
    upsert: (f) => `${f.receiver}.bulkCreate(rows, { updateOnDuplicate: [${list(f.changed)}] })`,
    updateEach: (f) => `${f.receiver}.bulkCreate(rows, { updateOnDuplicate: [${list(f.changed)}] })`,
    remove: (f) => `${f.receiver}.destroy({ where: { ${p(f)}: values } })`,
    condition: (f) => `where: { ${p(f)}: values }`,
    many: (column) => `WHERE ${column} IN (:values)`,
    json: ':rows',
    hasProperties: true,
  },
  {
    name: 'Objection',
    packages: ['objection'],
    raw: /^raw$/,
    methods: 'query',
    receiver: 'Model',
    entity: '',
    parents: '`withGraphFetched` on the query',
    key: (f) => `${f.receiver}.query().whereIn('${p(f)}', values)`,
    keys: (f) => `${f.receiver}.query().whereIn([${list(f.properties)}], pairs)`,
    count: (f) =>
      `${f.receiver}.query().select('${p(f)}').count('* as count').whereIn('${p(f)}', values).groupBy('${p(f)}')`,
    insert: (f) => `${f.receiver}.query().insert(rows)`,
    insertNew: (f) => `${f.receiver}.query().insert(rows).onConflict().ignore()`,
    update: (f) => `${f.receiver}.query().whereIn('${p(f)}', values).patch(changes)`,
    remove: (f) => `${f.receiver}.query().whereIn('${p(f)}', values).delete()`,
    condition: (f) => `.whereIn('${p(f)}', values)`,
    json: '?',
    hasProperties: false,
  },
  {
    name: 'TypeORM',
    packages: ['typeorm'],
    raw: /^(?:DataSource|EntityManager|Repository|\w*QueryRunner)?\.?query$/,
    methods:
      'find|findBy|findOne|findOneBy|findOneOrFail|findOneByOrFail|findAndCount|count|countBy|exists|existsBy|save|insert|update|delete|remove|softDelete|upsert|createQueryBuilder',
    receiver: 'repository',
    entity: '',
    parents: '`relations` in the find',
    // Without the relation the rows would not tell whose they are.
    key: (f) =>
      p(f).includes('.')
        ? `${f.receiver}.find(${f.entity}{ where: { ${keyedBy(p(f), 'In(values)')} }, relations: { ${keyedBy(p(f).replace(/\.[^.]+$/, ''), 'true')} } })`
        : // Version 0.2 has no findBy.
          `${f.receiver}.find(${f.entity}{ where: { ${p(f)}: In(values) } })`,
    keys: (f) => `${f.receiver}.find(${f.entity}{ where: pairs })`,
    count: ({ receiver, entity, properties: [name] }) =>
      `${receiver}.createQueryBuilder(${entity}'t').select('t.${name}', '${name}').addSelect('COUNT(*)', 'count').where('t.${name} IN (:...values)', { values }).groupBy('t.${name}').getRawMany()`,
    insert: (f) => `${f.receiver}.insert(${f.entity}rows)`,
    update: (f) => `${f.receiver}.update(${f.entity}{ ${keyedBy(p(f), 'In(values)')} }, changes)`,
    upsert: (f) => `${f.receiver}.upsert(${f.entity}rows, [${list(f.properties)}])`,
    remove: (f) => `${f.receiver}.delete(${f.entity}{ ${keyedBy(p(f), 'In(values)')} })`,
    condition: (f) => `.where('${f.alias}.${p(f)} IN (:...values)', { values })`,
    hasProperties: true,
  },
  {
    name: 'MikroORM',
    packages: [
      '@mikro-orm/core',
      '@mikro-orm/knex',
      '@mikro-orm/sql',
      '@mikro-orm/postgresql',
      '@mikro-orm/mysql',
    ],
    raw: /^(?:SqlEntityManager\.|.*Connection\.)?execute$/,
    methods:
      'find|findOne|findOneOrFail|findAndCount|count|insert|nativeInsert|nativeUpdate|nativeDelete|upsert|create|persist|flush|remove',
    receiver: 'em',
    entity: 'Entity',
    parents: '`populate` in the find',
    key: (f) => `${f.receiver}.find(${f.entity}, { ${keyedBy(p(f), '{ $in: values }')} })`,
    keys: (f) => `${f.receiver}.find(${f.entity}, { $or: pairs })`,
    count: ({ receiver, entity, properties: [name] }) =>
      `${receiver}.qb(${entity}).select(['${name}', raw('count(*) as count')]).where({ ${name}: values }).groupBy('${name}').execute()`,
    insert: (f) => `${f.receiver}.insertMany(${f.entity}, rows)`,
    upsert: (f) => `${f.receiver}.upsertMany(${f.entity}, rows)`,
    update: (f) =>
      `${f.receiver}.nativeUpdate(${f.entity}, { ${keyedBy(p(f), '{ $in: values }')} }, changes)`,
    remove: (f) => `${f.receiver}.nativeDelete(${f.entity}, { ${keyedBy(p(f), '{ $in: values }')} })`,
    condition: (f) => `{ ${keyedBy(p(f), '{ $in: values }')} }`,
    many: (column) => `WHERE ${column} IN (?)`,
    json: '?',
    hasProperties: true,
  },
  {
    name: 'Prisma',
    packages: ['@prisma/client', 'prisma'],
    raw: /\$(?:query|execute)Raw/,
    methods:
      'findUnique|findUniqueOrThrow|findFirst|findFirstOrThrow|findMany|count|aggregate|groupBy|create|update|delete|upsert|createMany|updateMany|deleteMany',
    receiver: 'prisma.model',
    entity: '',
    parents: '`include` in the findMany',
    key: (f) => `${f.receiver}.findMany({ where: { ${keyedBy(p(f), '{ in: values }')} } })`,
    keys: (f) => `${f.receiver}.findMany({ where: { OR: pairs } })`,
    count: (f) =>
      `${f.receiver}.groupBy({ by: ['${p(f)}'], where: { ${keyedBy(p(f), '{ in: values }')} }, _count: true })`,
    insert: (f) => `${f.receiver}.createMany({ data: rows })`,
    insertNew: (f) => `${f.receiver}.createMany({ data: rows, skipDuplicates: true })`,
    update: (f) =>
      `${f.receiver}.updateMany({ where: { ${keyedBy(p(f), '{ in: values }')} }, data: changes })`,
    remove: (f) => `${f.receiver}.deleteMany({ where: { ${keyedBy(p(f), '{ in: values }')} } })`,
    condition: (f) => `where: { ${keyedBy(p(f), '{ in: values }')} }`,
    many: (column) => `WHERE ${column} IN (\${Prisma.join(values)})`,
    json: `${interpolated('JSON.stringify(rows)')}::json`,
    hasProperties: true,
  },
];
