/** Secrets in inputs of AWS commands that their names do not tell. */

import { test } from 'tap';
import { awsInput } from '../../../../src/agent/instruments/shared/aws-input.cjs';

/** Calls, what the app gives them, and what is shown of that. */
const CASES: [call: string, input: object, shown: object][] = [
  [
    'KMS.Encrypt',
    { KeyId: 'alias/app', Plaintext: Buffer.from('hunter2') },
    { KeyId: 'alias/app', Plaintext: 'REDACTED' },
  ],
  [
    'SSM.PutParameter',
    { Name: '/app/dsn', Value: 'hunter2', Type: 'SecureString' },
    { Name: '/app/dsn', Value: 'REDACTED', Type: 'SecureString' },
  ],
  [
    'SSM.PutParameter',
    { Name: '/app/dsn', Value: 'hunter2', Overwrite: true },
    { Name: '/app/dsn', Value: 'REDACTED', Overwrite: true },
  ],
  [
    'SSM.PutParameter',
    { Name: '/app/colour', Value: 'red', Type: 'String' },
    { Name: '/app/colour', Value: 'red', Type: 'String' },
  ],
  [
    'ECS.RegisterTaskDefinition',
    {
      containerDefinitions: [
        {
          name: 'web',
          environment: [
            { name: 'DB_PASSWORD', value: 'hunter2' },
            { name: 'PORT', value: '80' },
          ],
        },
      ],
    },
    {
      containerDefinitions: [
        {
          name: 'web',
          environment: [
            { name: 'DB_PASSWORD', value: 'REDACTED' },
            { name: 'PORT', value: '80' },
          ],
        },
      ],
    },
  ],
  ['EC2.RunInstances', { MaxCount: 1, UserData: 'IyEvYmlu' }, { MaxCount: 1, UserData: 'REDACTED' }],
  [
    'S3.GetObject',
    { Bucket: 'b', SSECustomerKey: 'hunter2', SSECustomerAlgorithm: 'AES256' },
    { Bucket: 'b', SSECustomerKey: 'REDACTED', SSECustomerAlgorithm: 'AES256' },
  ],
  [
    'DynamoDB.UpdateItem',
    {
      UpdateExpression: 'SET #p = :p, visits = if_not_exists(visits, :zero), profile.recoveryCode = :r',
      ConditionExpression: 'attribute_exists(id) AND #p <> :old',
      ExpressionAttributeNames: { '#p': 'passwordHash' },
      ExpressionAttributeValues: {
        ':p': { S: 'x' },
        ':zero': { N: '0' },
        ':r': { S: 'y' },
        ':old': { S: 'z' },
      },
    },
    {
      UpdateExpression: 'SET #p = :p, visits = if_not_exists(visits, :zero), profile.recoveryCode = :r',
      ConditionExpression: 'attribute_exists(id) AND #p <> :old',
      ExpressionAttributeNames: { '#p': 'passwordHash' },
      ExpressionAttributeValues: {
        ':p': 'REDACTED',
        ':zero': { N: '0' },
        ':r': 'REDACTED',
        ':old': 'REDACTED',
      },
    },
  ],
  [
    'RDSData.ExecuteStatement',
    {
      sql: `update users set password = 'hunter2' where id = :id`,
      parameters: [
        { name: 'id', value: { longValue: 1 } },
        { name: 'token', value: { stringValue: 'x' } },
      ],
    },
    {
      sql: `update users set password = 'REDACTED' where id = :id`,
      parameters: [
        { name: 'id', value: { longValue: 1 } },
        { name: 'token', value: 'REDACTED' },
      ],
    },
  ],
  [
    'DynamoDB.ExecuteStatement',
    { Statement: 'SELECT * FROM users WHERE id = ? AND password = ?', Parameters: [{ S: '1' }, { S: 'x' }] },
    { Statement: 'SELECT * FROM users WHERE id = ? AND password = ?', Parameters: [{ S: '1' }, 'REDACTED'] },
  ],
];

test('what only the rules of an API tell to be secret is masked', (t) => {
  for (const [call, input, shown] of CASES) {
    const before = structuredClone(input);
    t.same(awsInput(call, input), shown, call);
    t.same(input, before, 'the input of the app is as before');
  }
  t.equal(awsInput('S3.ListBuckets', undefined), null);
  t.end();
});
