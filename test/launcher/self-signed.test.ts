/** The certificate that scooby makes for a proxy in front of TLS. */

import { X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { test } from 'tap';
import { selfSigned } from '../../src/launcher/self-signed.js';

test('for localhost in each of its forms, new each time, usable and valid', (t) => {
  const now = Date.UTC(2026, 10, 27, 12);
  const made = selfSigned(now);
  createSecureContext(made);
  const certificate = new X509Certificate(made.cert);
  t.equal(certificate.subject, 'CN=scooby (localhost)');
  t.equal(certificate.subjectAltName, 'DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1');
  t.equal(certificate.validFrom, 'Nov 26 12:00:00 2026 GMT');
  t.equal(certificate.validTo, 'Feb 25 12:00:00 2027 GMT');
  t.equal(certificate.verify(certificate.publicKey), true);
  t.equal(certificate.checkHost('localhost'), 'localhost');
  t.not(selfSigned(now).key, made.key);
  t.end();
});
