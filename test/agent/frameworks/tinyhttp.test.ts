import { test } from 'tap';
import { tinyhttp } from '../../../src/agent/frameworks/tinyhttp.cjs';

test('a pattern of the app goes on from where it was', (t) => {
  const pattern = /^\/orders/g;
  class App {
    middleware = [{ type: 'route', method: 'GET', path: pattern, regex: { pattern }, handler() {} }];
    handler(): number {
      return pattern.lastIndex;
    }
  }
  tinyhttp.files!['@tinyhttp/app/dist/app.js']!({ App } as never);
  const handler = new App().handler as unknown as (request: object) => number;
  t.equal(handler.call(new App(), { method: 'GET', url: '/orders/7' }), 0);
  t.end();
});
