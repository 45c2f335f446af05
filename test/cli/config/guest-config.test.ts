/** `instruments`, `watch` and `kinds` of a configuration file. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import { readProjectConfig } from '../../../src/cli/config/project-config.js';

function read(t: Test, content: unknown, name = 'scooby.config.json') {
  const root = t.testdir({ '.git': {}, node_modules: { tool: {} } });
  const path = join(root, name);
  writeFileSync(path, JSON.stringify(content, undefined, 1));
  try {
    return { path, config: readProjectConfig(join(path, '..'), { XDG_CONFIG_HOME: root }) };
  } catch (error) {
    return { path, trouble: (error as Error).message.replace(path, 'file') };
  }
}

test('instruments, watched functions and kinds, with the file that they are resolved from', (t) => {
  const { path, config } = read(t, {
    instruments: ['./scooby/search.cjs', 'scooby-instrument-acme'],
    watch: [
      {
        module: '@acme/search',
        export: 'Client.prototype.query',
        kind: 'search',
        name: 'arg0',
        callback: true,
      },
    ],
    kinds: {
      search: {
        title: 'Search',
        noun: 'search',
        nouns: 'searches',
        slow: '200ms',
        loop: true,
        timing: 'find',
      },
    },
  });
  t.same(config?.guests, [
    {
      from: path,
      instruments: ['./scooby/search.cjs', 'scooby-instrument-acme'],
      watch: [
        {
          module: '@acme/search',
          export: 'Client.prototype.query',
          kind: 'search',
          name: 'arg0',
          callback: true,
        },
      ],
      kinds: [
        {
          kind: 'search',
          title: 'Search',
          noun: 'search',
          nouns: 'searches',
          slow: 200,
          loop: true,
          timing: 'find',
        },
      ],
    },
  ]);
  t.equal(read(t, {}).config?.guests, undefined);
  t.end();
});

test("a dependency's package.json says nothing, even in its own folder", (t) => {
  const content = { scooby: { instruments: ['./evil.cjs'] } };
  t.same(read(t, content, 'node_modules/tool/package.json').config?.files, []);
  t.match(read(t, content, 'package.json').config?.guests, [{ instruments: ['./evil.cjs'] }]);
  t.end();
});

test('what is wrong is told with its line', (t) => {
  const troubles: [unknown, string][] = [
    [
      { instruments: './a.cjs' },
      'file:2: "instruments" has to be a list of files, such as ["./scooby/search.cjs"]',
    ],
    [
      { instruments: ['./a.mjs'] },
      'file:2: "instruments" cannot have ./a.mjs: an instrument is loaded before the app, by require(), so it has to be a CommonJS file (.cjs)',
    ],
    [
      { instruments: ['./a.ts'] },
      'file:2: "instruments" cannot have ./a.ts: an instrument is loaded before the app, by require(), so it has to be a CommonJS file (.cjs)',
    ],
    [{ watch: {} }, 'file:2: "watch" has to be a list of { "module", "export" }'],
    [
      { watch: [{ export: 'a' }] },
      'file:3: "watch.0" has to have a "module": a package, or a file of the app',
    ],
    [
      { watch: [{ module: 'a' }] },
      'file:3: "watch.0" has to have an "export": the path of a function, such as Client.prototype.query',
    ],
    [
      { watch: [{ module: 'a', export: 'b()' }] },
      'file:5: "watch.0.export" has to be a path of names, such as Client.prototype.query',
    ],
    [
      { watch: [{ module: 'a', exports: 'b' }] },
      'file:5: "watch.0.exports" is not known; known keys: module, export, kind, name, callback',
    ],
    [
      { watch: [{ module: 'a', export: 'b', kind: 'log' }] },
      'file:6: "watch.0.kind" stands for something else than calls',
    ],
    [
      { watch: [{ module: 'a', export: 'b', kind: 'My Kind' }] },
      'file:6: "watch.0.kind" is none: a kind is a word in small letters, such as search',
    ],
    [
      { watch: [{ module: 'a', export: 'b', callback: 'yes' }] },
      'file:6: "watch.0.callback" has to be true or false',
    ],
    [{ kinds: { sql: {} } }, 'file:2: "kinds" cannot describe "sql": scooby has this kind by itself'],
    [
      { kinds: { find: { colour: 'red' } } },
      'file:4: "kinds.find.colour" is not known; known keys: title, noun, nouns, slow, loop, wraps, timing',
    ],
    [
      { kinds: { find: { slow: 'soon' } } },
      'file:4: "kinds.find.slow" is invalid. Write a duration such as 250ms, 1.5s, 24h or 7d.',
    ],
    [
      { kinds: { find: { title: 3 } } },
      'file:4: "kinds.find.title" has to be a string of up to 100 characters',
    ],
    [{ kinds: { find: { loop: 1 } } }, 'file:4: "kinds.find.loop" has to be true or false'],
  ];
  for (const [content, trouble] of troubles) t.equal(read(t, content).trouble, trouble);
  t.end();
});
