import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import type { Frame } from '../../../src/domain/trace.js';
import { FrameResolver } from '../../../src/insight/source/frames.js';
import { write } from '../compiled.js';

const brief = ({ application, file, line, package: name }: Frame) =>
  `${application ? '+' : '-'} ${file}:${line}${name === undefined ? '' : ` in ${name}`}`;

test('an app that is a package stands for the project where no line of that is on the stack', (t) => {
  const folder = realpathSync(t.testdir());
  write(folder, { 'src/server.js': 'start();\n', 'src/generated/resolver.js': 'find();\n' });
  const frames = new FrameResolver(folder);
  const stackOf = (...files: string[]) =>
    frames.resolveStack(files.map((file) => frames.resolve('f', join(folder, file), 1, 1))).map(brief);
  const [driver, store, framework] = [
    'node_modules/pg/lib/client.js',
    'node_modules/shop-server/dist/store.js',
    'node_modules/express/lib/router.js',
  ] as const;
  t.same(stackOf(driver, store, framework), [
    '- node_modules/pg/lib/client.js:1',
    '+ node_modules/shop-server/dist/store.js:1 in shop-server',
    '- node_modules/express/lib/router.js:1',
  ]);
  t.same(stackOf(driver, store, 'src/server.js'), [
    '- node_modules/pg/lib/client.js:1',
    '- node_modules/shop-server/dist/store.js:1',
    '+ src/server.js:1',
  ]);
  // A generated resolver, which no line of the app has called.
  t.same(stackOf(driver, 'src/generated/resolver.js', framework)[1], '+ src/generated/resolver.js:1');
  t.same(stackOf(driver, 'src/generated/resolver.js', 'src/server.js').slice(1), [
    '- src/generated/resolver.js:1',
    '+ src/server.js:1',
  ]);
  t.end();
});

test('packages that the configuration names are the app, and a project in node_modules is its own', (t) => {
  const folder = join(realpathSync(t.testdir()), 'node_modules/shop-server');
  write(folder, { 'dist/store.js': 'find();\n' });
  const application = (file: string, packages?: string[]) =>
    brief(new FrameResolver(folder, packages && { packages }).resolve('f', join(folder, file), 1, 1));
  t.equal(application('dist/store.js'), '+ dist/store.js:1');
  t.equal(application('node_modules/@acme/db/index.js'), '- node_modules/@acme/db/index.js:1');
  t.equal(
    application('node_modules/@acme/db/index.js', ['@acme/*']),
    '+ node_modules/@acme/db/index.js:1 in @acme/db',
  );
  t.end();
});

test('the agent is no app, also where it is installed as a package', (t) => {
  const folder = realpathSync(t.testdir());
  const agent = join(folder, 'node_modules/scooby/dist/agent.cjs');
  const frames = new FrameResolver(folder, { agent });
  const stack = frames.resolveStack([frames.resolve('f', agent, 1, 1)]).map(brief);
  t.same(stack, ['- node_modules/scooby/dist/agent.cjs:1']);
  t.end();
});
