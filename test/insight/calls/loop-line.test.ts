import { test } from 'tap';
import { isListLoopLine, isLoopLine } from '../../../src/insight/calls/loop-line.js';

/** Whether the place of `^` in a text is in a loop; `^` is not part of the text. */
function isInLoop(marked: string, isCaller = false): boolean {
  const before = marked.slice(0, marked.indexOf('^')).split('\n');
  const lines = marked.replace('^', '').split('\n');
  const column = before.at(-1)!.length + 1;
  const frame = { function: 'f', file: 'a.js', line: before.length, column, application: true };
  return isLoopLine(frame, (_, line = frame.line) => lines[line - 1], isCaller);
}

const IN_LOOP = [
  'for (const id of ids) {\n  const { rows } = await db.^query(text, [id]);\n}',
  'for (const id of ids) await db.^query(text, [id]);',
  'for (const id of ids)\n  out.push(await db.^query(text, [id]));',
  'for (let i = 0; i < 9; i++) { if (i > 2) { try { await db.^query(i); } catch {} } }',
  'for await (const row of rows()) { await db.^query(row.id); }',
  'while (left > 0) {\n  await db.^query(left);\n  left -= 1;\n}',
  'while ((row = await db.^query(next))) use(row);',
  'do {\n  row = await db.^query(next);\n} while (row);',
  'await Promise.all(ids.map((id) => db.^query(text, [id])));',
  'await Promise.all(\n  ids.map(async (id) => {\n    const rows = await db.^query(text, [id]);\n    return rows[0];\n  }),\n);',
  'ids.forEach(function (id) { db.^query(text, [id], done); });',
  'ids.forEach(function each(id) { db.^query(text, [id], done); });',
  'rows.reduce((before, row) => before.then(() => db.^query(row.id)), Promise.resolve())',
  'async.eachLimit(ids, 5, (id, done) => { db.^query(id, done); });',
  'Array.from({ length: 9 }, (_, id) => db.^query(id))',
  'for (const id of ids) jobs.push(limit(() => db.^query(id)));',
  'for (const [id, { name }] of Object.entries(all)) {\n  // a loop; and its { comment\n  await db.^query(`{ of`, "for (", name);\n}',
  'async function load(ids: number[]): Promise<Row[]> {\n  const out: Row[] = [];\n  for (const id of ids) {\n    out.push(await db.^query(id));\n  }\n}',
  'return Promise.all(ids.map((id) => { return db.^query(id); }));',
  'for (const id of ids) { await save({ id, row: await db.^query(id) }); }',
];

const NOT_IN_LOOP = [
  'await db.^query(text);',
  'for (const id of ids) use(id);\nawait db.^query(text);',
  'for (const id of ids) { use(id); }\nawait db.^query(text);',
  'for (const row of await db.^query(text)) { use(row); }',
  'const one = (id) => db.^query(text, [id]);\nfor (const id of ids) await one(id);',
  'for (const id of ids) {\n  const one = () => { db.^query(text, [id]); };\n}',
  'async function one(id) {\n  return db.^query(text, [id]);\n}',
  'class Users {\n  async find(id: number): Promise<User | undefined> {\n    return this.db.^query(text, [id]);\n  }\n}',
  'const users = { async find(id) { return db.^query(text, [id]); } };',
  'for (const path of paths) app.get(path, async (req, res) => { res.json(await db.^query(path)); });',
  "app.get('/for', async (req, res) => {\n  if (req.query.while) {\n    await db.^query(text);\n  }\n});",
  // It is tried again until it succeeds.
  'for (let tries = 0; tries < 3; tries++) {\n  try {\n    return await db.^query(text);\n  } catch {}\n}',
  'for (;;) return db.^query(text);',
  "const names = ids.map((id) => id.name);\nreturn db.^query('for', names);",
  '});\n}\nawait db.^query(text);',
];

test('a line in the body of a loop, or in a function that is called for each value', (t) => {
  for (const text of IN_LOOP) t.equal(isInLoop(text), true, text);
  for (const text of NOT_IN_LOOP) t.equal(isInLoop(text), false, text);
  t.end();
});

test('a caller that passes its function to one that calls it for each value', (t) => {
  const callers = [
    '  rows.^map(load);',
    'ids.filter(Boolean).^map(load)',
    'const all = ^await Promise.all(rows.map(load));',
    '^await async.eachLimit(rows, 5, load);',
  ];
  for (const text of callers) t.equal(isInLoop(text, true), true, text);
  // db.each(…) of a driver calls its callback for each row, with one query.
  t.equal(isInLoop('db.^each(text, done);'), false);
  t.equal(isInLoop('const rows = ^await load(ids);', true), false);
  t.end();
});

test('a line without its text', (t) => {
  const frame = { function: 'f', file: 'a.js', line: 3, column: 5, application: true };
  t.equal(
    isLoopLine(frame, () => undefined, true),
    false,
  );
  t.end();
});

test('a loop through a list, and loops that try or count', (t) => {
  const isOverList = (marked: string) => {
    const before = marked.slice(0, marked.indexOf('^'));
    const frame = { function: 'f', file: 'a.js', line: 1, column: before.length + 1, application: true };
    return isListLoopLine(frame, (_, line = 1) => (line === 1 ? marked.replace('^', '') : undefined), false);
  };
  const lists = [
    'for (const token of tokens) out.push(await ^fetch(url + token));',
    'for (let i = 0; i < tokens.length; i++) await ^fetch(tokens[i]);',
    'while (queue.length > 0) { await ^fetch(queue.shift()); }',
    'await Promise.all(tokens.map((token) => ^fetch(url + token)));',
  ];
  for (const text of lists) t.equal(isOverList(text), true, text);
  const others = [
    'for (let n = 0; n < 5; n++) { try { await ^fetch(url); } catch {} }',
    'for (;;) { await ^fetch(url); await sleep(50); }',
    'while (state !== "done") { state = await ^fetch(url); }',
    'do { page = await ^fetch(url); } while (page.next);',
    'await ^fetch(url);',
  ];
  for (const text of others) t.equal(isOverList(text), false, text);
  t.end();
});
