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

test('a request by its id, the beginning of its id, or its position from the newest', (t) => {
  const store = storeOf(three, two, one);
  const idOf = (wanted: string) => chooseRequest(store, wanted, now).id;
  t.equal(idOf(one), one);
  t.equal(idOf('b'), three);
  t.equal(idOf('BBBB'), three);
  t.equal(idOf('last'), three);
  t.equal(idOf('-1'), three);
  t.equal(idOf('-3'), one);
  t.end();
});

test('a complete id, also when another id begins with it', (t) => {
  t.equal(chooseRequest(storeOf('abc', 'abcd'), 'abc', now).id, 'abc');
  t.end();
});

test('no such request: the error says what to do', (t) => {
  const store = storeOf(one, two);
  const error = (message: string) => ({ name: 'UserError', message, exitCode: 1 });
  t.throws(
    () => chooseRequest(store, 'c\x1b[2J', now),
    error('No request "c\\x1b[2J" is stored. List the stored ones:  scooby list'),
  );
  t.throws(
    () => chooseRequest(store, '', now),
    error('No request "" is stored. List the stored ones:  scooby list'),
  );
  t.throws(
    () => chooseRequest(store, '%', now),
    error('No request "%" is stored. List the stored ones:  scooby list'),
  );
  t.throws(() => chooseRequest(store, '-3', now), error('-3 is too far back: 2 requests are stored.'));
  t.throws(
    () => chooseRequest(store, '-0', now),
    error('No request "-0" is stored. List the stored ones:  scooby list'),
  );
  t.throws(
    () => chooseRequest(storeOf(), 'last', now),
    error('No request is stored. How to record requests:  scooby run --help'),
  );
  t.end();
});

test('an ambiguous prefix: the error lists the ids', (t) => {
  t.throws(() => chooseRequest(storeOf(three, two, one), 'aaa', now), {
    exitCode: 1,
    message: [
      'Several ids begin with "aaa". Write more characters of it:',
      `  ${two}    1m  GET /1  200  10ms`,
      `  ${one}    2m  GET /2  200  10ms`,
    ].join('\n'),
  });
  const many = storeOf(...Array.from({ length: 12 }, (_, n) => `aaa${n}`));
  t.throws(() => chooseRequest(many, 'aaa', now), { message: /(\n {2}aaa.*){10}\n {2}… and more$/ });
  t.end();
});

test('a short id has 8 characters, or as many as make it unique', (t) => {
  const store = storeOf(three, two, one, 'short');
  t.equal(shortId(store, three), 'bbbbbbbb');
  t.equal(shortId(store, one), one);
  t.equal(shortId(store, 'short'), 'short');
  t.end();
});
