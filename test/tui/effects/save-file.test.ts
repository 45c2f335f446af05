/** Files that a request is saved to. */

import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { fileNameOf, saveNewFile, tabsAsMarkdown } from '../../../src/tui/effects/save-file.js';
import { traceAt } from '../fake.js';

test('Markdown has each tab in a block of its own', (t) => {
  const text = tabsAsMarkdown({ ...traceAt(0), url: '/caf%C3%A9?q=```' }, () => undefined);
  t.match(text, /^# GET \/café\?q=```\n\n200, 14ms, 2026-01-15T12:00:00\.000Z, id /);
  t.match(text, /\n## Overview\n\n`{3,}\n/);
  t.match(text, /\n## SQL\n\n`{3,}\n/);
  t.equal(fileNameOf('scooby-1', 'tabs'), 'scooby-1.md');
  t.equal(fileNameOf('scooby-1', 'har'), 'scooby-1.har');
  t.end();
});

test('a file is never replaced, and is readable by its user alone', (t) => {
  const folder = t.testdir({ 'a.md': 'mine' });
  t.equal(saveNewFile(folder, 'a.md', 'one'), 'a-2.md');
  t.equal(saveNewFile(folder, 'a.md', 'two'), 'a-3.md');
  t.equal(readFileSync(join(folder, 'a.md'), 'utf8'), 'mine');
  t.equal(readFileSync(join(folder, 'a-3.md'), 'utf8'), 'two');
  t.equal(statSync(join(folder, 'a-2.md')).mode & 0o777, 0o600);
  t.end();
});
