import { test } from 'tap';
import { isWrapperLine } from '../../../src/insight/calls/wrapper-line.js';
import { aFrame } from '../../factory.js';

/** Whether the call marked by `^`, in the line above the mark, passes on a parameter of its function. */
function isWrapper(kind: string | undefined, text: string): boolean {
  const lines = text.split('\n');
  const mark = lines.findIndex((line) => /^ *\^$/.test(line));
  const column = lines[mark]!.indexOf('^') + 1;
  lines.splice(mark, 1);
  return isWrapperLine(aFrame({ line: mark, column }), kind, (frame, line = frame.line) => lines[line - 1]);
}

test('a wrapper passes on a parameter', (t) => {
  for (const [kind, text] of [
    [
      'sql',
      'const query = (text, values) => pool.query(text, values);\n                                     ^',
    ],
    ['sql', 'const query = (...args) => pool.query(...args);\n                                ^'],
    ['sql', 'const run = sql => db.execute(sql);\n                      ^'],
    [
      'sql',
      'async function one(text, values = []) {\n  const { rows } = await pool.query(text, values);\n                              ^',
    ],
    ['sql', 'function run(query) {\n  return pool.query(query.text, query.values);\n              ^'],
    [
      'sql',
      'const query = (text, values) => pool.query({ text, values });\n                                     ^',
    ],
    [
      'sql',
      'const query = (sql, values) => pool.query({ text: sql, values });\n                                    ^',
    ],
    [
      'sql',
      'const all = (sql, values) => db.prepare(sql).all(...values);\n                                             ^',
    ],
    [
      'sql',
      'export async function query<T>(\n  text: string,\n  values: unknown[] = [],\n): Promise<T[]> {\n  const { rows } = await pool.query<T>(text, values);\n                              ^',
    ],
    [
      'sql',
      'class Db {\n  get(sql, params) {\n    return this.pool.query(\n                     ^\n      sql,\n      params,\n    );',
    ],
    [
      'sql',
      'class Sql {\n  async _findAll(model, options) {\n    const result = await model.findAll(options);\n                               ^',
    ],
    ['sql', 'const byKey = (model, id) => model.findByPk(id);\n                                   ^'],
    [
      'sql',
      'class Base {\n  find(options?: FindManyOptions<T>): Promise<T[]> {\n    return this.repository.find(options);\n                           ^',
    ],
    ['sql', 'const all = (entity, where) => em.find(entity, where);\n                                  ^'],
    ['cache', 'const read = (key) => client.get(key);\n                             ^'],
    ['cache', 'const read = (key) => client.get(prefix + key);\n                             ^'],
    [
      'cache',
      `const read = (key) => client.get(\`\${this.prefix}:\${key}\`);\n                             ^`,
    ],
    ['http', 'const json = (path, init) => fetch(this.url + path, init);\n                             ^'],
    ['http', `const json = (path) => fetch(\`\${base}/\${path}\`);\n                       ^`],
    ['http', 'const json = (path) => fetch(new URL(path, this.base));\n                       ^'],
    [
      'http',
      'const send = (path, body) => this.client.post(path, body);\n                                         ^',
    ],
    ['sql', 'const find = (where) => knex(this.table).where(where).first();\n                        ^'],
    [
      'sql',
      'const find = (id) => this.db.select().from(this.tableName).where({ id });\n                             ^',
    ],
    [
      'sql',
      `const find = (id) => db.query(\`SELECT * FROM \${this.table} WHERE id = $1\`, [id]);\n                        ^`,
    ],
    [
      'sql',
      'const find = (id) => db.query("SELECT * FROM " + this.constructor.table + " WHERE id = $1", [id]);\n                        ^',
    ],
    [
      'http',
      'const json = async (url, options) => (await fetch(url, options)).json();\n                                            ^',
    ],
    [
      undefined,
      'const one = async (text, values) => (await query(text, values)).rows[0];\n                                     ^',
    ],
    [undefined, 'const get = (key) => new Promise((ok, no) => mc.get(key, done));\n                     ^'],
  ] as const)
    t.equal(isWrapper(kind, text), true, text);
  t.end();
});

test('a line with a statement of its own is no wrapper', (t) => {
  for (const [kind, text] of [
    // Braces behind the head of a loop or a condition are no function's.
    [
      undefined,
      'async list() {\n  for (const book of books) {\n    out.push({ ...book, author: await authors.find(book.authorId) });\n                                      ^',
    ],
    [
      undefined,
      'const id = await next();\nif (id) {\n  const [row] = await users.load(id);\n                            ^',
    ],
    // A function that is called for each row asks once for each of them.
    [
      undefined,
      'return Promise.all(books.map(async (book) => ({\n  ...book,\n  author: await this.authors.findById(book.authorId),\n                             ^',
    ],
    ['http', `const user = (id) => fetch(\`\${base}/users/\${id}\`);\n                       ^`],
    ['http', 'const user = (id) => fetch(base + "/users/" + id);\n                       ^'],
    ['http', 'const rates = () => fetch(this.url + path);\n                      ^'],
    ['cache', 'const user = (id) => client.get(prefix + id);\n                           ^'],
    ['cache', `const user = (key) => client.get(\`user:\${key}\`);\n                              ^`],
    ['sql', 'const find = (id) => knex("users").where({ id });\n                      ^'],
    [
      'sql',
      `const find = (id) => db.query(\`SELECT * FROM users WHERE kind = \${this.kind}\`);\n                        ^`,
    ],
    [
      'sql',
      "const find = (id) => pool.query('select * from users where id = $1', [id]);\n                          ^",
    ],
    [
      'sql',
      'const find = (id) => pool.query(`select * from users where id = 7`);\n                          ^',
    ],
    [
      'sql',
      "async function find(id) {\n  const sql = 'select 1';\n  return pool.query(sql, [id]);\n              ^",
    ],
    ['sql', 'function find(sql) {\n  sql = sql + suffix;\n  return pool.query(sql);\n              ^'],
    [
      'sql',
      'for (const sql of statements) await pool.query(sql);\n                                         ^',
    ],
    [
      'sql',
      "const SQL = 'select 1';\n\nconst find = (id) => pool.query(SQL, [id]);\n                          ^",
    ],
    [
      'sql',
      "import { SQL } from './sql.js';\nconst find = (id) => pool.query(SQL, [id]);\n                          ^",
    ],
    ['sql', 'const find = (id) => User.findByPk(id);\n                          ^'],
    ['sql', 'const search = (where) => User.findAll(where);\n                               ^'],
    ['sql', 'const load = (id) => this.repository.findOne(id);\n                                     ^'],
    [
      'sql',
      'const load = (where) => this.articleRepository.findOne(where);\n                                               ^',
    ],
    [undefined, 'function remove(req, res) {\n  cache.remove(req.user);\n        ^'],
    [
      'sql',
      "const one = (client, id) => client.query('select 1', [id]);\n                                   ^",
    ],
    ['sql', 'const find = (id) => byId.get(id);\n                          ^'],
    [
      'sql',
      "const find = (id) => db.prepare('select 1').get(id);\n                                            ^",
    ],
    ['rpc', 'const price = (id) => client.getPrice(id);\n                             ^'],
    ['log', 'const log = (text) => console.log(text);\n                              ^'],
    ['sql', 'nothing to see here\n   ^'],
  ] as const)
    t.equal(isWrapper(kind, text), false, text);
  t.equal(
    isWrapperLine(aFrame(), 'sql', () => undefined),
    false,
  );
  t.end();
});

test('a tag function that joins the strings of a template is a wrapper', (t) => {
  for (const text of [
    'function sql(strings, ...values) {\n  const text = strings.reduce((all, part, at) => all + at + part);\n  return pool.query(text, values);\n              ^',
    'const sql = (parts, ...values) => pool.query(parts.join("?"), values);\n                                       ^',
    'const sql = (s, ...v) => my.execute(s.raw.join("?"), v);\n                            ^',
    'export function sql<T>(strings: TemplateStringsArray, ...values: unknown[]): Promise<T[]> {\n  let text = strings[0]!;\n  for (let i = 1; i < strings.length; i++) text += "?" + strings[i];\n  return pool.query<T>(text, values).then(({ rows }) => rows);\n              ^',
    'function sql(strings, ...values) {\n  const text = strings.reduce((all, part, at) => {\n    return all + at + part;\n  });\n  return pool.query(text, values);\n              ^',
    'async function sql(strings, ...values) {\n  const statement = toStatement(strings, values);\n  return (await pool.query(statement)).rows;\n                     ^',
    'const sql = async (strings, ...values) => {\n  return db.prepare(String.raw(strings, ...values.map(() => "?"))).all(...values);\n                                                                   ^',
  ])
    t.equal(isWrapper('sql', text), true, text);
  for (const text of [
    'function load(table, ...ids) {\n  return pool.query("select * from " + table + " where id = any($1)", [ids]);\n              ^',
    'async function load(first, ...rest) {\n  const text = "select 1";\n  return pool.query(text, [first, rest]);\n              ^',
    'app.get("/", (req, ...rest) => {\n  const text = "select 1";\n  return pool.query(text, [req.params.id]);\n              ^',
    'function sql(strings, ...values) {\n  return build(strings.join("?"), { values });\n}\nfunction load(id) {\n  return pool.query("select 1", [id]);\n              ^',
    'const sql = (strings, ...values) => pool.query(strings.join("?"), values);\nasync function load(id) {\n  return pool.query("select 1", [id]);\n              ^',
  ])
    t.equal(isWrapper('sql', text), false, text);
  t.end();
});

test('a local variable with the text of a parameter is passed on, of SQL', (t) => {
  const after = 'return pool.query(sql, values);';
  const inFunction = (head: string, declaration: string) =>
    `${head} {\n  ${declaration}\n  ${after}\n              ^`;
  for (const [head, declaration] of [
    ['query(text, values)', 'const sql = text.trim();'],
    ['query(text, values)', 'const sql = { text, values };'],
    ['query(text, values)', 'const sql = { text: text, values, rowMode: mode };'],
    ['query(statement)', 'const { sql, values } = statement;'],
    ['async query<T>(q: Query)', 'const sql: string = q.text'],
  ] as const)
    t.equal(isWrapper('sql', inFunction(head, declaration)), true, declaration);
  for (const [head, declaration] of [
    ['find(id, values)', 'const sql = byId(id);'],
    ['find(text, values)', 'const sql = text + " limit 1";'],
    ['find(id, values)', 'const sql = { text: BY_ID, values: [id] };'],
    ['find(qb)', 'const { sql, values } = qb\n    .where("id", 1);'],
    ['find(id, values)', 'const sql = queries.byId;'],
  ] as const)
    t.equal(isWrapper('sql', inFunction(head, declaration)), false, declaration);
  const imported =
    'const a = text;\nfunction find(text) {\n  return pool.query(BY_ID, [text]);\n              ^';
  t.equal(isWrapper('sql', imported), false);
  const read =
    'function read(req) {\n  const key = req.params.id;\n  return client.get(key);\n                ^';
  t.equal(isWrapper('cache', read), false);
  t.equal(isWrapper(undefined, read), false);
  t.end();
});
