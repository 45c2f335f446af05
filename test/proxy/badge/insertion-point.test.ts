import { test } from 'tap';
import { InsertionPoint, MAX_SEARCHED } from '../../../src/proxy/badge/insertion-point.js';

/** The document with a bar where the badge belongs. */
function marked(html: string): string {
  const point = new InsertionPoint();
  const at = point.read(Buffer.from(html));
  return at === undefined ? html : `${html.slice(0, at)}|${html.slice(at)}`;
}

test('behind the first real tag of a head or body', (t) => {
  const documents = [
    '<head>|<title>',
    '<!doctype html><html lang=a><!-- <head> --><HEAD\n data-a=">">|<title>',
    '<title><head></title><link><body class=a/>|<p>',
    '<header></header><heads><bodyx><body>|',
    '<script>"<head>"</script><style>/*<body>*/</style><noscript><body></noscript><head/>|',
    '<template><head><template></template><body></template><template></template><head>|',
    '<p title="<head>" x=\'<body>\'><body>|',
    '</head></body><head>|<body>',
    '</template><head>|',
    '\ufefftext<head>|',
  ];
  for (const each of documents) t.equal(marked(each.replace('|', '')), each);
  t.end();
});

test('documents without a place', (t) => {
  const documents = [
    ...['', 'text', '<p>', '<!-- <head>', '<head', '<head a="', '<script><head>', '<template><head>'],
    ...['<svg><body>', '<math><body>', '<base href=//a><body>', '<frameset><head>', '<plaintext><head>'],
  ];
  for (const each of documents) t.equal(marked(each), each);
  for (const [i, mark] of [
    [0xff, 0xfe],
    [0xfe, 0xff],
    [0, 0],
  ].entries()) {
    const point = new InsertionPoint();
    t.equal(point.read(Buffer.concat([Buffer.from(mark), Buffer.from('<head>')])), undefined, `wide ${i}`);
    t.ok(point.isMissing);
  }
  t.end();
});

test('it is looked for in the first 16 KB', (t) => {
  const space = (length: number) => ' '.repeat(length);
  t.match(marked(`${space(MAX_SEARCHED - 6)}<head>`), /<head>\|$/);
  const late = new InsertionPoint();
  t.equal(late.read(Buffer.from(`${space(MAX_SEARCHED - 5)}<head>`)), undefined);
  t.ok(late.isMissing);
  const long = new InsertionPoint();
  t.equal(long.read(Buffer.from('<head>')), 6);
  t.equal(long.read(Buffer.from(`<p title="${space(MAX_SEARCHED)}`)), undefined);
  t.ok(long.isSettled, 'a tag without an end is not waited for');
  t.end();
});

test('policies of its head, and whether another may come', (t) => {
  const point = new InsertionPoint();
  t.equal(point.read(Buffer.from('<meta http-equiv=" Content-Security-Policy" content="a"><head><me')), 62);
  t.same([point.policies, point.isSettled], [['a'], false]);
  point.read(Buffer.from("ta content='b' HTTP-EQUIV=content-security-policy>"));
  t.same([point.policies, point.isSettled], [['a', 'b'], true]);
  point.read(Buffer.from('<template><meta http-equiv=content-security-policy content=c></template></head><'));
  t.same([point.policies, point.isSettled], [['a', 'b'], true]);
  t.end();
});
