/** Certificates of TLS servers, as the agent passes them on. */

import { createServer, type ServerOptions } from 'node:https';
import { test } from 'tap';
import { certificateAt, noteSecureServer } from '../../../src/agent/request/certificates.cjs';
import { cert, key } from '../../proxy/certificate.js';

const base64 = (text: string) => Buffer.from(text).toString('base64');

test('texts, buffers and lists are passed on; others are not', (t) => {
  const given = (options: ServerOptions) => {
    const server = createServer(options);
    noteSecureServer(1, server);
    return certificateAt(1);
  };
  const whole = { key: [base64(key)], cert: [base64(cert)] };
  t.same(given({ key, cert }), whole);
  t.same(given({ key: Buffer.from(key), cert: [Buffer.from(cert)] }), whole);
  t.same(given({ key: [{ pem: key }], cert, passphrase: 'p' }), { ...whole, passphrase: 'p' });
  t.same(given({ SNICallback: () => {} }), {});
  t.same(given({ cert }), {}, 'without its key');
  t.same(certificateAt('/unknown'), {});
  t.end();
});
