/** Source maps of any shape, and scripts of any name: no map and no name costs more than itself. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { test } from 'tap';
import { FrameResolver } from '../../src/insight/source/frames.js';
import { pathOfSource, scriptLocation } from '../../src/insight/source/script-location.js';
import { inlineMap, MappedScript, mapPath, mapUrl } from '../../src/insight/source/source-map.js';
import { anyText, holds } from '../property.js';

const mappings = fc.oneof(fc.string({ unit: fc.constantFrom(...'AACDEgB;,+/x') }), anyText(), fc.jsonValue());

/** A map, one or several of whose fields are of any type. */
const aMap: fc.Arbitrary<object> = fc.letrec<{ map: object }>((tie) => ({
  map: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record(
      {
        version: fc.oneof(fc.constant(3), fc.jsonValue()),
        sources: fc.oneof(fc.array(fc.oneof(anyText(), fc.jsonValue())), fc.jsonValue()),
        sourcesContent: fc.oneof(fc.array(fc.oneof(anyText(), fc.jsonValue())), fc.jsonValue()),
        names: fc.oneof(fc.constant([]), fc.jsonValue()),
        mappings,
        sourceRoot: fc.oneof(anyText(), fc.jsonValue()),
        ignoreList: fc.oneof(fc.array(fc.nat()), fc.jsonValue()),
      },
      { requiredKeys: ['mappings'] },
    ),
    fc.record({
      version: fc.constant(3),
      sections: fc.oneof(
        fc.array(
          fc.record({
            offset: fc.oneof(
              fc.record({ line: fc.maxSafeInteger(), column: fc.maxSafeInteger() }),
              fc.record({ line: fc.nat({ max: 50 }), column: fc.nat({ max: 50 }) }),
              fc.jsonValue(),
            ),
            map: tie('map'),
          }),
          { maxLength: 4 },
        ),
        fc.jsonValue(),
      ),
    }),
  ),
})).map;

const aMapText = fc.oneof(
  aMap.map((map) => JSON.stringify(map)),
  fc.json(),
  anyText(),
);
const aName = fc.oneof(
  anyText(),
  anyText().map((text) => `/srv/shop/${text}`),
  anyText().map((text) => `file:///${text}`),
  anyText().map((text) => `webpack://${text}`),
  anyText().map((text) => `eval at f (${text}:1:2), <anonymous>:3:4`),
  fc.constantFrom(
    '/srv/\0',
    `/${'x'.repeat(300)}`,
    `/${'x/'.repeat(3000)}`,
    'file://%',
    '/dev/zero',
    '/proc/self/mem',
  ),
);
const aLine = fc.oneof(fc.nat({ max: 9 }), fc.integer());

test('a map of any shape answers positions and texts, or none', () =>
  holds(
    fc.property(aMapText, aLine, aLine, (map, line, column) => {
      const script = new MappedScript(undefined, map, '/srv/shop/a.js');
      const found = script.original(line, column);
      if (found === undefined) return true;
      const text: unknown = script.content(found.source);
      return (
        typeof found.source === 'string' &&
        found.line >= 1 &&
        found.column >= 1 &&
        (text === undefined || typeof text === 'string')
      );
    }),
    1500,
  ));

test('a script of any name, with a map of any shape, answers a frame', async () => {
  const folder = mkdtempSync('/tmp/scooby-test-maps-');
  mkdirSync(join(folder, 'src'));
  const file = join(folder, 'src/a.js');
  const inline = (map: string) => `data:application/json;base64,${Buffer.from(map).toString('base64')}`;
  const url = fc.oneof(aMapText.map(inline), aName, fc.constantFrom('a.js.map', '/dev/zero', '..', '/'));
  try {
    await holds(
      fc.property(aName, aMapText, url, aLine, aLine, (name, map, url, line, column) => {
        writeFileSync(file, `a();\nb();\n//# sourceMappingURL=${url}\n`);
        writeFileSync(`${file}.map`, map);
        const frames = new FrameResolver(folder);
        frames.addMap(name, map);
        for (const script of [name, file]) {
          const frame = frames.resolve('f', script, line, column);
          const source = frames.sourceOf(frame);
          if (typeof frame.file !== 'string' || typeof frame.application !== 'boolean') return false;
          if (source !== undefined && typeof source.text !== 'string') return false;
        }
        return true;
      }),
      300,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('names and URLs of any text answer paths, or none', () =>
  holds(
    fc.property(aName, anyText(), (name, text) => {
      scriptLocation(name, 1, 1);
      pathOfSource(name, '/srv/shop');
      mapUrl(`${name}\n//# sourceMappingURL=${text}\n${name}`);
      inlineMap(`data:${text},${name}`);
      mapPath(text, '/srv/shop/a.js');
    }),
    500,
  ));
