/** NODE_OPTIONS of the app: appended, in quotes only where needed, and leading to the run. */

import { test } from 'tap';
import { runFolder } from '../../src/agent/run-config.cjs';
import { appEnvironment } from '../../src/launcher/app-environment.js';

const FOLDER = '/tmp/scooby-12-aBc123';

const optionsOf = (NODE_OPTIONS: string | undefined, agent = '/a/agent.cjs', folder = FOLDER) =>
  appEnvironment({ NODE_OPTIONS }, { agent, folder }).NODE_OPTIONS;

test('NODE_OPTIONS is appended, and quoted only where the path has spaces or quotes', (t) => {
  t.same(appEnvironment({ OTHER: '1' }, { agent: '/a/agent.cjs', folder: FOLDER }), {
    OTHER: '1',
    NODE_OPTIONS: `--require ${FOLDER}/../../a/agent.cjs`,
    SCOOBY_RUN: FOLDER,
  });
  t.equal(optionsOf(''), `--require ${FOLDER}/../../a/agent.cjs`);
  t.equal(optionsOf('--no-warnings'), `--no-warnings --require ${FOLDER}/../../a/agent.cjs`);
  t.equal(
    optionsOf('', '/a "b" \\c/agent.cjs'),
    `--require "${FOLDER}/../../a \\"b\\" \\\\c/agent.cjs"`,
    'as Node reads it',
  );
  t.end();
});

test('by --import, for programs that keep one --require only', (t) => {
  const env = { NODE_OPTIONS: '--require ./mine.cjs' };
  const options = (agent: string) =>
    appEnvironment(env, { agent, folder: FOLDER, by: 'import' }).NODE_OPTIONS;
  t.equal(options('/a/agent.cjs'), `--require ./mine.cjs --import ${FOLDER}/../../a/agent.cjs`);
  t.equal(options('/a b/agent.cjs'), '--require ./mine.cjs --import file:///a%20b/agent.cjs');
  t.end();
});

test('none, for an app that may not read the agent', (t) => {
  const env = appEnvironment({ NODE_OPTIONS: '-x' }, { agent: '/a/agent.cjs', folder: FOLDER, by: 'none' });
  t.same(env, { NODE_OPTIONS: '-x', SCOOBY_RUN: FOLDER });
  t.end();
});

test('the run is found where SCOOBY_RUN is filtered out of the environment', (t) => {
  const found = (NODE_OPTIONS: string | undefined) => runFolder({ NODE_OPTIONS });
  t.equal(found(optionsOf('--no-warnings')), FOLDER);
  t.equal(found(optionsOf(undefined, '/a b/agent.cjs')), FOLDER);
  t.equal(
    found(optionsOf(undefined, '/a/agent.cjs', '/tmp x/"y"/scooby-12-aBc123')),
    '/tmp x/"y"/scooby-12-aBc123',
  );
  t.equal(
    found(optionsOf(optionsOf(''), '/a/agent.cjs', '/tmp/scooby-13-aBc123')),
    '/tmp/scooby-13-aBc123',
    'the inner run',
  );
  t.equal(found(`--require=${FOLDER}/../../a/agent.cjs`), FOLDER, 'as other programs write it');
  t.equal(found('--require /a/agent.cjs'), undefined);
  t.equal(found(undefined), undefined);
  t.equal(runFolder({ SCOOBY_RUN: '/other', NODE_OPTIONS: optionsOf('') }), '/other');
  t.end();
});
