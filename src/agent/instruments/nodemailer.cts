/** Instrument of nodemailer: each mail that is sent, by any transport. */

import { beginCall, endCall, runCall, type TracedCall, wrapCallback } from '../call/call.cjs';
import { endWithOwnPromise } from '../call/settle.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import { dataOf, isList, plainText } from '../record/app-values.cjs';
import { serialize } from '../record/serialize.cjs';
import type { CallInfo, Instrument } from './instrument.cjs';

type Mail = { prototype: object };

const FIELDS = ['from', 'to', 'cc', 'bcc', 'subject'];
const MAX_SUBJECT = 200;

export const nodemailer: Instrument = {
  library: 'nodemailer',
  versions: '>=6 <11',
  kind: 'mail',
  kinds: [{ kind: 'mail', title: 'Mail', noun: 'mail', nouns: 'mails', slow: 1000 }],
  channel: 'scooby:nodemailer',
  describe,
  files: {
    'nodemailer/lib/mailer/index.js': patchMail,
    'nodemailer/dist/cjs/mailer/index.js': patchMail,
    'nodemailer/dist/esm/mailer/index.js': ({ Mail }: { Mail: Mail }) => patchMail(Mail),
  },
  esm: { 'nodemailer/dist/esm/mailer/index.js': ['Mail'] },
};

function patchMail({ prototype }: Mail): void {
  replaceMethod(prototype, 'sendMail', wrapSendMail);
}

/** `SMTP: Your order`; the text of the mail is not recorded. */
function describe({ self, args: { 0: mail } }: TracedCall): CallInfo {
  const transport = plainText(dataOf(dataOf(self, 'transporter'), 'name')) ?? 'mail';
  const subject = plainText(dataOf(mail, 'subject'));
  const text = subject === undefined ? '' : `: ${String(serialize(subject)).slice(0, MAX_SUBJECT)}`;
  const fields = FIELDS.map((key) => [key, dataOf(mail, key)] as const);
  const detail = Object.fromEntries(
    fields.flatMap(([key, value]) => (value === undefined ? [] : [[key, serialize(value)]])),
  );
  // Mails with a subject of their own each are alike.
  return { name: `${transport}${text}`, detail: { ...detail, shape: transport } };
}

function wrapSendMail(original: Function): Function {
  return function sendMail(this: unknown, ...args: unknown[]) {
    const call = beginCall(nodemailer, sendMail, this, [args[0]]);
    if (call === undefined) return Reflect.apply(original, this, args);
    if (typeof args[1] !== 'function') return endWithOwnPromise(call, original, this, args, end);
    args[1] = wrapCallback(call, args[1] as Function, (ended, { 0: error, 1: info }) =>
      end(ended, error, info),
    );
    return runCall(call, original, this, args);
  };
}

/** Rows are the recipients that took it. */
function end(call: TracedCall, error: unknown, info: unknown): void {
  const accepted = dataOf(info, 'accepted') ?? dataOf(dataOf(info, 'envelope'), 'to');
  const rejected = dataOf(info, 'rejected');
  const response = plainText(dataOf(info, 'response'));
  endCall(call, error, isList(accepted) ? accepted.length : undefined, {
    ...(isList(rejected) && rejected.length > 0 && { rejected: rejected.length }),
    ...(response !== undefined && { response: String(serialize(response)).slice(0, MAX_SUBJECT) }),
  });
}
