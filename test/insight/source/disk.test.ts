import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { disk } from '../../../src/insight/source/disk.js';

test('anything unreadable counts as missing', (t) => {
  const folder = t.testdir();
  mkdirSync(join(folder, 'closed'));
  writeFileSync(join(folder, 'closed/a.js'), 'a();');
  chmodSync(join(folder, 'closed'), 0);
  const paths = ['/srv/\0', `/${'x'.repeat(300)}`, '/dev/zero', folder, join(folder, 'none')];
  // root can enter any folder.
  if (process.getuid?.() !== 0) paths.push(join(folder, 'closed/a.js'));
  for (const path of paths) {
    const name = JSON.stringify(path.slice(0, 40));
    t.equal(disk.identity(path), undefined, name);
    t.equal(disk.read(path), undefined, name);
    t.doesNotThrow(() => [disk.written(path), disk.size(path), disk.real(path)]);
  }
  chmodSync(join(folder, 'closed'), 0o700);
  t.end();
});
