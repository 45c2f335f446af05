import { type ExpectedSpan, testForms } from '../forms.js';

const one = (name: string, rows?: number, params?: unknown): ExpectedSpan => ({
  name,
  ...(params !== undefined && { detail: { params } }),
  ...(rows !== undefined && { rows }),
});

testForms('tedious', () => ({
  batch: [one('select 1 as n union select 2', 2)],
  params: [
    one('select n from [users] where n = @n and [password] = @p and token = @token', 1, {
      n: 7,
      p: 'REDACTED',
      token: 'REDACTED',
    }),
  ],
  written: [one("update users set password = N'REDACTED' where [pin] = 'REDACTED'", 1)],
  procedure: [one('EXEC find_users', 1, { n: 7, password: 'REDACTED' })],
  prepared: [one('select @n as n', 1, { n: 3 })],
  transaction: [
    one('BEGIN TRANSACTION'),
    one('insert into users values (@n)', 1, { n: 7 }),
    one('SAVE TRANSACTION'),
    one('ROLLBACK TRANSACTION'),
    one('BEGIN TRANSACTION'),
    one('COMMIT TRANSACTION'),
  ],
  bulk: [one('INSERT BULK users', 3)],
  inside: [one('select 2 as n', 1), one('select 1 as n', 1)],
  again: [one('select 1 as n', 1), one('select 1 as n', 1)],
  cancelled: [{ name: "waitfor delay '00:00:00.050'", error: 'ECANCEL: Canceled.' }],
  error: [
    { name: 'select * from nowhere', error: "EREQUEST: Invalid object name 'nowhere'." },
    one("waitfor delay '00:00:00.050'", 1),
    {
      name: 'select 1',
      error:
        'EINVALIDSTATE: Requests can only be made in the LoggedIn state, not the SentClientRequest state',
    },
  ],
  lost: [{ name: 'select vanish', error: 'ECONNRESET: socket hang up' }],
}));
