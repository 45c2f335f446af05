import { type ExpectedSpan, testForms } from '../forms.js';

const mail = (change: object = {}, rest: Partial<ExpectedSpan> = { rows: 1 }): ExpectedSpan[] => {
  const fields = { from: 'shop@example.com', to: 'ann@example.com', subject: 'Your order', shape: 'SMTP' };
  return [{ name: 'SMTP: Your order', detail: { ...fields, ...change }, ...rest }];
};
const response = '250 ok';
const json = { shape: 'JSONTransport' };
const REFUSED = "EENVELOPE: Can't send mail - all recipients were rejected: 550 no such user";

testForms('nodemailer', () => ({
  promise: mail({ response }),
  callback: mail({ to: ['ann@example.com', 'bob@example.com'], response }, { rows: 2 }),
  json: [{ ...mail(json)[0]!, name: 'JSONTransport: Your order' }],
  ticks: [
    { ...mail({ shape: 'own' })[0]!, name: 'own: Your order' },
    { name: 'own: Your order', detail: mail({ shape: 'own' })[0]!.detail!, error: 'not sent' },
  ],
  partly: mail({ to: 'ann@example.com, nobody@example.com', rejected: 1, response }),
  refused: mail({ to: 'nobody@example.com' }, { error: REFUSED }),
  gone: mail({}, { error: 'ESOCKET: connect ECONNREFUSED 127.0.0.1:1' }),
  unhandled: mail({ to: 'nobody@example.com' }, { error: REFUSED }),
  loop: ['ann', 'bob'].map((name) => ({
    name: `JSONTransport: For ${name}`,
    ...{ detail: mail({ ...json, to: `${name}@example.com`, subject: `For ${name}` })[0]!.detail!, rows: 1 },
  })),
}));
