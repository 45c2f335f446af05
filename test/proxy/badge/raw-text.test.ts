import { test } from 'tap';
import { RawText } from '../../../src/proxy/badge/raw-text.js';

/** The text up to the name of the end tag, without it. */
function rawTextOf(element: string, text: string): string | undefined {
  const raw = new RawText(element);
  const at = [...text].findIndex((char) => raw.endsBefore(char));
  return at < 0 ? undefined : text.slice(0, at);
}

test('it ends with its own end tag', (t) => {
  t.equal(rawTextOf('style', 'a</styles></b></STYLE >'), 'a</styles></b></STYLE');
  t.equal(rawTextOf('title', 'a</title'), undefined);
  t.equal(rawTextOf('plaintext', '</plaintext>'), undefined);
  t.end();
});

test('a comment with a script in it hides the end of a script', (t) => {
  t.equal(rawTextOf('script', '<!-- <script> </script> --></script>'), '<!-- <script> </script> --></script');
  t.equal(rawTextOf('script', '<!-- <script>a --> </script>'), '<!-- <script>a --> </script');
  t.equal(rawTextOf('script', '<!-- </script>'), '<!-- </script');
  t.equal(rawTextOf('script', '<!-- <scripts></script>'), '<!-- <scripts></script');
  t.equal(rawTextOf('script', '<!--> <script></script>'), '<!--> <script></script');
  t.equal(rawTextOf('script', '<!-- <script></script'), undefined);
  t.equal(rawTextOf('title', '<!-- <title></title>'), '<!-- <title></title');
  t.end();
});
