import { test } from 'tap';
import { FrontSources } from '../../../src/web/extension/front-source.js';

const ORIGIN = 'http://localhost:5173';
/** Line 1 of the script is line 31 of the source. */
const MAP = { version: 3, sources: ['../../src/Orders.tsx'], mappings: 'AA8BA' };
/** Its first columns are of a dependency, those from 4 on of the app. */
const BUNDLE = {
  version: 3,
  sources: ['webpack://shop/node_modules/axios/index.js', 'webpack://shop/./src/Cart.tsx'],
  mappings: 'AAAA,ICOA',
};
const encoded = (map: object) =>
  `data:application/json;base64,${Buffer.from(JSON.stringify(map)).toString('base64')}`;
const FILES: Record<string, string> = {
  [`${ORIGIN}/src/Orders.tsx?t=5`]: `fetch()\n//# sourceMappingURL=${encoded({ ...MAP, sources: ['Orders.tsx'] })}`,
  [`${ORIGIN}/assets/index-B3x.js`]:
    'a\n//# sourceMappingURL=/old.map\n//# sourceMappingURL=index-B3x.js.map',
  [`${ORIGIN}/assets/index-B3x.js.map`]: `)]}'\n${JSON.stringify(MAP)}`,
  [`${ORIGIN}/bundle.js`]: `a//# sourceMappingURL=${encoded(BUNDLE)}`,
  [`${ORIGIN}/broken.js`]: 'a//# sourceMappingURL=data:application/json;base64,%',
  [`${ORIGIN}/plain.js`]: 'a',
};

function stackOf(...places: [url: string, column?: number][]) {
  const callFrames = places.map(([url, columnNumber = 0]) => ({
    ...{ url: `${ORIGIN}${url}`, lineNumber: 0, columnNumber, functionName: 'load' },
  }));
  return { type: 'script', stack: { callFrames } };
}

function sources() {
  const read: string[] = [];
  const readText = async (url: string) => {
    read.push(url.replace(ORIGIN, ''));
    return FILES[url];
  };
  return { front: new FrontSources(readText, readText), read };
}

test('the line of the source: of a module of Vite, of a bundle with its map beside it', async (t) => {
  const { front, read } = sources();
  t.same(await front.lineOf(stackOf(['/src/Orders.tsx?t=5'])), {
    name: 'Orders.tsx:31',
    url: `${ORIGIN}/src/Orders.tsx`,
    line: 31,
    column: 0,
    function: 'load',
  });
  t.match(await front.lineOf(stackOf(['/assets/index-B3x.js'])), {
    name: 'Orders.tsx:31',
    url: `${ORIGIN}/src/Orders.tsx`,
  });
  t.equal((await front.lineOf(stackOf(['/assets/index-B3x.js'])))?.name, 'Orders.tsx:31');
  t.same(read, ['/src/Orders.tsx?t=5', '/assets/index-B3x.js', '/assets/index-B3x.js.map'], 'each once');
});

test('a dependency in the bundle is passed over, as its source is one', async (t) => {
  const { front } = sources();
  const found = await front.lineOf(stackOf(['/bundle.js', 1], ['/bundle.js', 6]));
  t.equal(found?.name, 'Cart.tsx:8');
  t.equal(
    (await front.lineOf(stackOf(['/bundle.js', 1])))?.name,
    'index.js:1',
    'where nothing else is there',
  );
});

test('without a map it is the line of the script', async (t) => {
  const { front } = sources();
  for (const name of ['plain', 'broken', 'gone'])
    t.equal((await front.lineOf(stackOf([`/${name}.js`])))?.name, `${name}.js:1`);
  const parser = { type: 'parser', url: `${ORIGIN}/orders/`, lineNumber: 2 };
  t.equal((await front.lineOf(parser))?.name, '/orders/:3');
  t.equal(await front.lineOf(undefined), undefined);
});
