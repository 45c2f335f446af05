import { test } from 'tap';
import { conditionKeys } from '../../../src/insight/advice/condition-keys.js';

test('keys of the condition are paths, without options, operators and values', (t) => {
  const keys: [call: string, paths: string[]][] = [
    ['books.findOneBy({ heading: title })', ['heading']],
    ['books.find({ where: { author: { id } }, order: { id: "DESC" } })', ['author.id']],
    ['books.findBy({ authorId: In([id]) })', ['authorId']],
    ['em.find(Book, { author: { $in: [id] } })', ['author']],
    ["em.find('Book', { writer: authorId }, { populate: ['writer'] })", ['writer']],
    [
      'Book.findAll({ where: { authorId: { [Op.eq]: id }, state: "x" }, include: [A] })',
      ['authorId', 'state'],
    ],
    ['Book.findAll({ where: { [Op.or]: [{ a: 1 }, { b: 2 }] } })', ['a', 'b']],
    ['prisma.book.findUnique({ where: { a_b: { a: x, b: y } } })', ['a', 'b']],
    ['em.findOne(Book, id)', []],
    ['db.query.books.findMany({ where: eq(books.authorId, id) })', []],
    ['db.$count(books, and(eq(books.authorId, id), eq(books.year, year)))', []],
    ['books.findBy({ authorId: In(ids), year })', ['authorId', 'year']],
    ['books.find(options)', []],
    ['', []],
  ];
  for (const [call, paths] of keys) t.same(conditionKeys(call), paths, call);
  t.same(conditionKeys(`f({ a: ${'['.repeat(5000)}`), []);
  t.end();
});
