/** Shapes of secrets: texts that are secret whatever name they stand under. */

import { redaction } from './redaction.cjs';

/** Replacement of a secret. */
export const REDACTED = 'REDACTED';

// Every pattern begins where no other character of its kind precedes, and repeats one class: the
// cost is linear in the text. A part of a cut secret matches as well.
const TOKENS: RegExp[] = [
  // JWT, and any other JSON in base64url.
  /(?<![\w-])eyJ[\w-]{10,}(?:\.[\w-]*){0,4}/g,
  /(?<![A-Za-z\d])(?:AKIA|ASIA|ABIA|ACCA)[A-Z\d]{12,}(?![a-z])/g,
  /(?<![A-Za-z\d])(?:gh[pousr]_[A-Za-z\d]{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|npm_[A-Za-z\d]{30,}|hf_[A-Za-z\d]{30,}|dop_v1_[a-f\d]{32,}|shp(?:at|ca|pa|ss)_[a-fA-F\d]{24,})/g,
  /(?<![A-Za-z\d])(?:[spr]k_(?:live|test)_[A-Za-z\d]{8,}|whsec_[A-Za-z\d+/=]{16,}|sk-[\w-]{20,}|SG\.[\w-]{16,}\.[\w-]{16,})/g,
  /(?<![A-Za-z\d])(?:xox[abeoprs]-[A-Za-z\d-]{10,}|xapp-[A-Za-z\d-]{10,})/g,
  /(?<=hooks\.slack\.com\/(?:services|workflows|triggers)\/)[\w/-]{8,}/g,
  /(?<=discord(?:app)?\.com\/api\/(?:v\d{1,3}\/)?webhooks\/\d{1,20}\/)[\w-]{8,}/g,
  /(?<=(?:hooks\.zapier\.com\/hooks\/catch|webhook\.office\.com\/webhookb2)\/)[\w@/-]{8,}/g,
  /(?<!\d)\d{8,10}:[A-Za-z\d_-]{35}(?![A-Za-z\d_-])/g,
  /(?<![\w-])(?:AIza[\w-]{30,}|ya29\.[\w-]{16,}|GOCSPX-[\w-]{16,})/g,
];
/**
 * One of these is in every text that has a token. Searched one by one: as alternatives of one
 * pattern they take 210 µs for 8 Ki characters, so 53.
 */
const TOKEN_SIGNS =
  'eyJ AKIA ASIA ABIA ACCA ghp_ gho_ ghu_ ghs_ ghr_ github_pat_ glpat- npm_ hf_ dop_v1_ shpat_ shpca_ shppa_ shpss_ k_live_ k_test_ whsec_ sk- SG. xox xapp- hooks.slack /webhooks/ hooks.zapier webhook.office AIza ya29. GOCSPX-'.split(
    ' ',
  );
const BOT_SIGN = /\d:[A-Za-z\d_-]{35}/;

const SCHEME =
  /(?<![A-Za-z\d])(Bearer|Basic|DPoP|Digest|Negotiate|Token|ApiKey|JWT|SharedKey)([ \t]{1,8}|%20|\+)([\w.~+/=:-]{6,})/gi;
const WORD = /^[A-Z]?[a-z]+[.:]?$/;
const USER_INFO = /:\/\/[^/?#&\s"'<>]*@/g;
const CARD = /(?<![\w.-])\d(?:[ -]?\d){12,18}(?![ -]?\d|\w)/g;
const CARD_SIGN = /\d[ -]?\d{2}[ -]?\d[ -]?\d{2}/;
// Visa, Mastercard, American Express, Diners, Discover, JCB, UnionPay, Mir.
const ISSUERS =
  /^(?:4\d{12}(?:\d{3}){0,2}|5[1-5]\d{14}|2[2-7]\d{14}|3[47]\d{13}|3[0689]\d{12}|6(?:011|5\d\d|4[4-9]\d)\d{12,15}|35\d{14}|62\d{14,17})$/;
// A link that lets its reader in: the part after such a word, if it is no word itself.
const LINK =
  /(\/[\w.-]{0,40}(?:reset|verif|confirm|activat|magic|invit|unsubscribe|password|token|session|recover|login|signin|auth|otp|secret|api-?key)[\w.-]{0,40})((?:\/[^/?#\s"'<>&]{1,400}){1,4})/gi;
const LINK_SIGN =
  /reset|verif|confirm|activat|magic|invit|unsubscribe|password|token|session|recover|login|signin|auth|otp|secret|api-?key/i;

/** Text without the secrets that their shape shows. Never throws; linear in the text's length. */
export function redactShapes(text: string): string {
  if (redaction.isOff) return text;
  let redacted = text;
  for (const pattern of redaction.patterns) redacted = redacted.replace(pattern, REDACTED);
  if (redacted.includes('-----BEGIN ')) redacted = redactPem(redacted);
  if (redacted.includes('://')) redacted = redacted.replace(USER_INFO, `://${REDACTED}@`);
  SCHEME.lastIndex = 0;
  redacted = redacted.replace(SCHEME, (all, scheme, space, value) =>
    WORD.test(value) ? all : `${scheme}${space}${REDACTED}`,
  );
  if (hasToken(redacted)) for (const token of TOKENS) redacted = redacted.replace(token, REDACTED);
  if (CARD_SIGN.test(redacted)) redacted = redacted.replace(CARD, (all) => (isCard(all) ? REDACTED : all));
  if (redacted.includes('/') && LINK_SIGN.test(redacted)) redacted = redacted.replace(LINK, redactLink);
  return redacted;
}

function hasToken(text: string): boolean {
  if (TOKEN_SIGNS.some((sign) => text.includes(sign))) return true;
  return text.includes(':') && BOT_SIGN.test(text);
}

/** True for the digits of a payment card: its issuer's length and Luhn's sum. */
export function isCard(text: string): boolean {
  if (redaction.isOff) return false;
  const digits = text.replace(/[ -]/g, '');
  if (!ISSUERS.test(digits)) return false;
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    let digit = digits.charCodeAt(digits.length - 1 - i) - 48;
    if (i % 2 === 1) digit = digit > 4 ? digit * 2 - 9 : digit * 2;
    sum += digit;
  }
  return sum % 10 === 0;
}

/** True for what a machine made: no word, no number of a row, no version. */
export function isRandomText(text: string): boolean {
  if (text.length < 6 || text === REDACTED) return false;
  if (text.length >= 40) return true;
  if (/^\d+$/.test(text)) return text.length > 12;
  if (/^[a-z]+(?:[._-][a-z]+)*(?:\.\w{2,5})?$/.test(text)) return text.length >= 32;
  return /\d/.test(text) || /[a-z][A-Z]|[A-Z]{2}/.test(text);
}

function redactLink(all: string, word: string, rest: string): string {
  if (!rest.includes('/')) return all;
  const parts = rest.split('/').map((part) => (isRandomText(part) ? REDACTED : part));
  return word + parts.join('/');
}

function redactPem(text: string): string {
  let redacted = '';
  let copied = 0;
  for (let at = text.indexOf('-----BEGIN '); at >= 0; at = text.indexOf('-----BEGIN ', copied)) {
    const footer = text.indexOf('-----END ', at);
    const end = footer < 0 ? -1 : text.indexOf('-----', footer + 9);
    redacted += text.slice(copied, at) + REDACTED;
    copied = end < 0 ? text.length : end + 5;
  }
  return redacted + text.slice(copied);
}
