import { test } from 'tap';
import { ShapeCache } from '../../../src/insight/calls/shapes.js';
import { aSpan } from '../../factory.js';

test('a synchronous call is its function without the argument, a blocked loop is itself', (t) => {
  const names = {
    'fs.readFileSync /etc/my hosts': 'fs.readFileSync',
    'crypto.pbkdf2Sync': 'crypto.pbkdf2Sync',
    'event loop': 'event loop',
  };
  const shapes = new ShapeCache({});
  for (const [name, text] of Object.entries(names))
    t.equal(shapes.shapeOf(aSpan({ kind: 'block', name })).text, text);
  t.end();
});
