import { test } from 'tap';
import { keyLines, locateJsonError } from '../../../src/cli/config/json-positions.js';

test('line of each key and item', (t) => {
  const text = `{
  "a": 1, "b": {
    "c": [
      "x, \\"y\\": {",
      { "d":
          null }, 3
    ]
  },

  "e": "f"
}`;
  JSON.parse(text);
  t.same(Object.fromEntries(keyLines(text)), {
    '': 1,
    a: 2,
    b: 2,
    'b.c': 3,
    'b.c.0': 4,
    'b.c.1': 5,
    'b.c.1.d': 5,
    'b.c.2': 6,
    e: 10,
  });
  t.same(Object.fromEntries(keyLines('[]')), { '': 1 });
  t.end();
});

test('line and message of invalid JSON', (t) => {
  const errorOf = (text: string) => {
    try {
      JSON.parse(text);
    } catch (error) {
      return locateJsonError(text, error);
    }
    return undefined;
  };
  t.match(errorOf('{\n  "a": 1,\n}'), { line: 3, message: /\w/ });
  t.match(errorOf('{\n  "a": 1\n\n'), { line: 4, message: /\w/ });
  t.end();
});
