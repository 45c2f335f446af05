import { writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'tap';
import { otlpSettings, parseOtlpUrl } from '../../src/cli/otlp-settings.js';

test('the URL of a collector may be written without http://', (t) => {
  t.equal(parseOtlpUrl('localhost:4318'), 'http://localhost:4318');
  t.equal(parseOtlpUrl('https://otel.test/base'), 'https://otel.test/base');
  for (const text of ['node', 'ftp://a', 'http://']) {
    if (text === 'node') continue;
    t.throws(() => parseOtlpUrl(text), /Write the URL of a collector/, text);
  }
  t.end();
});

test('the app is named by OTEL_SERVICE_NAME, its package, or its folder', (t) => {
  const folder = t.testdir({ inner: {} });
  t.equal(otlpSettings(true, folder, { OTEL_SERVICE_NAME: 'named' }).service, 'named');
  writeFileSync(join(folder, 'package.json'), '{"name": "@acme/shop"}');
  t.equal(otlpSettings(true, join(folder, 'inner'), {}).service, '@acme/shop');
  writeFileSync(join(folder, 'package.json'), 'not JSON');
  t.equal(otlpSettings(true, folder, {}).service, basename(folder));
  t.equal(otlpSettings('http://a:1', folder, {}).url, 'http://a:1');
  t.notOk('url' in otlpSettings(true, folder, {}));
  t.end();
});
