/** Addresses of the page, both ways. */

import { test } from 'tap';
import {
  FIRST_LIST,
  formatAddress,
  type PageAddress,
  parsePageAddress,
} from '../../../../src/web/page/state/address.js';

test('an address is the same after a round by the URL', (t) => {
  const addresses: [PageAddress, string][] = [
    [FIRST_LIST, '#/'],
    [
      { ...FIRST_LIST, view: 'n+1', filter: 'status>=400 or "a&b"' },
      '#/n+1?q=status%3E%3D400+or+%22a%26b%22',
    ],
    [
      { ...FIRST_LIST, view: 'routes', sort: { by: 'duration', reverse: true } },
      '#/routes?sort=duration&order=reverse',
    ],
    [{ ...FIRST_LIST, from: 10, to: 20 }, '#/?from=10&to=20'],
    [{ at: 'request', id: 'a/b' }, '#/r/a%2Fb'],
    [{ at: 'request', id: '1', tab: 'sql', item: 12 }, '#/r/1/sql/12'],
    [{ at: 'diff', before: '1', after: '2' }, '#/diff/1/2'],
  ];
  for (const [address, hash] of addresses) {
    t.equal(formatAddress(address), hash);
    t.same(parsePageAddress(hash), address);
  }
  t.end();
});

test('what is no address is the first list; what is broken in one is left out', (t) => {
  for (const hash of ['', '#', '#/', '#/nothing', '#/r', '#/r/', '#/diff/1', '#/?sort=__proto__&from=x&to=1'])
    t.same(parsePageAddress(hash), FIRST_LIST, hash);
  t.same(parsePageAddress('#/r/%E0%A4%A/sql/x'), { at: 'request', id: '%E0%A4%A', tab: 'sql' });
  t.same(parsePageAddress('#/r/1/sql/-1'), { at: 'request', id: '1', tab: 'sql' });
  t.end();
});
