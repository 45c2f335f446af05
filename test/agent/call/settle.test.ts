/** What the app gets in place of the promises of recorded functions, seen from inside. */

import { createHook } from 'node:async_hooks';
import { createContext, runInContext } from 'node:vm';
import { test } from 'tap';
import { endCall, TracedCall } from '../../../src/agent/call/call.cjs';
import { endWhenSettled, endWithOwnPromise } from '../../../src/agent/call/settle.cjs';
import type { Instrument } from '../../../src/agent/instruments/instrument.cjs';

const instrument: Instrument = {
  ...{ library: 'made-up', versions: '*', kind: 'span', channel: 'scooby:made-up', files: {} },
  describe: () => ({ name: 'made up' }),
};

/** The app's part of a promise, and what its call has ended with. */
function passed(promise: unknown): { promise: Promise<unknown>; ends: unknown[][] } {
  const ends: unknown[][] = [];
  const call = new TracedCall(instrument, undefined, 0, undefined, []);
  const own = endWhenSettled(call, promise, (ended, error, value) => {
    ends.push([error, value]);
    endCall(ended, error);
  });
  return { promise: own as Promise<unknown>, ends };
}

test('a promise that is returned again is one and the same for the app, and ends each call', async (t) => {
  let settle = (_value: string) => {};
  const shared = new Promise<string>((resolve) => {
    settle = resolve;
  });
  const [first, second, third] = [passed(shared), passed(shared), passed(passed(shared).promise)];
  t.equal(second.promise, first.promise);
  t.equal(third.promise, first.promise);
  settle('done');
  t.equal(await first.promise, 'done');
  t.equal(passed(shared).promise, first.promise);
  t.same([first.ends, second.ends, passed(shared).ends], Array(3).fill([[undefined, 'done']]));
});

test('a promise with a then of its own stays itself, and begins when the app waits for it', async (t) => {
  let started = 0;
  class Lazy extends Promise<string> {
    // biome-ignore lint/suspicious/noThenProperty: it is what is tried
    override then(...handlers: Parameters<Promise<string>['then']>) {
      started++;
      return Promise.resolve('begun').then(...handlers) as never;
    }
  }
  const lazy = new Lazy((resolve) => resolve('nothing'));
  const { promise, ends } = passed(lazy);
  t.equal(promise, lazy);
  t.equal(started, 0);
  t.equal(await promise, 'begun');
  t.same([started, ends], [1, [[undefined, 'begun']]]);
});

test('a promise that cannot be derived from stays itself', (t) => {
  class Named extends Promise<void> {
    readonly id: string;
    constructor(run: () => void, { id }: { id: string }) {
      super(run);
      this.id = id;
    }
  }
  const named = new Named(() => {}, { id: 'a' });
  t.equal(passed(named).promise, named);
  t.end();
});

test('a promise of another realm ends its call', async (t) => {
  const foreign = passed(runInContext('Promise.resolve(1)', createContext()));
  t.equal(await foreign.promise, 1);
  t.same(foreign.ends, [[undefined, 1]]);
});

test('what a library has added is there, and the number of an async hook its own', async (t) => {
  const hook = createHook({ init() {} }).enable();
  t.teardown(() => void hook.disable());
  const own = Object.assign(Promise.resolve(2), { pid: 7 });
  const { promise } = passed(own);
  t.equal((promise as typeof own).pid, 7);
  const numbers = (of: object) =>
    Object.getOwnPropertySymbols(of).flatMap((key) =>
      key.description === 'async_id_symbol' ? [Reflect.get(of, key)] : [],
    );
  t.not(numbers(promise)[0], numbers(own)[0]);
  await promise;
});

/** What a call gives the app that constructs its own promise, and what it has ended with. */
function owned(original: () => unknown): { result: unknown; ends: unknown[][] } {
  const ends: unknown[][] = [];
  const call = new TracedCall(instrument, undefined, 0, undefined, []);
  const result = endWithOwnPromise(call, original, undefined, [], (_call, error, value) => {
    ends.push([error, value]);
  });
  return { result, ends };
}

test('a call inside of another has its own promise, and leaves the other its', async (t) => {
  let inner: { result: unknown; ends: unknown[][] } | undefined;
  let made: unknown;
  const before = globalThis.Promise;
  const { result, ends } = owned(() => {
    inner = owned(() => new Promise((resolve) => resolve('inner')));
    made = new Promise((resolve) => resolve('outer'));
    return made;
  });
  t.equal(result, made);
  t.same([inner?.ends, ends], [[[undefined, 'inner']], [[undefined, 'outer']]]);
  const late = owned(() => {
    made = new Promise((resolve) => resolve('outer'));
    inner = owned(() => new Promise((resolve) => resolve('inner')));
    return made;
  });
  t.equal(late.result, made);
  t.same([inner?.ends, late.ends], [[[undefined, 'inner']], [[undefined, 'outer']]]);
  t.equal(globalThis.Promise, before);
});

test('the promise that a function constructs is the app’s, and ends the call before it settles', async (t) => {
  let settle = (_value: string) => {};
  let made: unknown;
  const { result, ends } = owned(() => {
    made = new Promise<string>((resolve) => {
      settle = resolve;
    });
    return made;
  });
  t.equal(result, made);
  t.same(ends, []);
  settle('done');
  t.same(ends, [[undefined, 'done']], 'in the same turn');
  t.same(owned(() => new Promise((resolve) => resolve(1))).ends, [[undefined, 1]]);
  const error = new Error('thrown');
  const failed = owned(
    () =>
      new Promise(() => {
        throw error;
      }),
  );
  t.same(failed.ends, [[error, undefined]]);
  await t.rejects(failed.result as Promise<unknown>, error);
  t.equal(Promise.name, 'Promise', 'the class is Node’s again');
});

test('a function that returns another promise than it constructs first ends with that', async (t) => {
  const { result, ends } = owned(() => new Promise((resolve) => resolve(1)).then(() => 2));
  t.same(ends, []);
  t.equal(await result, 2);
  t.same(ends, [[undefined, 2]]);
  t.same(
    owned(() => 3),
    { result: 3, ends: [[undefined, 3]] },
  );
});
