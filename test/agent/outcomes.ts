/** Runs a script of test/fixtures/outcomes with and without the agent and compares its output. */

import { join } from 'node:path';
import type { Test } from 'tap';
import type { Span } from '../../src/domain/trace.js';
import { ROOT, runPlain, runRecorded } from './app.js';

// Libraries that scripts use to show results: their spans are not under test.
const HELPER_LIBRARIES = new Set(['console', 'http', 'undici', 'dns', 'node', 'child_process']);

/**
 * Spans of the script's only request, each as a line `:line name detail (rows) ! error`, after
 * asserting that output and exit are the same with and without the agent.
 */
export async function outcomes(t: Test, script: string, env: NodeJS.ProcessEnv, node?: string) {
  const path = join('test/fixtures/outcomes', script);
  const launch = node === undefined ? { env } : { env, node };
  const plain = await runPlain([join(ROOT, path)], launch);
  const { traces, outside, libraries, ...recorded } = await runRecorded([join(ROOT, path)], launch);
  t.same(recorded, plain, 'the same output and exit with and without the agent');
  t.equal(plain.stderr, '');
  t.equal(traces.length, 1);
  const spans = (traces[0]?.spans ?? []).filter(({ library }) => !HELPER_LIBRARIES.has(library));
  return {
    stdout: plain.stdout,
    spans,
    lines: spans.map((span) => spanLine(span, path)),
    outside: outside.filter(({ library }) => !HELPER_LIBRARIES.has(library)),
    libraries,
  };
}

function spanLine({ name, detail, rows, error, site }: Span, path: string): string {
  const words = [site?.replace(`${path}:`, ':') ?? 'nowhere', name];
  if (detail !== undefined) words.push(JSON.stringify(detail));
  if (rows !== undefined) words.push(`(${rows})`);
  if (error !== undefined) words.push('!', error);
  // Process ids, times and ports of a test's own server differ in each run.
  return words
    .join(' ')
    .replace(/"(?:connection|opened|source|queue|paused)":(?:true|[\d.]+),?/g, '')
    .replace(',}', '}')
    .replace(/127\.0\.0\.1:\d+/, 'server');
}
