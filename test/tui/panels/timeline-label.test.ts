import { test } from 'tap';
import { timelineLabel } from '../../../src/tui/panels/timeline-label.js';

const query = (...params: unknown[]) => ({
  name: 'SELECT name FROM customers WHERE id = $1',
  shape: { text: '', label: 'SELECT … customers' },
  detail: { params },
});

test('the queries of a loop are told apart by their values', (t) => {
  t.equal(timelineLabel(query(39), 28), 'SELECT … customers 39       ');
  t.equal(timelineLabel(query(39), 14), 'customers 39  ');
  t.equal(timelineLabel(query('ann@example.com'), 14), 'custome…le.com');
  t.equal(timelineLabel(query(1, 2, 3, 4, 5), 40).trimEnd(), 'SELECT … customers 1,2,3,4,…');
  t.equal(timelineLabel({ ...query(), shape: { text: '', label: 'UPDATE … stock' } }, 13), 'UPDATE stock ');
  t.end();
});

test('other calls show both ends of their names, of megabytes, too', (t) => {
  const call = (name: string) => timelineLabel({ name, shape: { text: name } }, 16);
  t.equal(call('get user:8'), 'get user:8      ');
  t.equal(call('GET http://stock.internal/items/17'), 'GET http…tems/17');
  t.equal(call(`SET ${'x'.repeat(2_000_000)}tail`), 'SET xxxx…xxxtail');
  t.end();
});
