import { test } from 'tap';
import { HtmlTokenizer } from '../../../src/proxy/badge/html-tokenizer.js';

/** Tags of a document, with their attributes. */
function tagsOf(html: string): string[] {
  const tokenizer = new HtmlTokenizer();
  const tags: string[] = [];
  for (const byte of Buffer.from(html)) {
    const tag = tokenizer.read(byte);
    if (tag === undefined) continue;
    const attributes = [...tag.attributes].map(([name, value]) => ` ${name}=${value}`);
    tags.push(`${tag.isEnd ? '/' : ''}${tag.name}${attributes.join('')}`);
  }
  return tags;
}

test('tags and their attributes, as they are written', (t) => {
  t.same(tagsOf('<!DOCTYPE html><HTML lang=en><Head\n>'), ['html lang=en', 'head']);
  t.same(tagsOf("<a b c=1 D=\"x>y\" e='>' f = g h='\"' b=2 />text</a >"), [
    'a b= c=1 d=x>y e=> f=g h="',
    '/a',
  ]);
  t.same(tagsOf('<a/b/c=d//><i =x><u "a"=\'b\'>'), ['a b= c=d//', 'i =x=', 'u "a"=b']);
  t.same(tagsOf('<a b=><c d=/e>'), ['a b=', 'c d=/e']);
  t.end();
});

test('what looks like a tag and is none', (t) => {
  const nothing = [
    ...['< head>', '<1>', '<>', '</>', '</ a>', '<?a b>', '<!a ">', '<![CDATA[<a]]>', '<!-a>', '<!>'],
    ...['<!--<a>-->', '<!-- -- <a> -- -->', '<!--->', '<!-->', '<!-- --!>', '<!--<!-- --> ', '<!-- --->'],
    ...['<!-- <a', '<a', '<a b="', '<a b="c> <d>'],
  ];
  for (const html of nothing) t.same(tagsOf(html), [], html);
  for (const html of nothing.slice(0, -4)) t.same(tagsOf(`${html}<b>`), ['b'], html);
  t.same(tagsOf('<<b>'), ['b']);
  t.end();
});

test('the text of scripts, styles and the like', (t) => {
  for (const name of [
    'script',
    'style',
    'title',
    'textarea',
    'xmp',
    'iframe',
    'noembed',
    'noframes',
    'noscript',
  ])
    t.same(
      tagsOf(`<${name} a><b></c></${name}s><!-- </${name}\n x><d>`),
      [`${name} a=`, `/${name} x=`, 'd'],
      name,
    );
  t.same(tagsOf('<plaintext></plaintext><a>'), ['plaintext']);
  t.same(tagsOf('<style><!-- <style></style><a>'), ['style', '/style', 'a']);
  t.end();
});
