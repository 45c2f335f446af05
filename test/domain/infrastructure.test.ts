import { test } from 'tap';
import { isInfrastructure, packageOfPath } from '../../src/domain/infrastructure.cjs';

test('the innermost package of a path', (t) => {
  for (const [path, name] of [
    ['node_modules/unleash-server/dist/lib/app.js', 'unleash-server'],
    ['/srv/node_modules/@lhci/server/src/api.js', '@lhci/server'],
    ['/app/node_modules/.pnpm/pg@8.1.0/node_modules/pg/lib/client.js', 'pg'],
    ['node_modules/knex/node_modules/tarn/lib/Pool.js', 'tarn'],
    ['C:\\app\\node_modules\\@acme\\db\\index.js', '@acme/db'],
    ['node_modules/.prisma/client/index.js', undefined],
    ['src/node_modules.js', undefined],
    ['src/db.js', undefined],
  ] as const)
    t.equal(packageOfPath(path), name, path);
  t.end();
});

test('drivers, ORMs, frameworks and helpers are no code of an app; any other package may be', (t) => {
  for (const name of ['pg', 'knex', '@mikro-orm/core', 'express', '@nestjs/core', 'p-limit', 'tsx'])
    t.equal(isInfrastructure(name), true, name);
  for (const name of ['unleash-server', '@strapi/database', 'connect-pg-simple', '@lhci/server'])
    t.equal(isInfrastructure(name), false, name);
  t.end();
});
