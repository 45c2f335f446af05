import { type ExpectedSpan, testForms } from '../forms.js';

const call = (name: string, args: object, facts: object = {}, error?: string): ExpectedSpan => ({
  name,
  detail: { arguments: args, ...facts },
  ...(error !== undefined && { error }),
});

const item = (id: number, facts: object, error?: string) =>
  call('Shop.getItem', { id, token: 'REDACTED' }, facts, error);

testForms('thrift', (driver) => ({
  promise: [
    item(7, { bytes: 57 }),
    call('Shop.save', { item: { id: 8, name: 'pen', apiKey: 'REDACTED' } }, { bytes: 17 }),
    call('Shop.count', { since: '41' }, { bytes: 29 }),
    call('Shop.ping', {}, { bytes: 17 }),
  ],
  callback: [item(7, { bytes: 33 }), call('Shop.ping', {}, { bytes: 9 })],
  oneway: [
    call('Shop.log', { line: 'bought' }, { oneway: true }),
    call('Shop.log', { line: 'sold' }, { oneway: true }),
  ],
  http: [item(9, { bytes: 89 }), item(9, { bytes: 57 })],
  ws: [item(2, { bytes: 89 })],
  multiplexed: [
    call('first.getItem', { id: 1, token: 'REDACTED' }, { bytes: 57 }),
    call('second.ping', {}, { bytes: 17 }),
  ],
  declared: [
    item(404, { bytes: 49, failure: 'declared' }, 'NotFound: no item 404'),
    item(404, { bytes: 30, failure: 'declared' }, 'NotFound: no item 404'),
  ],
  application: [
    item(500, { bytes: 45, failure: 'application' }, 'TApplicationException: the shop is closed'),
  ],
  deferred: [
    driver === 'thrift'
      ? item(3, { failure: 'not sent' }, "TypeError: Cannot read properties of undefined (reading 'defer')")
      : item(3, { bytes: 28 }),
  ],
  unhandled: [item(404, { bytes: 49, failure: 'declared' }, 'NotFound: no item 404')],
  lost: [
    call('Shop.ping', {}, { failure: 'transport' }, 'the connection was closed'),
    call('Shop.ping', {}, { failure: 'transport' }, 'connect ECONNREFUSED 127.0.0.1:1'),
  ],
  unsent: [
    call(
      'Shop.save',
      { item: { id: {}, name: '<symbol>', apiKey: 'REDACTED' } },
      { failure: 'not sent' },
      'TypeError: Cannot convert a Symbol value to a string',
    ),
  ],
  shape: [],
}));
