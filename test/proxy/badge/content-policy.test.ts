import { test } from 'tap';
import { attributeText, scriptPermit } from '../../../src/proxy/badge/content-policy.js';

const NEITHER = { refusal: "its Content-Security-Policy has neither a nonce nor 'self' for scripts" };
const permitOf = (...enforced: string[]) => scriptPermit({ enforced, reportOnly: [] });

test('a nonce is reused, and nothing else is needed with self', (t) => {
  t.same(permitOf(), { mayConnect: true });
  t.same(permitOf("img-src 'none'"), { mayConnect: true });
  t.same(permitOf("script-src 'self'"), { mayConnect: true });
  t.same(permitOf('default-src *; connect-src https:'), { mayConnect: false });
  t.same(permitOf("DEFAULT-SRC 'Self' 'Nonce-aB+/9=='"), { nonce: 'aB+/9==', mayConnect: true });
  t.same(permitOf("script-src 'nonce-a' 'strict-dynamic'; connect-src 'self'"), {
    nonce: 'a',
    mayConnect: true,
  });
  t.same(permitOf("default-src 'none'; script-src 'nonce-a'"), { nonce: 'a', mayConnect: false });
  t.same(permitOf("script-src 'none'; script-src-elem 'self'; script-src-elem 'none'"), { mayConnect: true });
  t.end();
});

test('a policy with neither', (t) => {
  const policies = [
    ...[
      "default-src 'none'",
      'script-src https:',
      'script-src',
      "script-src 'sha256-abc='",
      'script-src a.com/*',
    ],
    ...["script-src 'self' 'strict-dynamic'", "script-src 'unsafe-inline'", "script-src 'nonce-a\"b'"],
    ...["script-src-elem 'none'; script-src 'self'"],
  ];
  for (const policy of policies) t.same(permitOf(policy), NEITHER, policy);
  t.end();
});

test('several policies have to permit it, each for itself', (t) => {
  t.same(permitOf("script-src 'self', script-src 'nonce-a'"), { nonce: 'a', mayConnect: true });
  t.same(permitOf("script-src 'nonce-b' 'nonce-a'", "script-src 'nonce-a'"), {
    nonce: 'a',
    mayConnect: true,
  });
  t.same(permitOf("script-src 'nonce-a'", "script-src 'nonce-b'"), NEITHER);
  const reportOnly = ["script-src 'nonce-a'"];
  t.same(scriptPermit({ enforced: [], reportOnly }), { nonce: 'a', mayConnect: true });
  t.same(
    scriptPermit({ enforced: ["script-src 'nonce-b'"], reportOnly }),
    NEITHER,
    'it would be reported as a violation that is none of the app',
  );
  t.end();
});

test('sandboxes and trusted types', (t) => {
  t.same(permitOf('sandbox allow-scripts'), {
    refusal: 'its Content-Security-Policy puts it into a sandbox',
  });
  t.same(permitOf("require-trusted-types-for 'script'"), {
    refusal: 'its Content-Security-Policy requires trusted types',
  });
  t.same(scriptPermit({ enforced: [], reportOnly: ['sandbox'] }), { mayConnect: true });
  t.end();
});

test('text of an attribute', (t) => {
  t.equal(
    attributeText('script-src &#39;self&#x27; &apos;a&quot;&AMP;&lt &none; &#1114112;'),
    "script-src 'self' 'a\"&< &none; &#1114112;",
  );
  t.end();
});
