/** Loaded before every test file: keeps tap's hooks, and coverage, out of the programs that tests start, which are to run as a user's would. */

import { createRequire } from 'node:module';
import { restore } from './without-loader.cjs';

restore();

// By this tap puts its loader into NODE_OPTIONS of every child process, whatever environment the test gives it.
createRequire(import.meta.url)('process-on-spawn').removeAllListeners();

for (const name of Object.keys(process.env)) {
  if (/^(NODE_OPTIONS$|NODE_V8_COVERAGE$|_TAPJS_)/.test(name)) delete process.env[name];
}
