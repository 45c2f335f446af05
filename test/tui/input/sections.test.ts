import { test } from 'tap';
import { BINDINGS } from '../../../src/tui/input/bindings.js';
import { isBoundIn } from '../../../src/tui/input/key-lookup.js';
import { bySection, sectionOf } from '../../../src/tui/input/sections.js';

const sections = (pane: 'list' | 'table' | 'output') => [
  ...new Set(bySection(BINDINGS.filter((binding) => isBoundIn(binding, pane))).map(sectionOf)),
];

test('the help has the keys of the pane first, then those of the request, and each section once', (t) => {
  t.same(sections('list'), ['list', 'request', 'tabs', 'app', 'screen', 'move']);
  t.same(sections('table'), ['tab', 'request', 'tabs', 'app', 'screen', 'move']);
  t.same(sections('output'), ['output', 'request', 'tabs', 'app', 'screen', 'move']);
  t.end();
});
