/** Products: what is for sale. */

import { rows } from './db.js';

/** Answers all products by name. */
export function allProducts() {
  return rows('select id, name, price from products order by name, id');
}

/** Answers a product with its stock, undefined when there is none with that number. */
export async function findProduct(id) {
  const [product] = await rows('select id, name, price, stock from products where id = $1', [id]);
  return product;
}

/** Answers the products that go well with one. */
export function boughtTogether(id) {
  return rows(
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
}

/** Answers what customers wrote about a product. */
export function reviewsOf(id) {
  return rows('select author, stars, body from reviews where product_id = $1', [id]);
}
