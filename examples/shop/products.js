/** Products of the shop. */

import { pool } from './db.js';

/** All products, sorted by name. */
export async function allProducts() {
  const { rows } = await pool.query('select id, name, price from products order by name, id');
  return rows;
}

/** A product with its stock; undefined for an unknown id. */
export async function findProduct(id) {
  const { rows } = await pool.query('select id, name, price, stock from products where id = $1', [id]);
  return rows[0];
}

/** Products often bought together with this product. */
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

/** Reviews of a product. */
export async function reviewsOf(id) {
  const { rows } = await pool.query('select author, stars, body from reviews where product_id = $1', [id]);
  return rows;
}
