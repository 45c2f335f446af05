/** Orders: products, customers and totals. */

import { pool, transaction } from './db.js';

/** The newest orders with customer and total. */
export async function newestOrders() {
  const { rows: orders } = await pool.query(
    'select id, customer_id, placed from orders order by placed desc limit 50',
  );
  for (const order of orders) {
    const { rows } = await pool.query('select name, city from customers where id = $1', [order.customer_id]);
    order.customer = `${rows[0].name}, ${rows[0].city}`;
  }
  const totals = await totalsOf(orders);
  return orders.map((order) => ({ ...order, total: totals.get(order.id) ?? 0 }));
}

async function totalsOf(orders) {
  const { rows } = await pool.query(
    'select order_id, sum(price * quantity)::int as total from order_lines where order_id = any($1) group by order_id',
    [orders.map((order) => order.id)],
  );
  return new Map(rows.map(({ order_id, total }) => [order_id, total]));
}

/** The customers with the highest totals, in one statement. */
export async function bestCustomers() {
  const { rows } = await pool.query(
    `select c.id, c.name, c.city, count(distinct o.id)::int as orders, sum(l.price * l.quantity)::int as total
     from customers c
     join orders o on o.customer_id = c.id
     join order_lines l on l.order_id = o.id
     group by c.id
     order by total desc
     limit 20`,
  );
  return rows;
}

/** Places an order for one product; resolves to its id, throws when the product is sold out. */
export function placeOrder(customerId, productId, quantity) {
  return transaction(async (client) => {
    const taken = await client.query(
      'update products set stock = stock - $2 where id = $1 and stock >= $2 returning price',
      [productId, quantity],
    );
    if (!taken.rowCount) throw new Error(`Product ${productId} is sold out.`);
    const order = await client.query(
      'insert into orders (customer_id, placed) values ($1, now()) returning id',
      [customerId],
    );
    const { id } = order.rows[0];
    await client.query(
      'insert into order_lines (order_id, product_id, quantity, price) values ($1, $2, $3, $4)',
      [id, productId, quantity, taken.rows[0].price],
    );
    return id;
  });
}
