import { test } from 'tap';
import { pagePlace, slugOf } from '../../src/screens/page-place.js';
import { aSpan, aTrace } from '../factory.js';

test('places of requests and calls', (t) => {
  const trace = aTrace({ id: 'a/b', spans: [aSpan({}), aSpan({ kind: 'log' })] });
  t.equal(pagePlace(trace), '/r/a%2Fb');
  t.equal(pagePlace(trace, 0), '/r/a%2Fb/sql/0');
  t.equal(pagePlace(trace, 1), '/r/a%2Fb/logs/1');
  t.equal(pagePlace(trace, 2), '/r/a%2Fb', 'there is no such call');
  t.equal(slugOf('http'), 'http');
  t.end();
});
