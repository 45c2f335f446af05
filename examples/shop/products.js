/** Products: what is for sale. */

import { pool } from './db.js';

/** Answers all products by name. */
export async function allProducts() {
  const { rows } = await pool.query('select id, name, price from products order by name, id');
  return rows;
}

/** Answers a product with its stock, undefined when there is none with that number. */
export async function findProduct(id) {
  const { rows } = await pool.query('select id, name, price, stock from products where id = $1', [id]);
  return rows[0];
}

/** Answers the products that go well with one. */
export async function boughtTogether(id) {
  const { rows } = await pool.query(
    `select p.id, p.name, count(*)::int as times
     from order_lines mine
     join order_lines theirs on theirs.order_id = mine.order_id and theirs.product_id <> mine.product_id
     join products p on p.id = theirs.product_id
     where mine.product_id = $1
     group by p.id
     order by times desc, p.id
     limit 5`,
    [id],
  );
  return rows;
}

/** Answers what customers wrote about a product. */
export async function reviewsOf(id) {
  const { rows } = await pool.query('select author, stars, body from reviews where product_id = $1', [id]);
  return rows;
}
