import fc from 'fast-check';
import { test } from 'tap';
import {
  frontLineOf,
  initiatorLines,
  isFrontScript,
  lineName,
} from '../../../src/web/extension/front-line.js';
import { holds } from '../../property.js';

const frame = (url: string, lineNumber: number, functionName = '') => ({
  url,
  lineNumber,
  columnNumber: 4,
  functionName,
});
const VITE = 'http://localhost:5173';

test('the first line of the app, across turns of the loop', (t) => {
  const initiator = {
    type: 'script',
    stack: {
      callFrames: [
        frame(`${VITE}/node_modules/.vite/deps/axios.js?v=1`, 1600, 'dispatchXhrRequest'),
        frame('chrome-extension://abc/hook.js', 1),
      ],
      parent: {
        callFrames: [frame(`${VITE}/src/api/Orders.tsx?t=5`, 30, 'load'), frame(`${VITE}/src/main.tsx`, 2)],
      },
    },
  };
  t.same(frontLineOf(initiator), {
    name: 'Orders.tsx:31',
    url: `${VITE}/src/api/Orders.tsx?t=5`,
    line: 31,
    column: 4,
    function: 'load',
  });
  t.equal(initiatorLines(initiator).length, 4);
  t.end();
});

test('a document whose parser has found it, and a stack without a line of the app', (t) => {
  t.equal(frontLineOf({ type: 'parser', url: `${VITE}/orders/?a=1#b`, lineNumber: 2 })?.name, '/orders/:3');
  const onlyLibrary = { type: 'script', stack: { callFrames: [frame(`${VITE}/node_modules/a/b.js`, 0)] } };
  t.equal(frontLineOf(onlyLibrary)?.name, 'b.js:1');
  for (const none of [undefined, {}, { type: 'other' }, { type: 'script', stack: {} }, { type: 'preload' }])
    t.equal(frontLineOf(none), undefined);
  t.end();
});

test('which scripts are the app’s own', (t) => {
  const own = [
    '/src/App.tsx',
    '/assets/index-B3x.js',
    '/_next/static/chunks/app/page-1.js',
    '/js/vendoring.js',
    '/main.js',
  ];
  const others = [
    ...[
      '/node_modules/react/index.js',
      '/@vite/client',
      '/@react-refresh',
      '/_next/static/chunks/framework-1.js',
    ],
    ...[
      '/_next/static/chunks/node_modules_next_dist.js',
      '/assets/vendor-12ab.js',
      '/js/chunk-vendors.js',
      '/polyfills.js',
    ],
    ...['/_next/static/chunks/main-app.js', '/.vite/deps/vue.js'],
  ];
  for (const path of own) t.equal(isFrontScript(VITE + path), true, path);
  for (const path of others) t.equal(isFrontScript(VITE + path), false, path);
  t.equal(isFrontScript(''), false);
  t.end();
});

test('names of lines', (t) => {
  t.equal(lineName('http://a/', 1), '/:1');
  t.equal(lineName('http://a/b%20c.js?x', 2), 'b c.js:2');
  t.equal(lineName('webpack-internal:///./src/App.js', 3), 'App.js:3');
  t.equal(lineName('%', 4), '%:4');
  t.equal(lineName(`http://a/${'x'.repeat(500)}`, 5).length, 83);
  t.end();
});

test('stacks of hostile pages are text, or none', async (t) => {
  const anything = fc.anything({ withNullPrototype: true });
  const hostile = fc.record(
    {
      type: fc.oneof(fc.constantFrom('parser', 'script'), anything),
      url: anything,
      lineNumber: fc.oneof(anything, fc.integer()),
      stack: fc.record({
        callFrames: fc.oneof(
          anything,
          fc.array(fc.record({ url: fc.webUrl(), lineNumber: fc.oneof(anything, fc.nat()) })),
        ),
      }),
    },
    { requiredKeys: [] },
  );
  const property = fc.property(hostile, (initiator) => {
    for (const line of initiatorLines(initiator as never)) {
      if (typeof line.name !== 'string' || line.line < 1 || !Number.isInteger(line.line))
        throw new Error(line.name);
    }
  });
  await holds(property, 500);
  const endless = { callFrames: [frame('http://a/b.js', 1)], parent: undefined as unknown };
  endless.parent = endless;
  t.equal(initiatorLines({ stack: endless as never }).length, 20);
});
