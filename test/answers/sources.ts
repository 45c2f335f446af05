/** The app whose calls are made up: its files, in which a line that calls has a mark before what it calls. */

export const SOURCES: Record<string, string> = {
  'src/db.js': `import { Pool } from 'pg';
export const pool = new Pool();
export const query = (text, values) => pool./*here*/query(text, values);
export const ask = ({ text, values }) => pool./*here*/query({ text, values });
export const one = async (text, values) => (await /*here*/query(text, values)).rows[0];
`,
  'src/orders.js': `import { ask, one, query } from './db.js';
const ALL = 'SELECT id FROM orders';
const ITEMS = 'SELECT * FROM items WHERE order_id = $1';

export async function list() {
  const { rows } = await /*here*/query(ALL);
  for (const { id } of rows)
    // One query an order.
    await load(id);
  const load = (id) => /*here*/query(ITEMS, [id]);
  for (const { id } of rows) await /*here*/ask({ text: ITEMS, values: [id] });
  for (const { id } of rows) await /*here*/one(ITEMS, [id]);
  await Promise.all(rows.map(({ id }) => /*here*/query(ITEMS, [id])));
}
`,
  'src/users.js': `import { db } from './knex.js';
export const find = (id) => db('users').where({ id }).first();
export async function team(ids) {
  for (const id of ids) await db('users').where({ id })./*here*/first();
}
`,
};
