import { test } from 'tap';
import { packageFrame, packageMatcher } from '../../../src/insight/source/package-code.js';
import { aFrame } from '../../factory.js';

test('a frame of an app that is a package is marked with it', (t) => {
  const frame = aFrame({ file: 'node_modules/unleash-server/dist/db.js', application: false });
  t.same(packageFrame(frame), { ...frame, application: true, package: 'unleash-server' });
  t.equal(packageFrame(aFrame({ file: 'node_modules/knex/lib/client.js', application: false })), undefined);
  t.equal(packageFrame(aFrame({ file: 'node:fs', application: false })), undefined);
  t.end();
});

test('names of packages, and of all in a scope', (t) => {
  const isOurs = packageMatcher(['shop', '@acme/*']);
  t.same(['shop', 'shop2', '@acme/db', '@acme2/db', ''].map(isOurs), [true, false, true, false, false]);
  t.end();
});
