import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { test } from 'tap';
import { uidOfConnection } from '../../../src/web/server/peer-user.js';
import { servePage } from '../served-page.js';

const TABLE = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1306 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 101 1 0000000000000000 100 0 0 10 0
   1: 0100007F:1306 0100007F:A01C 01 00000000:00000000 00:00000000 00000000  1000        0 102 1 0000000000000000 20 4 30 10 -1
   2: 0100007F:A01C 0100007F:1306 01 00000000:00000000 02:00000A3F 00000000  1001        0 103 1 0000000000000000 20 4 30 10 -1
`;

test('the user of the other end, not of this one', (t) => {
  t.equal(uidOfConnection(TABLE, 0xa01c, 0x1306), 1001);
  t.equal(uidOfConnection(TABLE, 0x1306, 0xa01c), 1000);
  t.equal(uidOfConnection(TABLE, 0x1306, 0x1307), undefined);
  t.equal(uidOfConnection('', 1, 2), undefined);
  const gone = TABLE.replace(
    '02:00000A3F 00000000  1001        0 103',
    '02:00000A3F 00000000     0        0 0',
  );
  t.equal(
    uidOfConnection(gone, 0xa01c, 0x1306),
    'none',
    'closed, as a program does that only wants to be read',
  );
  t.equal(uidOfConnection(gone.replace(' 0 0 1 ', ' 0 103 1 '), 0xa01c, 0x1306), 0, 'root');
  t.end();
});

const ASK = `const [url] = process.argv.slice(1);
require('node:http').get(url, (answer) => { console.log(answer.statusCode, answer.resume().headers['set-cookie']); });`;

test('attacker: another user who has seen the link in ps', {
  skip: process.platform !== 'linux' && 'only Linux tells the user',
}, async (t) => {
  const uid = process.getuid!();
  // Root may become another user; any other is one to an owner who is not himself.
  const [owner, who] = uid === 0 ? [1234, { uid: 1235, gid: 1235 }] : [uid + 1, {}];
  const served = await servePage(t, [], owner);
  const ask = async (user: object) =>
    (await promisify(execFile)(process.execPath, ['-e', ASK, served.link()], { ...user, cwd: '/', env: {} }))
      .stdout;
  t.equal(await ask(who), '403 undefined\n');
  if (uid !== 0) return;
  t.match(await ask({ uid: 1234, gid: 1234 }), /^303 /, 'the owner');
  t.match(await ask({}), /^303 /, 'root, who can read anything');
});
