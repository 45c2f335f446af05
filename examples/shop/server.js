/** A small web shop. */

import express from 'express';
import { bestCustomers, newestOrders, placeOrder } from './orders.js';
import { html, money, page } from './page.js';
import { allProducts, boughtTogether, findProduct, reviewsOf } from './products.js';

const app = express();
app.use(express.urlencoded());

app.get('/', async (_req, res) => {
  const products = await allProducts();
  const line = ({ id, name, price }) =>
    html`<tr><td><a href="/products/${id}">${name}</a><td>${money(price)}</tr>`;
  res.send(page('Products', html`<table>${products.map(line)}</table>`));
});

app.get('/orders', async (_req, res) => {
  const orders = await newestOrders();
  const line = ({ id, customer, placed, total }) =>
    html`<tr><td>${id}<td>${customer}<td>${placed.toISOString().slice(0, 16)}<td>${money(total)}</tr>`;
  res.send(page('Orders', html`<table>${orders.map(line)}</table>`));
});

app.get('/customers', async (_req, res) => {
  const customers = await bestCustomers();
  const line = ({ name, city, orders, total }) =>
    html`<tr><td>${name}, ${city}<td>${orders} orders<td>${money(total)}</tr>`;
  res.send(page('Best customers', html`<table>${customers.map(line)}</table>`));
});

app.get('/products/:id', async (req, res) => {
  const product = await findProduct(req.params.id);
  if (!product) return res.status(404).send(page('No such product', ''));
  const others = await boughtTogether(product.id);
  const link = ({ id, name }) => html`<li><a href="/products/${id}">${name}</a></li>`;
  res.send(
    page(
      product.name,
      html`<p>${money(product.price)}, ${product.stock} in stock. <a href="/products/${product.id}/reviews">Reviews</a></p>
<form method="post" action="/checkout">
  <input type="hidden" name="product" value="${product.id}">
  <input name="quantity" value="1" size="2"> <button>Buy</button>
</form>
<h2>Bought together</h2><ul>${others.map(link)}</ul>`,
    ),
  );
});

app.get('/products/:id/reviews', async (req, res) => {
  const reviews = await reviewsOf(req.params.id);
  res.send(
    page('Reviews', html`<ul>${reviews.map(({ author, body }) => html`<li>${author}: ${body}</li>`)}</ul>`),
  );
});

app.post('/checkout', async (req, res) => {
  const customer = 1;
  await placeOrder(customer, Number(req.body.product), Number(req.body.quantity));
  res.redirect(303, '/orders');
});

app.use((error, _req, res, _next) => {
  console.error(error.message);
  res.status(500).send(page('Something went wrong', html`<p>${error.message}</p>`));
});

const server = app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(`shop on http://127.0.0.1:${server.address().port}`);
});
