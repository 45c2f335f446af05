import { test } from 'tap';
import { HandlerPlaces } from '../../src/collector/handler-places.js';
import type { Frame } from '../../src/domain/trace.js';

const frame = (name: string, file: string, line: number): Frame => ({
  function: name,
  file,
  line,
  column: 1,
  application: !file.includes('node_modules'),
});
const WRAP = frame('asyncUtilWrap', 'node_modules/express-async-handler/index.js', 3);
const LAYER = frame('Layer.handle', 'node_modules/express/lib/router/layer.js', 95);
const call = (...stack: Frame[]) => ({ kind: 'sql', stack });

test('the handler is the app’s function that a package’s has wrapped', (t) => {
  const places = new HandlerPlaces();
  const load = frame('load', 'models/link.js', 9);
  const get = frame('get', 'handlers/links.js', 20);
  t.equal(places.wrappedBy('asyncUtilWrap', [call(load), call(load, get, WRAP, LAYER)]), get);
  t.equal(places.wrappedBy('asyncUtilWrap', [call(load)]), undefined, 'not by the stacks after an await');
  t.equal(places.wrappedBy('get', [call(load, get, WRAP, LAYER)]), undefined, 'no function of a package');
  const nameless = frame('<anonymous>', 'handlers/links.js', 20);
  t.equal(places.wrappedBy('asyncUtilWrap', [call(nameless, WRAP, LAYER)]), undefined);
  const other = frame('validate', 'node_modules/joi/index.js', 1);
  t.equal(places.wrappedBy('asyncUtilWrap', [call(load, other, WRAP)]), undefined, 'another package’s');
  t.end();
});

test('the place of a handler is where its function is written, once a stack has shown it', (t) => {
  const places = new HandlerPlaces();
  const inside = frame('get', 'handlers/links.js', 20);
  const beginning = frame('get', 'handlers/links.js', 14);
  t.equal(places.placeOf('get', [call(inside, WRAP)]), undefined);
  places.learn(inside, beginning);
  t.equal(places.placeOf('get', [call(inside, WRAP)]), beginning);
  t.equal(places.placeOf('list', [call(inside, WRAP)]), undefined);
  t.same(places.handlerOf('get', [call(inside, LAYER)]), { name: 'get', place: beginning });
  t.same(places.handlerOf('asyncUtilWrap', [call(inside, WRAP)]), { name: 'get', place: beginning });
  t.same(places.handlerOf('list', [call(inside, WRAP)]), { name: 'list', place: undefined });
  t.end();
});
