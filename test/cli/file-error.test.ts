/** Reasons for which files cannot be read or written. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { fileErrorReason } from '../../src/cli/file-error.js';

function reasonOf(fn: () => void): string | undefined {
  try {
    fn();
  } catch (error) {
    return fileErrorReason(error);
  }
  return undefined;
}

test('errors of files are told in words, others by their message', (t) => {
  const folder = t.testdir({ file: '' });
  t.equal(
    reasonOf(() => readFileSync(join(folder, 'none'))),
    'there is no such file or folder',
  );
  t.equal(
    reasonOf(() => writeFileSync(join(folder, 'file/below'), '')),
    'there is no such file or folder',
  );
  t.equal(
    reasonOf(() => readFileSync(folder)),
    'it is a folder',
  );
  t.equal(
    fileErrorReason(Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO' })),
    'EIO: i/o error, read',
  );
  t.equal(fileErrorReason(new Error('the file.id is no text')), 'the file.id is no text');
  t.end();
});
