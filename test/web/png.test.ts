import { test } from 'tap';
import { decodePng, difference, encodePng, type Picture, shrink } from './png.js';

const picture: Picture = {
  width: 5,
  height: 3,
  pixels: Uint8Array.from({ length: 45 }, (_, i) => (i * 53) % 256),
};

test('a picture is read as it was written', (t) => {
  t.same(decodePng(encodePng(picture)), picture);
  t.throws(() => decodePng(Buffer.from('GIF89a')), { message: 'this is no PNG' });
  t.end();
});

test('squares have the mean colour, and those that differ are counted', (t) => {
  const grey = { width: 4, height: 2, pixels: new Uint8Array(24).fill(100) };
  const half = { ...grey, pixels: Uint8Array.from(grey.pixels, (value, i) => (i % 12 < 6 ? value : 200)) };
  t.same(shrink(half, 2), { width: 2, height: 1, pixels: Uint8Array.from([100, 100, 100, 200, 200, 200]) });
  t.equal(difference(grey, half, 100), 0);
  t.equal(difference(grey, half, 99), 0.5);
  t.equal(difference(grey, picture, 255), 1);
  t.end();
});
