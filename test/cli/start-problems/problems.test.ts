/** Problems of a start: what is found in commands, scripts, .npmrc and files of the environment, and what is not. */

import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Test, test } from 'tap';
import { startProblems } from '../../../src/cli/start-problems/problems.js';

function folderWith(t: Test, files: Record<string, string | object>): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'scooby-test-start-')));
  t.teardown(() => rmSync(folder, { recursive: true }));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), typeof content === 'string' ? content : JSON.stringify(content));
  }
  return folder;
}

const NO_CONFIG = { NPM_CONFIG_USERCONFIG: '/nowhere' };

/** Causes of the problems of a script `dev`, started by npm, with the folder as `.`. */
function causes(
  t: Test,
  dev: string,
  files: Record<string, string | object> = {},
  env: NodeJS.ProcessEnv = NO_CONFIG,
) {
  const folder = folderWith(t, { 'package.json': { scripts: { dev } }, ...files });
  const problems = startProblems(folder, ['npm', 'run', 'dev'], env);
  return problems.map(({ cause }) => cause.replaceAll(folder, '.'));
}

test('scripts that set NODE_OPTIONS, however they do it', (t) => {
  const found = ['script "dev" of package.json sets NODE_OPTIONS itself, and so takes out the agent'];
  for (const script of [
    'NODE_OPTIONS=--max-old-space-size=4096 node app.js',
    'PORT=1 NODE_OPTIONS="--import tsx" node app.js',
    'tsc && cross-env NODE_ENV=x NODE_OPTIONS=--inspect node app.js',
    "npx cross-env NODE_OPTIONS='--no-warnings' next dev",
    'env NODE_OPTIONS=--no-warnings node app.js',
    'export NODE_OPTIONS=--no-warnings; node app.js',
    'set NODE_OPTIONS=--no-warnings&& node app.js',
    'sh -c "NODE_OPTIONS=--no-warnings node app.js"',
    'concurrently "NODE_OPTIONS=--no-warnings node app.js" "node b.js"',
  ])
    t.same(causes(t, script), found, script);
  for (const script of [
    'node app.js',
    'NODE_OPTIONS="$NODE_OPTIONS --no-warnings" node app.js',
    `cross-env NODE_OPTIONS="\${NODE_OPTIONS:-} --no-warnings" node app.js`,
    'NODE_ENV=production node --max-old-space-size=4096 app.js',
    'echo "NODE_OPTIONS=1"',
  ])
    t.same(causes(t, script), [], script);
  t.end();
});

test('the remedy is one that works in that place', (t) => {
  const folder = folderWith(t, {
    'package.json': { scripts: { dev: 'NODE_OPTIONS=--no-warnings node app.js' } },
  });
  const remedy = (...command: string[]) => startProblems(folder, command, NO_CONFIG)[0]?.remedy;
  t.equal(
    remedy('npm', 'run', 'dev'),
    'write NODE_OPTIONS="$NODE_OPTIONS --no-warnings" there, or give the options to node itself: node --no-warnings …',
  );
  t.equal(
    remedy('env', 'NODE_OPTIONS=--no-warnings', 'node', 'app.js'),
    'set it before scooby: NODE_OPTIONS="--no-warnings" scooby run -- …',
  );
  t.end();
});

test("an emptied environment, and other places than this machine's Node", (t) => {
  t.same(causes(t, 'env -i node app.js'), ['script "dev" of package.json empties the environment (env -i)']);
  t.same(causes(t, 'env -i NODE_OPTIONS="$NODE_OPTIONS" node app.js'), []);
  t.same(causes(t, 'env -u NODE_OPTIONS node app.js'), [
    'script "dev" of package.json removes NODE_OPTIONS, by which the agent is loaded',
  ]);
  t.same(causes(t, 'sudo node app.js'), [
    'script "dev" of package.json runs the app by sudo, which empties the environment',
  ]);
  t.same(causes(t, 'sudo -E node app.js'), []);
  t.match(causes(t, 'docker compose up'), [
    / starts the app in a container, where this agent is not \(docker\)$/,
  ]);
  t.match(causes(t, 'pm2 start app.js'), [
    / hands the app to the daemon of pm2, which goes on without scooby$/,
  ]);
  t.same(causes(t, 'pm2 start app.js --no-daemon'), []);
  t.same(causes(t, 'pm2-runtime app.js'), []);
  t.match(causes(t, 'bun server.ts'), [/ runs the app on another runtime than Node \(bun\)$/]);
  t.same(causes(t, 'bun build src/server.ts --target=node --outdir=out && node out/server.js'), []);
  t.same(causes(t, 'deno bundle src/server.ts out.js && node out.js'), []);
  t.match(causes(t, 'deno run -A server.ts'), [/ runs the app on another runtime than Node \(deno\)$/]);
  t.same(
    causes(t, 'bun run other', { 'package.json': { scripts: { dev: 'bun run other', other: 'node a.js' } } }),
    [],
  );
  t.end();
});

test('npm puts node-options of .npmrc, or of its environment, in the place of NODE_OPTIONS', (t) => {
  t.same(causes(t, 'node app.js', { '.npmrc': 'fund=false\nnode-options=--no-warnings\n' }), [
    './.npmrc has node-options, which npm puts in the place of NODE_OPTIONS and so of the agent',
  ]);
  t.same(causes(t, 'node app.js', { '.npmrc': `node-options=\${NODE_OPTIONS?} --no-warnings\n` }), []);
  t.match(causes(t, 'node app.js', {}, { ...NO_CONFIG, npm_config_node_options: '--no-warnings' }), [
    /^npm_config_node_options has node-options/,
  ]);
  const folder = folderWith(t, { 'package.json': {}, '.npmrc': 'node-options=--no-warnings\n' });
  t.same(startProblems(folder, ['node', 'app.js'], NO_CONFIG), [], 'without npm it is not read');
  t.end();
});

test('scripts are followed to where the app is started', (t) => {
  const bad = 'NODE_OPTIONS=--inspect node app.js';
  const own = (scripts: object) => ({ 'package.json': { scripts } });
  t.same(causes(t, '', own({ dev: 'npm run --silent a', a: 'pnpm b', b: bad })), [
    'script "b" of package.json sets NODE_OPTIONS itself, and so takes out the agent',
  ]);
  t.same(causes(t, '', own({ dev: 'run-p a b', a: 'node x.js', b: bad })).length, 1);
  t.same(causes(t, '', own({ dev: 'concurrently npm:s:*', 's:a': bad })).length, 1);
  t.same(causes(t, '', own({ dev: 'node --run a', a: bad })).length, 1);
  t.same(causes(t, '', own({ dev: 'npm run dev' })), [], 'a loop ends');
  t.same(
    causes(t, '', { 'package.json': { scripts: { dev: 'wireit' }, wireit: { dev: { command: bad } } } })
      .length,
    1,
  );
  const workspace = { 'turbo.json': {}, 'apps/web/package.json': { name: 'web', scripts: { dev: bad } } };
  t.same(
    causes(t, '', {
      'package.json': { workspaces: ['apps/*'], scripts: { dev: 'turbo run dev' } },
      ...workspace,
    }),
    ['script "dev" of apps/web/package.json sets NODE_OPTIONS itself, and so takes out the agent'],
  );
  t.end();
});

test('NODE_OPTIONS in files of the environment', (t) => {
  const files = { '.env': 'A=1\nNODE_OPTIONS="--no-warnings"\n' };
  t.same(causes(t, 'node --env-file=.env app.js', files), [
    'NODE_OPTIONS in .env (--env-file of script "dev" of package.json) is not read, as the agent has that variable',
  ]);
  t.same(causes(t, 'node --env-file=.env app.js', { '.env': 'A=1\n' }), []);
  t.match(causes(t, 'env-cmd node app.js', files), [/^\.env has NODE_OPTIONS, which env-cmd /]);
  t.match(causes(t, 'dotenv -o -- node app.js', files), [/^\.env has NODE_OPTIONS, which dotenv /]);
  t.same(causes(t, 'dotenv -- node app.js', files), [], 'without -o the environment goes first');
  t.end();
});

test('permissions that the agent needs', (t) => {
  const remedy = (...command: string[]) =>
    startProblems('/', ['node', ...command, 'app.js'], { XDG_RUNTIME_DIR: '/run/me' })[0]?.remedy;
  t.match(
    remedy('--permission'),
    /^add --allow-fs-read=\/.*agent\.cjs --allow-fs-read=\/run\/me\/scooby-\* --allow-fs-write=\/run\/me\/scooby-\*$/,
  );
  t.equal(remedy('--permission', '--allow-fs-read=*'), 'add --allow-fs-write=/run/me/scooby-*');
  t.equal(remedy('--experimental-permission', '--allow-fs-read=*'), 'add --allow-fs-write=/run/me/scooby-*');
  t.equal(remedy('--permission', '--allow-fs-read=*', '--allow-fs-write=/run/me/*'), undefined);
  t.equal(remedy('--allow-fs-read=*'), undefined);
  t.end();
});
