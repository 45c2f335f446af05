/** Whatever fails while the agent watches a serving app, the app's output stays the same. */

import { join } from 'node:path';
import { test } from 'tap';
import { beginCall } from '../../src/agent/call/call.cjs';
import { attempt, guardHook, MAX_FAILURES, onHookOff } from '../../src/agent/guard.cjs';
import { pg } from '../../src/agent/instruments/pg.cjs';
import { recordInstrument } from '../../src/agent/record/recorder.cjs';
import { state } from '../../src/agent/run-config.cjs';
import { postgres } from '../servers/index.js';
import { ROOT, runPlain, runRecorded } from './app.js';
import { askAt, EXCEPTED, FAULTS } from './faults.js';

const APP = [join(ROOT, 'test/fixtures/faulty-app.cjs')];

test('an error at any function of the agent leaves the output of a serving app the same', async (t) => {
  const { url: SERVER } = await postgres(t);
  let expected = '';
  const plain = await runPlain(APP, {
    env: { SERVER },
    drive: async (url) => {
      expected = await askAt(url, '/m/calls');
      await askAt(url, '/end');
    },
  });
  t.match(expected, /^200 \{"pg":\[\{"n":1\}\]/);
  const failed: string[] = [];
  let points: [point: string, calls: string[]][] = [];
  const recorded = await runRecorded(APP, {
    env: { SERVER, NODE_OPTIONS: FAULTS, NODE_V8_COVERAGE: '' },
    drive: async (url) => {
      await askAt(url, '/m/calls');
      const reached: typeof points = JSON.parse((await askAt(url, '/points')).slice(4));
      points = reached.filter(([point]) => !EXCEPTED.has(point));
      for (const [point, calls] of points) {
        const body = await askAt(url, '/m/calls', point, calls).catch((error: Error) => error.message);
        if (body !== withCalls(expected, calls)) failed.push(`${point}: ${body.slice(0, 1500)}`);
      }
      // An app that has ended at a point is told by that point.
      await askAt(url, '/end').catch(() => {});
    },
  });
  t.same(failed.slice(0, 3), []);
  t.ok(points.length > 150, `${points.length} functions`);
  // The first request is without a fault.
  const printed = 1 + points.filter(([, calls]) => calls.includes('console')).length;
  t.equal(recorded.stderr, plain.stderr.repeat(printed));
  t.same([recorded.stdout, recorded.code, recorded.signal], [plain.stdout, 0, null]);
});

/** What the app answers when it makes these calls alone. */
function withCalls(answer: string, calls: string[]): string {
  const { body, parameter, url, ...results } = JSON.parse(answer.slice(4));
  const made = Object.entries(results).filter(([name]) => calls.includes(name));
  return `${answer.slice(0, 4)}${JSON.stringify({ ...Object.fromEntries(made), body, parameter, url })}`;
}

test('a hook that has failed twenty times is off, which is said once', (t) => {
  const said: [string, string][] = [];
  onHookOff((library, trouble) => said.push([library, trouble]));
  t.teardown(() => onHookOff(() => {}));
  let calls = 0;
  const fail = () => {
    calls++;
    throw new TypeError('not a row');
  };
  const read = guardHook('pg', 'reading its channel', fail);
  for (let i = 0; i < 50; i++) t.equal(read(), undefined);
  t.equal(calls, MAX_FAILURES);
  t.same(said, [['pg', 'is off: reading its channel failed 20 times (not a row)']]);
  t.end();
});

test('a function of the agent that has failed twenty times is not called any more', (t) => {
  const said: [string, string][] = [];
  onHookOff((library, trouble) => said.push([library, trouble]));
  t.teardown(() => onHookOff(() => {}));
  let calls = 0;
  function recordRow(fails: boolean): number {
    calls++;
    if (fails) throw Object.create(null, { message: { get: () => t.fail('a getter of an error') } });
    return 7;
  }
  for (let i = 1; i < MAX_FAILURES; i++) t.equal(attempt(recordRow, true), undefined);
  t.equal(attempt(recordRow, false), 7);
  t.equal(attempt(recordRow, true), undefined);
  t.equal(attempt(recordRow, false), undefined);
  t.equal(calls, 21);
  t.same(said, [['scooby’s recordRow', 'is off: it failed 20 times (an error)']]);
  t.end();
});

test('what fails by itself in each call of the app does not switch off the others', (t) => {
  for (let i = 0; i < 50; i++) attempt(JSON.parse, '{');
  t.same(attempt(JSON.parse, '{}'), {});
  t.end();
});

test('an instrument whose calls cannot be recorded is off', (t) => {
  const instrument = { ...pg, channel: 'scooby:test', describe: () => JSON.parse('{') };
  recordInstrument(instrument);
  const said: [string, string][] = [];
  onHookOff((library, trouble) => said.push([library, trouble]));
  t.teardown(() => onHookOff(() => {}));
  state.recording = 'all';
  t.teardown(() => {
    state.recording = 'off';
  });
  const begin = () => beginCall(instrument, begin, {}, []);
  for (let i = 0; i < MAX_FAILURES; i++) t.not(begin(), undefined);
  t.equal(begin(), undefined);
  t.match(said, [['pg', /^is off: recording its calls failed 20 times/]]);
  t.end();
});
