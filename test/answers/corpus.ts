/** Requests of which each command is asked the same, and the one answer that all have to give. */

import type { Answers } from './places.js';
import type { MadeCall } from './recorded.js';

/** A request's calls, and what there is to say of them. */
export interface Case {
  name: string;
  calls: MadeCall[];
  want: Partial<Answers>;
}

const ITEMS = 'SELECT * FROM items WHERE order_id = $1';
const ITEM = 'SELECT * FROM items WHERE order_id = ?';
const ORDERS = 'SELECT id FROM orders';
const LIST = 'src/orders.js:6 list';

/** As many calls of one sort, one after the other from a time on. */
function loop(many: number, at: string[], from = 10, more: Partial<MadeCall> = {}): MadeCall[] {
  return Array.from({ length: many }, (_, n) => ({
    ...{ name: ITEMS, params: [n + 1], at, start: from + n * 2, rows: 1 },
    ...more,
  }));
}

const orders = (rows: number): MadeCall => ({
  ...{ name: ORDERS, at: ['pg', 'src/db.js:3 query', LIST], start: 1, rows },
});
/** The answers where six loops' calls came from a line, after the one that fed them. */
const sixAt = (site: string, kind = 'n+1'): Partial<Answers> => ({
  lines: [`1× src/orders.js:6`, `6× ${site}`],
  shapes: [`1× ${ORDERS}`, `6× ${ITEM}`],
  findings: [`${kind} ${site}`],
  most: [`6× ${ITEM} ${site}`],
});

export const corpus: Case[] = [
  {
    name: 'a helper that is given a text',
    calls: [orders(6), ...loop(6, ['pg', 'src/db.js:3 query', 'src/orders.js:10 load', LIST])],
    want: sixAt('src/orders.js:10'),
  },
  {
    name: 'a helper that is given an object',
    calls: [orders(6), ...loop(6, ['pg', 'src/db.js:4 ask', 'src/orders.js:11 list'])],
    want: sixAt('src/orders.js:11'),
  },
  {
    name: 'a helper of a helper',
    calls: [orders(6), ...loop(6, ['pg', 'src/db.js:3 query', 'src/db.js:5 one', 'src/orders.js:12 list'])],
    want: sixAt('src/orders.js:12'),
  },
  {
    name: 'a loop in Promise.all',
    calls: [
      orders(6),
      ...loop(6, ['pg', 'src/db.js:3 query', 'src/orders.js:13 list']).map((call, n) => ({
        ...call,
        start: 10 + n / 10,
        duration: 4,
      })),
    ],
    want: sixAt('src/orders.js:13', 'n+1-parallel'),
  },
  {
    name: 'stacks that have lost the caller after an await',
    calls: [
      orders(6),
      ...loop(1, ['pg', 'src/db.js:3 query', 'src/orders.js:10 load', LIST]),
      ...loop(5, ['pg', 'src/db.js:3 query'], 12).map((call, n) => ({ ...call, params: [n + 2] })),
    ],
    want: sixAt('src/orders.js:10'),
  },
  {
    name: 'a span that comes late',
    calls: [
      orders(6),
      ...loop(5, ['pg', 'src/db.js:3 query', 'src/orders.js:10 load', LIST]),
      {
        ...{ name: ITEMS, params: [6], start: 20, rows: 1, late: true },
        at: ['pg', 'src/db.js:3 query', 'src/orders.js:10 load', LIST],
      },
    ],
    want: sixAt('src/orders.js:10'),
  },
  {
    name: 'an ORM',
    calls: loop(6, ['pg', 'knex', 'src/users.js:4 team'], 1, {
      name: 'select * from "users" where "id" = $1 limit $2',
    }),
    want: {
      lines: ['6× src/users.js:4'],
      shapes: ['6× SELECT * FROM users WHERE id = ? LIMIT ?'],
      findings: ['n+1 src/users.js:4'],
      most: ['6× SELECT * FROM users WHERE id = ? LIMIT ? src/users.js:4'],
    },
  },
  {
    name: 'no line of the app',
    calls: loop(6, ['pg']),
    want: {
      lines: ['6× nowhere'],
      shapes: [`6× ${ITEM}`],
      findings: ['n+1 nowhere'],
      most: [`6× ${ITEM} nowhere`],
    },
  },
  {
    name: 'calls at once, a wait, a block and time that is not accounted for',
    calls: [
      ...loop(3, [LIST], 10, { duration: 20 }),
      { ...orders(1), at: [LIST], start: 50, wait: 15, duration: 5 },
      { ...{ kind: 'cache', library: 'ioredis', name: 'get a' }, at: [LIST], start: 20, duration: 30 },
      { ...{ kind: 'http', library: 'http', name: 'GET http://x/' }, at: [LIST], start: 80, duration: 40 },
      {
        ...{ kind: 'block', library: 'node', name: 'fs.readFileSync' },
        at: [LIST],
        start: 100,
        duration: 10,
      },
    ],
    want: {
      time: [
        ...['Cache 16ms', 'HTTP 30ms', 'SQL 29ms', 'blocked by itself 10ms'],
        ...['unaccounted 22ms', 'waiting for a connection 15ms'],
      ],
    },
  },
];
