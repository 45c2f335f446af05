import { type ExpectedSpan, testForms } from '../forms.js';

const HOST = 'http://127.0.0.1:0/account';

const asked = (name: string, method: string, path: string, more: object = {}): ExpectedSpan => ({
  name: `TableClient.${name}`,
  detail: { arguments: { method, url: `${HOST}/${path}`, ...more } },
});
const failed = (error: string, failure: string, path: string, more: object): ExpectedSpan => ({
  name: 'TableClient.getEntity',
  detail: { arguments: { method: 'GET', url: path }, ...more, failure },
  error,
});
const entity = (key: string) => `orders(PartitionKey='a',RowKey='${key}')`;
const NO_ENTITY = 'RestError: {"odata.error":{"code":"REDACTED","message":{"value":"no such entity"}}}';
const NONE = failed(NO_ENTITY, 'application', `${HOST}/${entity('none')}`, { status: 404 });

testForms(
  '@azure',
  () => ({
    get: [asked('getEntity', 'GET', entity('7'))],
    write: [
      asked('createEntity', 'POST', 'orders'),
      asked('upsertEntity', 'PUT', entity('8')),
      asked('deleteEntity', 'DELETE', entity('8')),
    ],
    pages: [
      { ...asked('listEntitiesPage', 'GET', 'orders()'), rows: 2 },
      { ...asked('listEntitiesPage', 'GET', 'orders()?NextPartitionKey=a&NextRowKey=2'), rows: 1 },
    ],
    parallel: [asked('getEntity', 'GET', entity('1'))],
    error: [
      NONE,
      failed(
        'connect ECONNREFUSED 127.0.0.1:1',
        'transport',
        `http://127.0.0.1:1/account/${entity('1')}`,
        {},
      ),
    ],
    unhandled: [NONE],
  }),
  'azure',
);
