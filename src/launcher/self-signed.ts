/** Self-signed certificate for localhost, made anew for a run and kept in memory. */

import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';

/** Key and certificate in PEM. */
export interface KeyAndCertificate {
  key: string;
  cert: string;
}

const DAY_MS = 24 * 60 * 60 * 1000;
/** Shorter than what browsers accept at most. */
const VALID_DAYS = 90;
const OID = {
  ecdsaWithSha256: '2a8648ce3d040302',
  commonName: '550403',
  subjectAltName: '551d11',
  extendedKeyUsage: '551d25',
  serverAuth: '2b06010505070301',
};

/** Key and certificate for localhost, 127.0.0.1 and ::1, valid from yesterday on. */
export function selfSigned(now = Date.now()): KeyAndCertificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = der(0x30, oid(OID.ecdsaWithSha256));
  const name = der(
    0x30,
    der(0x31, der(0x30, oid(OID.commonName), der(0x0c, Buffer.from('scooby (localhost)')))),
  );
  const validity = der(0x30, time(now - DAY_MS), time(now + VALID_DAYS * DAY_MS));
  const body = der(
    0x30,
    der(0xa0, der(0x02, Buffer.from([2]))),
    // Positive, and not zero in front.
    der(0x02, Buffer.concat([Buffer.from([0x40]), randomBytes(15)])),
    algorithm,
    name,
    validity,
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, der(0x30, ...extensions())),
  );
  const signature = sign('sha256', body, privateKey);
  const certificate = der(0x30, body, algorithm, der(0x03, Buffer.from([0]), signature));
  const lines = certificate.toString('base64').replace(/.{64}/g, '$&\n').trimEnd();
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
  };
}

function extensions(): Buffer[] {
  const loopback6 = Buffer.alloc(16);
  loopback6[15] = 1;
  const names = [
    der(0x82, Buffer.from('localhost')),
    der(0x87, Buffer.from([127, 0, 0, 1])),
    der(0x87, loopback6),
  ];
  return [
    der(0x30, oid(OID.subjectAltName), der(0x04, der(0x30, ...names))),
    der(0x30, oid(OID.extendedKeyUsage), der(0x04, der(0x30, oid(OID.serverAuth)))),
  ];
}

/** An element of DER: tag, length, content. */
function der(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const header =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...header]), content]);
}

function oid(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, 'hex'));
}

/** UTCTime, which has the years until 2049. */
function time(ms: number): Buffer {
  const digits = new Date(ms).toISOString().replace(/\D/g, '');
  return der(0x17, Buffer.from(`${digits.slice(2, 14)}Z`));
}
