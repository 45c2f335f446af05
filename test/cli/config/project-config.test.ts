import { mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Command } from 'commander';
import { type Test, test } from 'tap';
import { registerRun } from '../../../src/cli/commands/run.js';
import { readProjectConfig } from '../../../src/cli/config/project-config.js';
import { applyProjectConfig } from '../../../src/cli/config/run-options.js';
import { scooby } from '../../scooby.js';

function folders(t: Test, files: Record<string, unknown>) {
  const root = t.testdir({ '.git': {}, src: { deep: {} }, home: {} });
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), typeof content === 'string' ? content : JSON.stringify(content));
  }
  const read = (at = 'src/deep') =>
    readProjectConfig(join(root, at), { XDG_CONFIG_HOME: join(root, 'home') });
  return { root, read };
}

function optionsOf(t: Test, run: object, ...args: string[]) {
  const program = new Command().enablePositionalOptions();
  registerRun(program);
  const [command] = program.commands;
  command!.parseOptions(args);
  const { read } = folders(t, { 'scooby.config.json': { run } });
  applyProjectConfig(command!, read());
  return command!.opts();
}

test("the nearest file, merged over the user's own", (t) => {
  const { root, read } = folders(t, {
    'scooby.config.json': {
      run: { port: 4100, quiet: true },
      ignore: ['slow', { kind: 'n+1', site: 'src/a.ts' }],
      limits: { loop: 8, transaction: '2s', bytes: '2MB', slow: { sql: '200ms' } },
    },
    'home/scooby/config.json': {
      keys: {},
      run: { port: 4200, ttl: '1h' },
      limits: { loop: 3, slow: { cache: 5 } },
    },
    'package.json': { scooby: { run: { port: 4300 } } },
    'nearer/package.json': { scooby: { run: { port: 4400 } } },
    'other/package.json': { dependencies: { scooby: '1' } },
  });
  t.same(read(), {
    run: { port: 4100, ttl: '1h', quiet: true },
    ignore: [{ kind: 'slow' }, { kind: 'n+1', site: 'src/a.ts' }],
    limits: { loop: 8, transaction: 2000, bytes: 2 * 1024 * 1024, slow: { sql: 200, cache: 5 } },
    files: [join(root, 'scooby.config.json'), join(root, 'home/scooby/config.json')],
  });
  t.equal(read('nearer').run.port, 4400);
  t.equal(read('other').run.port, 4100);
  t.end();
});

test('no file, or only one above the repository: empty configuration', (t) => {
  const nothing = { run: {}, ignore: [], limits: {}, files: [] };
  t.same(folders(t, { 'home/scooby/config.json': { keys: {} } }).read(), nothing);
  const { read } = folders(t, { 'scooby.config.json': { run: { port: 1 } }, 'src/.git/HEAD': '' });
  t.same(read(), nothing);
  t.end();
});

test('an invalid setting: the error names file, line and key', (t) => {
  const errorOf = (text: string, file = 'scooby.config.json') => {
    const { root, read } = folders(t, { [file]: text });
    try {
      read();
    } catch (error) {
      return (error as Error).message.replace(`${root}/`, '');
    }
    return undefined;
  };
  t.match(errorOf('{\n  "run": {},\n}'), /^scooby\.config\.json:3: this is not JSON: /);
  t.equal(errorOf('[]'), 'scooby.config.json:1: this has to be an object: { … }');
  t.equal(
    errorOf('{\n  "run": {},\n  "limit": {}\n}'),
    'scooby.config.json:3: "limit" is not known; known keys: run, ignore, limits, packages, redact, instruments, watch, kinds',
  );
  t.match(
    errorOf('{\n"keys": {} }'),
    /^scooby\.config\.json:2: "keys" is the user's own; it belongs in .*config\.json$/,
  );
  t.equal(errorOf('{ "run": 1 }'), 'scooby.config.json:1: "run" has to be an object: { … }');
  t.match(
    errorOf('{ "redact": { "name": [] } }'),
    ':1: "redact.name" is not known; known keys: names, patterns, allow',
  );
  t.match(errorOf('{ "redact": { "names": "a" } }'), ':1: "redact.names" has to be a list of strings');
  t.match(errorOf('{ "redact": { "patterns": ["("] } }'), ':1: "redact.patterns.0" is no regular expression');
  t.match(errorOf('{ "redact": { "patterns": ["a*"] } }'), ':1: "redact.patterns.0" would match everywhere');
  t.match(errorOf('{ "packages": ["a b"] }'), ':1: "packages" has to be a list of names of packages');
  t.match(errorOf('{ "ignore": {} }'), '"ignore" has to be a list of findings');
  t.match(
    errorOf('{ "ignore": [\n"slow",\n{}] }'),
    /^scooby\.config\.json:3: "ignore\.1" has to have at least one of kind, id/,
  );
  t.match(
    errorOf('{ "ignore": [\n"slwo"] }'),
    /:2: "ignore\.0(?:\.kind)?" is not a kind of finding; kinds: n\+1, /,
  );
  t.match(
    errorOf('{ "ignore": [{\n"path": "/a"}] }'),
    ':2: "ignore.0.path" is not known; known keys: kind, id, route',
  );
  t.match(
    errorOf('{ "ignore": [{"site":\n 1}] }'),
    ':1: "ignore.0.site" has to be a string that is not empty',
  );
  t.match(
    errorOf('{ "limits": {\n"loops": 3} }'),
    /:2: "limits\.loops" is not known; known keys: loop, loopHigh/,
  );
  t.match(errorOf('{ "limits": {\n"loop": "many"} }'), ':2: "limits.loop" has to be a number');
  t.match(
    errorOf('{ "limits": {\n"idle": "soon"} }'),
    ':2: "limits.idle" is invalid. Write a duration such as',
  );
  t.match(errorOf('{ "limits": { "slow": {\n"sql": -1} } }'), ':2: "limits.slow.sql" is invalid');
  t.equal(
    errorOf('{\n  "scooby": {\n    "runs": {} }\n}', 'package.json'),
    'package.json:3: "runs" is not known; known keys: run, ignore, limits, packages, redact, instruments, watch, kinds',
  );
  t.end();
});

test('options of run are parsed as on the command line, which has priority', (t) => {
  t.match(
    optionsOf(t, { port: 4100, record: 'marked', ttl: '2h', maxSize: '1MB', quiet: true, wait: '1s' }),
    {
      port: 4100,
      record: 'marked',
      ttl: 7_200_000,
      maxSize: 1024 * 1024,
      quiet: true,
      wait: 1000,
    },
  );
  t.match(optionsOf(t, { port: '4100', allowHost: ['a.test'] }, '--record', 'off'), {
    port: 4100,
    record: 'off',
    allowHost: ['a.test'],
    wait: 10_000,
  });
  t.same(optionsOf(t, { takePort: true }).takePort, true);
  t.same(optionsOf(t, { takePort: 3000 }, '--port', '4000').takePort, undefined);
  t.same(optionsOf(t, { quiet: false }).quiet, undefined);
  const rejects = (run: object, message: string | RegExp) => t.throws(() => optionsOf(t, run), { message });
  rejects(
    { prot: 1 },
    /scooby\.config\.json:1: "run\.prot" is not known; known options: port, host, takePort, /,
  );
  rejects({ port: 'x' }, /"run\.port" is invalid\. Write a port, 0 to 65535\.$/);
  rejects({ port: true }, /"run\.port" needs a value$/);
  rejects({ quiet: 'yes' }, /"run\.quiet" has to be true or false$/);
  rejects({ record: 'some' }, /"run\.record" has to be all or marked or off$/);
  rejects({ ttl: [1] }, /"run\.ttl" has to be a string or a number$/);
  rejects({ allowHost: 'a' }, /"run\.allowHost" has to be a list of strings$/);
  rejects({ db: 'x' }, /"run\.db" is not known/);
  t.end();
});

test('ignore and limits of the configuration apply to a run', async (t) => {
  const app = `
    require('node:http').createServer((req, res) => {
      require('node:crypto').pbkdf2Sync('a', 'b', 500_000, 64, 'sha512');
      res.end();
    }).listen(0);
  `;
  const kinds = async (config: object) => {
    const run = scooby(t, {
      command: ['app.cjs'],
      files: { 'app.cjs': app, 'scooby.config.json': JSON.stringify(config) },
    });
    await run.ask('/');
    const { findings } = await run.trace('/');
    t.match(run.cli('doctor').stdout, `Config   ${realpathSync(run.folder)}/scooby.config.json`);
    await run.stop();
    return findings.map(({ kind }) => kind);
  };
  t.same(await kinds({}), ['event-loop']);
  t.same(await kinds({ ignore: ['event-loop'] }), []);
  t.same(await kinds({ limits: { blocked: '10m' } }), []);
  const quiet = scooby(t, {
    command: ['app.cjs'],
    files: { 'app.cjs': app, 'scooby.config.json': '{"run": {"quiet": 1}}' },
  });
  t.match(await quiet.ended(), {
    code: 2,
    stderr: /^scooby: .*scooby\.config\.json:1: "run\.quiet" has to be true or false\n$/,
  });
});

test('rules of redaction are those of both files; that nothing is masked no file can say', (t) => {
  const { read } = folders(t, {
    'scooby.config.json': { redact: { names: ['customer'], allow: ['session'] } },
    'home/scooby/config.json': { redact: { names: ['mine'], patterns: ['CUS-\\d+'] } },
  });
  t.same(read().redact, { names: ['customer', 'mine'], patterns: ['CUS-\\d+'], allow: ['session'] });
  t.throws(() => optionsOf(t, { showSecrets: true }), { message: /"run.showSecrets" is not known/ });
  t.equal(optionsOf(t, {}, '--show-secrets').showSecrets, true);
  t.end();
});
