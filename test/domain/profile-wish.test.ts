/** Value of the header X-Scooby-Profile. */

import { test } from 'tap';
import {
  formatProfileWish,
  PROFILE_WISHES,
  parseProfileWish,
  profileKindOf,
} from '../../src/domain/profile-wish.js';

test('each wish is read as it is written', (t) => {
  for (const wish of PROFILE_WISHES)
    for (const more of [true, false]) t.same(parseProfileWish(formatProfileWish(wish, more)), { wish, more });
  t.same(parseProfileWish(' CPU , More'), { wish: 'cpu', more: true });
  t.same(parseProfileWish('wall'), { more: false });
  t.same(parseProfileWish(''), { more: false });
  t.same(PROFILE_WISHES.map(profileKindOf), ['cpu', 'heap', 'cpu']);
  t.end();
});
