import { test } from 'tap';
import { againQuestion, replayableHeaders, sentWithout } from '../../src/feed/replayable.js';
import { aTrace } from '../factory.js';

test('headers that were recorded whole are sent again, those of the connection are not', (t) => {
  const trace = aTrace({
    headers: {
      request: [
        ['Accept', 'text/html'],
        ['Cookie', 'a=REDACTED'],
        ['Connection', 'close'],
        ['X-Scooby-Record', '1'],
        ['Content-Length', '7'],
      ],
    },
  });
  const { headers, without } = replayableHeaders(trace);
  t.same(headers, [['Accept', 'text/html']]);
  t.equal(sentWithout(without), 'sent without cookie, its body: never recorded');
  t.equal(againQuestion(trace, 'GET /a'), 'send GET /a again, without cookie, its body?');
  t.equal(againQuestion(aTrace(), 'GET /a'), 'send GET /a again?');
  t.end();
});

test('attacker: a name of an imported file that would move the cursor of the terminal', (t) => {
  const trace = aTrace({ headers: { request: [['X\u001b[2J\nY', 'REDACTED']] } });
  const { without } = replayableHeaders(trace);
  t.same(without, ['x\\x1b[2j y']);
  t.end();
});
