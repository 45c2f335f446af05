create table customers (id serial primary key, name text not null, city text not null);
create table products (id serial primary key, name text not null, price integer not null, stock integer not null);
create table orders (id serial primary key, customer_id integer not null references customers, placed timestamptz not null);
create table order_lines (
  order_id integer not null references orders,
  product_id integer not null references products,
  quantity integer not null,
  price integer not null
);
create index on orders (placed);
create index on order_lines (order_id);

insert into customers (name, city)
select
  (array['Ada', 'Ben', 'Carla', 'Dev', 'Elif', 'Femi', 'Grace', 'Hugo'])[1 + i % 8] || ' ' ||
  (array['Lindqvist', 'Okafor', 'Moreau', 'Tanaka', 'Silva'])[1 + i % 5],
  (array['Lisbon', 'Oslo', 'Pune', 'Quito', 'Riga', 'Seoul'])[1 + i % 6]
from generate_series(0, 39) as i;

insert into products (name, price, stock)
select
  (array['Blue', 'Oak', 'Tall', 'Quiet', 'Folding'])[1 + i % 5] || ' ' ||
  (array['lamp', 'chair', 'kettle', 'clock', 'shelf', 'rug'])[1 + i % 6],
  990 + (i * 337) % 9000,
  50
from generate_series(0, 29) as i;

insert into orders (customer_id, placed)
select 1 + (i * 7) % 40, timestamptz '2026-11-01 09:00Z' + i * interval '47 minutes'
from generate_series(1, 400) as i;

insert into order_lines (order_id, product_id, quantity, price)
select o, p.id, 1 + (o + n) % 3, p.price
from generate_series(1, 400) as o, generate_series(1, 3) as n
join products p on true
where p.id = 1 + (o * 5 + n * 11) % 30;
