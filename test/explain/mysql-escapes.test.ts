import { test } from 'tap';
import {
  backslashRefusal,
  falsePlaceholderRefusal,
  withoutMarkedComments,
} from '../../src/explain/mysql-escapes.js';

test('attacker: a value that the driver writes into a text of the statement', (t) => {
  const refused = (...statements: string[]) => falsePlaceholderRefusal(statements, 'mysql2') !== undefined;
  // q = 'what'1 OR 1=1'' AND id = ?
  t.ok(refused("select * from t where q = 'what?' and id = ?"));
  t.ok(refused('select * from t where q = "??" and id = ?'));
  t.ok(refused('select `really?` from t where id = ?'));
  t.ok(refused("select * from t where q = 'what?'", 'select * from t where q = ?'), 'in one list');
  t.notOk(refused("select * from t where q = 'what?'"), 'without values nothing is written');
  t.notOk(refused("select /* why? */ * from t where q = 'it''s' and id in (?, ?) -- ?"));
  t.equal(falsePlaceholderRefusal(["select '?', ?"], 'mariadb'), undefined);
  t.end();
});

test('comments with a mark are left out', (t) => {
  t.equal(
    withoutMarkedComments("/* a */ select /* why? */ 1 -- ?\nfrom t where b = '/* ? */'"),
    "/* a */ select   1  \nfrom t where b = '/* ? */'",
  );
  t.equal(withoutMarkedComments('select /*!50000 1, */ ?'), 'select /*!50000 1, */ ?');
  t.end();
});

test('attacker: a quote behind a backslash, which the server takes for the end', (t) => {
  const mode = 'STRICT_TRANS_TABLES,NO_BACKSLASH_ESCAPES';
  t.match(backslashRefusal(mode, [1, ["' or 1=1 -- "]]), /NO_BACKSLASH_ESCAPES/);
  t.match(backslashRefusal(mode, { a: 'line\n' }), /run it by hand/);
  t.equal(backslashRefusal(mode, [1, null, 'plain', { bytes: '00' }]), undefined);
  t.equal(backslashRefusal('STRICT_TRANS_TABLES', ["'"]), undefined);
  t.equal(backslashRefusal(undefined, ["'"]), undefined);
  t.end();
});
