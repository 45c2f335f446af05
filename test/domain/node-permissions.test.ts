/** Options of Node's permission model: what they allow, and which of them are code. */

import { test } from 'tap';
import { isCodeOption, isPathAllowed } from '../../src/domain/node-permissions.cjs';

test('a path is allowed by itself, by a folder above it, by a prefix with *, and by *', (t) => {
  const allows = (value: string) =>
    isPathAllowed([`--allow-fs-read=${value}`], 'read', '/app/dist/agent.cjs');
  for (const value of ['*', '/app/dist/agent.cjs', '/app', '/app/', '/ap*', '/app/*', '/etc,/app'])
    t.equal(allows(value), true, value);
  for (const value of ['/ap', '/app/dist/agent', '/app/src', '.', '/etc/*'])
    t.equal(allows(value), false, value);
  t.equal(isPathAllowed(['--allow-fs-write=*', '--permission'], 'read', '/app'), false);
  t.end();
});

test('options whose value is code', (t) => {
  for (const word of ['-e', '-p', '-pe', '--eval', '--print', '--eval=1\n2'])
    t.equal(isCodeOption(word), true, word);
  for (const word of ['-r', '--require', '-ex', '--evaluate', 'app.js'])
    t.equal(isCodeOption(word), false, word);
  t.end();
});
