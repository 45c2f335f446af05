/** Files that a request is saved to. */

import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { fileOf, saveNewFile } from '../../../src/tui/effects/save-file.js';
import { traceAt } from '../fake.js';
import { createBrowser } from '../terminal.js';

test('as JSON it is the trace, as Markdown each tab in a block of its own', (t) => {
  const trace = traceAt(0);
  const json = fileOf(trace, 'json', () => undefined);
  t.equal(json.name, `scooby-${trace.id.slice(0, 8)}.json`);
  t.same(JSON.parse(json.text), JSON.parse(JSON.stringify(trace)));
  const { name, text } = fileOf({ ...trace, url: '/caf%C3%A9?q=```' }, 'markdown', () => undefined);
  t.equal(name, `scooby-${trace.id.slice(0, 8)}.md`);
  t.match(text, /^# GET \/café\?q=```\n\n200, 14ms, 2026-01-15T12:00:00\.000Z, id /);
  t.match(text, /\n## Overview\n\n`{3,}\n/);
  t.match(text, /\n## SQL\n\n`{3,}\n/);
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

test('Y saves the selected request, and says where', async (t) => {
  const { browser, terminal, press } = createBrowser(3);
  press('Y', 'j');
  await new Promise((resolve) => setImmediate(resolve));
  t.match(terminal.calls.at(-1), /^file scooby-[\da-f]{8}\.json \{\n/);
  t.match(browser.state.notice?.text, /^saved as scooby-[\da-f]{8}\.json in this folder$/);
  browser.close();
});
