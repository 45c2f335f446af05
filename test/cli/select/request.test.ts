import { test } from 'tap';
import { chooseRequest, shortId } from '../../../src/cli/select/request.js';
import { MemoryStore } from '../../../src/store/memory.js';
import { aTrace } from '../../factory.js';

const now = Date.now();

function storeOf(...ids: string[]) {
  const store = new MemoryStore({ ttl: 1e9, maxSize: 1e7 });
  store.saveAll(ids.map((id, n) => aTrace({ id, start: now - n * 60_000, url: `/${n}`, duration: 10 })));
  return store;
}

const one = 'aaaaaaaa-0000-4000-8000-000000000001';
const two = 'aaaaaaaa-0000-4000-8000-000000000002';
const three = 'bbbbbbbb-0000-4000-8000-000000000003';

test('a request by its id, the beginning of its id, or its position from the newest', async (t) => {
  const store = storeOf(three, two, one);
  const idOf = async (wanted: string) => (await chooseRequest(store, wanted, now)).id;
  t.equal(await idOf(one), one);
  t.equal(await idOf('b'), three);
  t.equal(await idOf('BBBB'), three);
  t.equal(await idOf('last'), three);
  t.equal(await idOf('-1'), three);
  t.equal(await idOf('-3'), one);
});

test('a complete id, also when another id begins with it', async (t) => {
  t.equal((await chooseRequest(storeOf('abc', 'abcd'), 'abc', now)).id, 'abc');
});

test('no such request: the error says what to do', async (t) => {
  const store = storeOf(one, two);
  const error = (message: string) => ({ name: 'UserError', message, exitCode: 1 });
  await t.rejects(
    chooseRequest(store, 'c\x1b[2J', now),
    error('No request "c\\x1b[2J" is stored. List the stored ones:  scooby list'),
  );
  await t.rejects(
    chooseRequest(store, '', now),
    error('No request "" is stored. List the stored ones:  scooby list'),
  );
  await t.rejects(
    chooseRequest(store, '%', now),
    error('No request "%" is stored. List the stored ones:  scooby list'),
  );
  await t.rejects(chooseRequest(store, '-3', now), error('-3 is too far back: 2 requests are stored.'));
  await t.rejects(
    chooseRequest(store, '-0', now),
    error('No request "-0" is stored. List the stored ones:  scooby list'),
  );
  await t.rejects(
    chooseRequest(storeOf(), 'last', now),
    error('No request is stored. How to record requests:  scooby run --help'),
  );
});

test('an ambiguous prefix: the error lists the ids', async (t) => {
  await t.rejects(chooseRequest(storeOf(three, two, one), 'aaa', now), {
    exitCode: 1,
    message: [
      'Several ids begin with "aaa". Write more characters of it:',
      `  ${two}    1m  GET /1  200  10ms`,
      `  ${one}    2m  GET /2  200  10ms`,
    ].join('\n'),
  });
  const many = storeOf(...Array.from({ length: 12 }, (_, n) => `aaa${n}`));
  await t.rejects(chooseRequest(many, 'aaa', now), { message: /(\n {2}aaa.*){10}\n {2}… and more$/ });
});

test('a short id has 8 characters, or as many as make it unique', async (t) => {
  const store = storeOf(three, two, one, 'short');
  t.equal(await shortId(store, three), 'bbbbbbbb');
  t.equal(await shortId(store, one), one);
  t.equal(await shortId(store, 'short'), 'short');
});
