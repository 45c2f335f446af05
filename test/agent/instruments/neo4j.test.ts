/** What an app gives to a result of Neo4j is called as without the agent, whatever it is. */

import type { IncomingMessage } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import type { TracedCall } from '../../../src/agent/call/call.cjs';
import { neo4j } from '../../../src/agent/instruments/neo4j.cjs';
import { requestStorage } from '../../../src/agent/request/context.cjs';
import { TracedRequest } from '../../../src/agent/request/traced-request.cjs';
import { state } from '../../../src/agent/run-config.cjs';
import { ROOT } from '../app.js';

const { files } = neo4j;
const load = createRequire(join(ROOT, 'test/fixtures/any.cjs'));
const CORES = ['neo4j-driver-core', 'neo4j-driver-4/node_modules/neo4j-driver-core'];

interface Subscribed {
  subscribe(observer: object): void;
}
type Events = (observer: Record<string, (value: unknown) => void>) => void;

/** Subscribes an observer to a result of which the server tells `events`; resolves to the error of its call. */
async function subscribe(core: string, events: Events, observer: object): Promise<string | undefined> {
  const { default: Result } = load(`${core}/lib/result.js`);
  files['neo4j-driver-core/lib/result.js']!({ default: Result } as never);
  const stream = { subscribe: events, cancel() {} };
  class Session {
    run(): Subscribed {
      return new Result(Promise.resolve(stream), 'RETURN 1', {});
    }
  }
  files['neo4j-driver-core/lib/session.js']!({ default: Session } as never);
  const request = new TracedRequest({
    ...{ id: 'r', proxied: false, parent: undefined, withCalls: false, message: {} as IncomingMessage },
    ...{ response: undefined, method: 'GET', url: '/', unit: undefined },
  });
  const calls: TracedCall[] = [];
  const note = (call: unknown) => void calls.push(call as TracedCall);
  const { subscribe: listen, unsubscribe } = load('node:diagnostics_channel');
  listen(neo4j.channel, note);
  state.recording = 'all';
  try {
    requestStorage.run(request, () => new Session().run().subscribe(observer));
    await new Promise((resolve) => setImmediate(resolve));
  } finally {
    state.recording = 'off';
    unsubscribe(neo4j.channel, note);
  }
  return calls.at(-1)?.ended === 0 ? 'runs' : calls.at(-1)?.error;
}

async function printedWhile(t: Test, run: () => Promise<unknown>): Promise<string[]> {
  const captured = t.capture(console, 'log', () => {});
  await run();
  return captured().map(({ args }) => String(args[0]));
}

for (const core of CORES) {
  const { version } = load(`${core}/package.json`);
  test(`observers that are no plain objects hear of everything, core ${version}`, async (t) => {
    const heard: string[] = [];
    const target = { onNext: (value: unknown) => heard.push(String(value)), onError() {}, onCompleted() {} };
    const next: Events = (observer) => observer.onNext!('record');
    await subscribe(core, next, new Proxy(target, {}));
    class Observer {
      get onNext() {
        return (value: unknown) => heard.push(`by a getter: ${value}`);
      }
      onError() {}
    }
    await subscribe(core, next, new Observer());
    t.same(heard, ['record', 'by a getter: record']);
  });

  test(`an error that the app does not listen to is printed by the driver, core ${version}`, async (t) => {
    const fail: Events = (observer) => observer.onError!(new Error('gone'));
    let error: string | undefined;
    const printed = await printedWhile(t, async () => {
      error = await subscribe(core, fail, { onNext() {} });
    });
    t.same(printed, ['Uncaught error when processing result: Error: gone']);
    t.equal(error, 'gone');
  });
}
