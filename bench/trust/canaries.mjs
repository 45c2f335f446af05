/** The canaries of test/canaries.test.ts, with the servers that the tests use. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { DIST } from './scooby-run.mjs';

export async function canaries() {
  const test = join(DIST, 'test/canaries.test.js');
  const child = spawn(process.execPath, [`--import=${join(DIST, 'test/alone.js')}`, test]);
  let output = '';
  child.stdout.on('data', (text) => (output += text));
  const [code] = await once(child, 'close');
  const found = /(\d+) canaries/.exec(output)?.[0] ?? 'canaries planted in every channel';
  return {
    found: `${found}, none found`,
    failures: code === 0 ? [] : output.split('\n').filter((line) => /not ok/.test(line)),
  };
}
