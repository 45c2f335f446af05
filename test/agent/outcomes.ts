/** Runs a script of test/fixtures/outcomes with and without the agent: what it shows must be the same, and answers its spans. */

import { join } from 'node:path';
import type { Test } from 'tap';
import type { Span } from '../../src/domain/trace.js';
import { ROOT, runPlain, runRecorded } from './app.js';

// What the scripts do to show what they saw is told as well, and is not what they are about.
const BESIDES = new Set(['console', 'http', 'undici', 'dns', 'node', 'child_process']);

/**
 * Answers the spans of the script's one request, each as `:line name detail (rows) ! error`, after asserting that the
 * script did not notice.
 */
export async function outcomes(t: Test, script: string, env: NodeJS.ProcessEnv, node?: string) {
  const path = join('test/fixtures/outcomes', script);
  const launch = node === undefined ? { env } : { env, node };
  const plain = await runPlain([join(ROOT, path)], launch);
  const { traces, outside, libraries, ...recorded } = await runRecorded([join(ROOT, path)], launch);
  t.same(recorded, plain, 'the same output and exit with and without the agent');
  t.equal(plain.stderr, '');
  t.equal(traces.length, 1);
  const spans = (traces[0]?.spans ?? []).filter(({ library }) => !BESIDES.has(library));
  return {
    said: plain.stdout,
    spans,
    told: spans.map((span) => told(span, path)),
    outside: outside.filter(({ library }) => !BESIDES.has(library)),
    libraries,
  };
}

function told({ name, detail, rows, error, site }: Span, path: string): string {
  const words = [site?.replace(`${path}:`, ':') ?? 'nowhere', name];
  if (detail !== undefined) words.push(JSON.stringify(detail));
  if (rows !== undefined) words.push(`(${rows})`);
  if (error !== undefined) words.push('!', error);
  // Processes and ports of a test's own server are others each time.
  return words
    .join(' ')
    .replace(/,?"connection":\d+/, '')
    .replace(/,?"opened":true/, '')
    .replace(/127\.0\.0\.1:\d+/, 'server');
}
