import { test } from 'tap';
import { HeldExchanges } from '../../src/collector/held-exchanges.js';

function heldOf(...ids: string[]) {
  const released: string[] = [];
  let dropped = 0;
  const held = new HeldExchanges((count) => {
    dropped += count;
  });
  for (const id of ids) held.hold({ id, release: () => void released.push(id) });
  return { held, released, dropped: () => dropped };
}

test('an exchange is reported once, when a call of it is read', (t) => {
  const { held, released } = heldOf('a', 'b', 'c');
  held.ended('b');
  held.release('b');
  held.release('b');
  held.release('z');
  t.same(released, ['b']);
  held.releaseAll();
  t.same(released, ['b', 'a', 'c']);
  t.end();
});

test('one that has ended is dropped a while later, and one that runs stays', async (t) => {
  const { held, released, dropped } = heldOf('a', 'b');
  held.ended('a');
  // The timer of what is held keeps no process running; in a run the app does.
  const running = setInterval(() => {}, 1000);
  while (dropped() === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  clearInterval(running);
  held.release('a');
  t.same([released, dropped()], [[], 1]);
  held.release('b');
  t.same(released, ['b']);
});

test('no more than 5000 are held: the oldest are dropped', (t) => {
  const { held, released, dropped } = heldOf(...Array.from({ length: 5002 }, (_, n) => `${n}`));
  t.equal(dropped(), 2);
  held.releaseAll();
  t.same([released.length, released[0]], [5000, '2']);
  t.end();
});
