/** Content-Security-Policies: whether and how a script of the page's own origin may be added. */

/** Policies of a document, each as `directive value value; directive …`. */
export interface PolicyTexts {
  enforced: string[];
  /** Their violations are reported to the app, which are none of its own. */
  reportOnly: string[];
}

/** How the script is added; or why it is not, as the end of a sentence. */
export type ScriptPermit = { nonce?: string; mayConnect: boolean } | { refusal: string };

type Policy = Map<string, string[]>;

const NONCE = /^'nonce-([a-z0-9+/_-]+={0,2})'$/i;
const ENTITIES: Record<string, string> = { quot: '"', apos: "'", amp: '&', lt: '<', gt: '>', nbsp: '\u00a0' };
const NEITHER = "its Content-Security-Policy has neither a nonce nor 'self' for scripts";

/** What the policies permit. A nonce is only taken from them; none of them is changed. */
export function scriptPermit({ enforced, reportOnly }: PolicyTexts): ScriptPermit {
  const policies = enforced.flatMap(parsePolicies);
  const all = [...policies, ...reportOnly.flatMap(parsePolicies)];
  if (policies.some((policy) => policy.has('sandbox')))
    return { refusal: 'its Content-Security-Policy puts it into a sandbox' };
  if (all.some((policy) => policy.has('require-trusted-types-for')))
    return { refusal: 'its Content-Security-Policy requires trusted types' };
  const lists = all.map((policy) => listOf(policy, 'script-src-elem', 'script-src', 'default-src'));
  const mayConnect = all.every((policy) => isOwnAllowed(listOf(policy, 'connect-src', 'default-src')));
  if (lists.every(isOwnAllowed)) {
    const [nonce] = noncesOf(lists);
    return { ...(nonce !== undefined && { nonce }), mayConnect };
  }
  const nonce = noncesOf(lists).find((each) =>
    lists.every((list) => isOwnAllowed(list) || noncesOf([list]).includes(each)),
  );
  return nonce === undefined ? { refusal: NEITHER } : { nonce, mayConnect };
}

/** Text of an attribute as it is meant: `&#39;self&#39;` is `'self'`. */
export function attributeText(value: string): string {
  return value.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z]+));?/gi, (whole, decimal, hex, name) => {
    if (name !== undefined) return ENTITIES[name.toLowerCase()] ?? whole;
    const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

/** Policies of a header, which may have several; of directives of a name the first counts. */
function parsePolicies(text: string): Policy[] {
  return text.split(',').map((policyText) => {
    const policy: Policy = new Map();
    for (const directive of policyText.split(';')) {
      const [name = '', ...values] = directive.trim().split(/\s+/);
      if (name !== '' && !policy.has(name.toLowerCase())) policy.set(name.toLowerCase(), values);
    }
    return policy;
  });
}

function listOf(policy: Policy, ...names: string[]): string[] | undefined {
  const name = names.find((each) => policy.has(each));
  return name === undefined ? undefined : policy.get(name);
}

/** Whether a list allows what the page's own origin serves; a missing list allows all. */
function isOwnAllowed(list: string[] | undefined): boolean {
  if (list === undefined) return true;
  const words = list.map((word) => word.toLowerCase());
  // It makes browsers ignore 'self'.
  return !words.includes("'strict-dynamic'") && (words.includes("'self'") || words.includes('*'));
}

function noncesOf(lists: (string[] | undefined)[]): string[] {
  return lists.flatMap((list = []) => list.flatMap((word) => NONCE.exec(word)?.[1] ?? []));
}
