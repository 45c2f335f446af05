/** Shell lines as simple commands. */

import { test } from 'tap';
import { simpleCommands } from '../../../src/cli/start-problems/shell-words.js';

test('operators, quotes, assignments', (t) => {
  t.same(simpleCommands('A=1 B="x y" node a.js --x=\'1 2\' && (cd b; npm start) | tee "a \\"b\\"" & wait'), [
    { assignments: { A: '1', B: 'x y' }, words: ['node', 'a.js', '--x=1 2'] },
    { assignments: {}, words: ['cd', 'b'] },
    { assignments: {}, words: ['npm', 'start'] },
    { assignments: {}, words: ['tee', 'a "b"'] },
    { assignments: {}, words: ['wait'] },
  ]);
  t.same(simpleCommands('A=\'$B c\'"d"e node'), [{ assignments: { A: '$B cde' }, words: ['node'] }]);
  t.same(simpleCommands(''), []);
  t.same(simpleCommands('node "unended'), [{ assignments: {}, words: ['node', 'unended'] }]);
  t.end();
});
