import { type ExpectedSpan, testForms } from '../forms.js';

const url = (QueueName = 'orders'): ExpectedSpan => ({
  name: 'SQS.GetQueueUrl',
  detail: { arguments: { QueueName }, status: 200 },
});
const list = (input: object): ExpectedSpan[] => [
  { name: 'SQS.ListQueues', detail: { arguments: input, status: 200 }, rows: 2 },
];
const own = { arguments: { QueueName: 'own' } };
const missing: ExpectedSpan = {
  name: 'SQS.GetQueueUrl',
  detail: { arguments: { QueueName: 'missing' }, status: 400, failure: 'application' },
  error: 'QueueDoesNotExist: no such queue',
};

testForms('@aws-sdk', () => ({
  promise: [url()],
  callback: [url('again'), url()],
  options: [url()],
  method: [url()],
  list: list({}),
  secret: list({ QueueNamePrefix: 'a', NextToken: 'REDACTED' }),
  later: [url('later'), url()],
  ticks: [
    ...[own, own].map((detail) => ({ name: 'SQS.GetQueueUrl', detail })),
    { name: 'SQS.GetQueueUrl', detail: { ...own, failure: 'transport' }, error: 'Error: refused' },
  ],
  error: [
    missing,
    {
      name: 'SQS.GetQueueUrl',
      detail: { arguments: { QueueName: 'orders' }, failure: 'transport' },
      error: 'connect ECONNREFUSED 127.0.0.1:1',
    },
  ],
  unhandled: [missing],
}));
