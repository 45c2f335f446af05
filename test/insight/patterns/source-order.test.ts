import { test } from 'tap';
import { isInOtherFunction, usesResult } from '../../../src/insight/patterns/source-order.js';
import { aFrame } from '../../factory.js';

type Question = typeof usesResult;

/** The answer for the two calls at `^`, which is not part of the text. */
function answer(question: Question, marked: string): boolean {
  const lines = marked.replaceAll('^', '').split('\n');
  const [first, second] = marked.split('\n').flatMap((line, at) => {
    const column = line.indexOf('^') + 1;
    return column === 0 ? [] : [aFrame({ line: at + 1, column })];
  });
  return question(first!, second!, (_, line = 0) => lines[line - 1]);
}

const USING = [
  'const user = await ^load(1);\nif (!user) return res.sendStatus(404);\nconst orders = await ^list(2);',
  'const user = await ^load(1);\nif (user.plan === 1) {\n  extras = await ^list(2);\n}',
  'const [user] = await ^sql`select 1`;\nif (!user) throw new Error("none");\nconst orders = await ^list(2);',
  "const first = await em.^findOneOrFail(Book, 3);\nawait em.^populate([first], ['author']);",
  'const { rows } = await ^load(1);\nconst ids = rows.map(({ id }) => id);\nconst books = await ^list({ id: ids });',
  'const user = await db\n  .selectFrom(1)\n  .^executeTakeFirst();\nassert(user);\nconst orders = await ^list(2);',
  'user = await ^load(1)\ninvariant(user, "no user")\nreturn await ^list(2)',
  'const book: Book | null = await ^load(1);\nconst all = await ^list({ author: book!.author });',
  "class Users {\n  async user(@Param('id') id: string) {\n    const user = await this.manager.^findOneBy(User, { id });\n    if (!user) throw new Gone();\n    const all = await this.manager.^count(Review);",
];
const NOT_USING = [
  'const user = await ^load(1);\nconst orders = await ^list(2);\nif (!user) return orders;',
  'const user = await ^load(1);\nif (req.query.all) return [];\nconst orders = await ^list(2);',
  'const a = await before(1);\nif (!a) return;\nconst user = await ^load(1);\nconst orders = await ^list(a);',
  'const a = await before(1)\nconst user = await ^load(1)\nconst orders = await ^list(a)',
  'await ^load(1);\nconst orders = await ^list(2);',
  'const user = await ^load(1);\n// if (user) only a comment\nconst orders = await ^list("user");',
  'const user = await ^load(1);\nconst orders = await ^list({ of: other.user });',
];

test('a later call uses what an earlier one returned: a value, or a condition', (t) => {
  for (const text of USING) t.equal(answer(usesResult, text), true, text);
  for (const text of NOT_USING) t.equal(answer(usesResult, text), false, text);
  t.equal(
    usesResult(aFrame({ line: 3 }), aFrame({ line: 9 }), () => undefined),
    false,
    'no source',
  );
  t.end();
});

const OTHER = [
  'const authed = use(async ({ next }) => {\n  const user = await ^load(1);\n  return next();\n});\nconst list = authed.query(() => ^list(2));',
  'app.use(async (req, res, next) => {\n  await ^load(1);\n  next();\n});\napp.get("/", async (req, res) => {\n  res.json(await ^list(2));\n});',
  'app.use(function (req, res, next) {\n  db.^load(1).then(() => next());\n});\napp.get("/", function (req, res) {\n  db.^list(2);\n});',
  'const a = await ^load(1);\nconst b = await inSpan("b", () => ^list(2));',
  'const guard = () => ^load(1)\nconst handler = () => ^list(2)',
  'x = {\n  async guard() {\n    await ^load(1);\n  },\n  async list(id: number): Promise<Row[]> {\n    return await ^list(2);\n  },\n};',
];
const SAME = [
  'const user = await ^load(1);\nconst orders = await ^list(2);',
  'const user = await ^load(1);\nconst names = user.map((x) => x.name);\nconst orders = await ^list(2);',
  'let user;\ntry {\n  user = await ^load(1);\n} catch (error) {\n  log(error);\n}\nconst orders = await ^list(2);',
  'const user = await ^load(1);\nif (a) {\n  orders = await ^list(2);\n}',
  'const user = await ^load(1)\nconst f = (x) => x + 1\nconst orders = await ^list(f(2))',
  'const user = await ^load(1);\nfunction f(x) {\n  return x;\n}\nfor (const x of y) {\n  await ^list(f(2));\n}',
  'const user = await ^load(1);\nconst o = { f: () => 1, g: await ^list(2) };',
];

test('a later call is in another function', (t) => {
  for (const text of OTHER) t.equal(answer(isInOtherFunction, text), true, text);
  for (const text of SAME) t.equal(answer(isInOtherFunction, text), false, text);
  t.equal(
    isInOtherFunction(aFrame({ line: 9 }), aFrame({ line: 3 }), () => undefined),
    true,
    'above it',
  );
  t.equal(
    isInOtherFunction(aFrame({ line: 3 }), aFrame({ line: 9 }), () => undefined),
    false,
    'no source',
  );
  t.end();
});

test('a line that is a whole bundle is not read', (t) => {
  const line = `const user=await load(1);${'{a=>b('.repeat(200_000)}list(user)`;
  const [first, second] = [aFrame({ line: 1, column: 18 }), aFrame({ line: 1, column: line.length - 9 })];
  for (const question of [usesResult, isInOtherFunction])
    t.equal(
      question(first, second, () => line),
      false,
    );
  t.end();
});
