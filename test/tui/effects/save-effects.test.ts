import { test } from 'tap';
import { createBrowser, waitUntil } from '../terminal.js';

/** Files that keys have written: their names and texts. */
async function saved(keys: string[], count = 3) {
  const { browser, terminal, press } = createBrowser(count);
  press(...keys);
  await waitUntil(() => browser.state.notice !== undefined);
  const calls = terminal.calls.map((call) => /^file (\S+) ([\s\S]*)$/.exec(call)?.slice(1) ?? []);
  browser.close();
  return { files: calls as [string, string][], notice: browser.state.notice!.text };
}

test('Y saves the selected request in each format, and says where', async (t) => {
  const texts: Record<string, [name: RegExp, text: RegExp]> = {
    m: [/^scooby-[\da-f]{8}\.md$/, /^# GET [\s\S]*\n## Overview/],
    i: [/^scooby-[\da-f]{8}-issue\.md$/, /GET/],
    j: [/^scooby-[\da-f]{8}\.json$/, /^\{"id":/],
    h: [/^scooby-[\da-f]{8}\.har$/, /^\{"log":\{"version":"1\.2"/],
    o: [/^scooby-[\da-f]{8}-otlp\.json$/, /^\{"resourceSpans":/],
  };
  for (const [key, [name, text]] of Object.entries(texts)) {
    const { files, notice } = await saved(['Y', key]);
    t.match(files[0]![0], name);
    t.match(files[0]![1], text);
    t.equal(notice, `saved as ${files[0]![0]} in this folder`);
  }
});

test('a request without a profile says so', async (t) => {
  t.match((await saved(['Y', 'c'])).notice, /^This request has no CPU profile\./);
});

test('the list is one file with a line for each request, at most 100', async (t) => {
  const { files } = await saved(['Y', 'l']);
  t.equal(files[0]![0], 'scooby-3-requests.json');
  t.equal(files[0]![1].trimEnd().split('\n').length, 3);
  const many = await saved(['Y', 'l'], 120);
  t.equal(many.files[0]![1].trimEnd().split('\n').length, 100);
  t.equal(many.notice, 'the first 100 of the list saved as scooby-100-requests.json in this folder');
});
