import { test } from 'tap';
import {
  isPathPattern,
  matchesPath,
  pathOfUrl,
  RecordPolicy,
  Sampler,
} from '../../src/domain/record-rules.cjs';

test('a pattern is a path, a folder with all below it, or an ending; * is any text', (t) => {
  const fits = (pattern: string, ...paths: string[]) => paths.filter((path) => matchesPath(pattern, path));
  t.same(fits('/health', '/health', '/healthz', '/health/', '/a/health'), ['/health']);
  t.same(fits('/admin/', '/admin/', '/admin/a/b', '/admin', '/x/admin/'), ['/admin/', '/admin/a/b']);
  t.same(fits('.js', '/a.js', '/a/b.js', '/a.jsx', '/js'), ['/a.js', '/a/b.js']);
  t.same(fits('*', '/', '/a/b'), ['/', '/a/b']);
  t.same(fits('/', '/', '/a'), ['/']);
  t.same(fits('/api/*/raw', '/api/1/raw', '/api/1/2/raw', '/api/raw', '/api/1/raws'), [
    '/api/1/raw',
    '/api/1/2/raw',
  ]);
  t.same(fits('*/a*b*c', '/a-b-c', '/x/a-bb-cc', '/abc', '/acb'), ['/a-b-c', '/x/a-bb-cc', '/abc']);
  t.same(fits('/ab*ba', '/aba', '/abba', '/abcba'), ['/abba', '/abcba'], 'the ends do not overlap');
  t.end();
});

test('a text that is no pattern is known', (t) => {
  const texts = ['/a', '*', '*.js', '.js', '.min.js', 'a', '', '/a?b', '/a b', '.a/b', '.', '/a#b'];
  t.same(texts.filter(isPathPattern), ['/a', '*', '*.js', '.js', '.min.js']);
  t.same(
    texts.filter((text) => !isPathPattern(text)),
    ['a', '', '/a?b', '/a b', '.a/b', '.', '/a#b'],
  );
  t.end();
});

test('a hostile path takes linear time', (t) => {
  const path = `/${'a'.repeat(50_000)}`;
  t.equal(matchesPath(`/${'*a'.repeat(200)}b`, path), false);
  t.end();
});

test('the path of any form of URL', (t) => {
  t.same(['/a?b=/c', '/a#?', 'http://h:1/a/b?c', 'http://h', '*', '/'].map(pathOfUrl), [
    '/a',
    '/a',
    '/a/b',
    '/',
    '*',
    '/',
  ]);
  t.end();
});

test('a sample takes its share exactly, at random places', (t) => {
  const taken = (share: number, many: number, random?: () => number) => {
    const sampler = new Sampler(share, random);
    return Array.from({ length: many }, () => sampler.take());
  };
  const count = (list: boolean[]) => list.filter(Boolean).length;
  t.equal(count(taken(1 / 4, 400)), 100);
  t.equal(count(taken(1, 10)), 10);
  t.equal(count(taken(3 / 4, 400)), 300);
  t.same(
    taken(1 / 4, 8, () => 0.6),
    [false, false, true, false, false, false, true, false],
  );
  t.same(
    taken(1 / 4, 8, () => 0),
    [true, false, false, false, true, false, false, false],
  );
  const many = count(taken(1 / 100, 100_000));
  t.ok(many >= 998 && many <= 1001, `${many}`);
  t.end();
});

test('of two patterns the longer decides; what has none is left out as usual', (t) => {
  const policy = new RecordPolicy({
    include: ['/assets/', '/admin/api/', '/both'],
    exclude: ['/admin/', '.png', '/both'],
  });
  const verdicts = (paths: string[]) => paths.map((path) => policy.verdictOn({ method: 'GET', path }));
  t.same(verdicts(['/', '/a.js', '/health', '/assets/a.js', '/assets/a.png', '/a.png']), [
    'whole',
    'withCalls',
    'withCalls',
    'whole',
    'whole',
    'excluded',
  ]);
  t.same(verdicts(['/admin/x?y', '/admin/api/x', '/both']), ['excluded', 'whole', 'excluded']);
  const all = new RecordPolicy({ include: ['*'], exclude: ['/health'] });
  t.same(
    ['/a.js', '/health'].map((path) => all.verdictOn({ method: 'GET', path })),
    ['whole', 'excluded'],
  );
  const only = new RecordPolicy({ include: ['/api/'], exclude: ['*'] });
  t.same(
    ['/', '/api/orders'].map((path) => only.verdictOn({ method: 'GET', path })),
    ['excluded', 'whole'],
  );
  t.end();
});

test('files take no place in the sample of the others', (t) => {
  const policy = new RecordPolicy({ sample: 1 / 2 });
  const verdicts = Array.from({ length: 8 }, () => [
    policy.verdictOn({ method: 'GET', path: '/a.js' }),
    policy.verdictOn({ method: 'GET', path: '/' }),
  ]);
  t.equal(verdicts.filter(([, page]) => page === 'whole').length, 4);
  t.equal(verdicts.filter(([file]) => file === 'withCalls').length, 4);
  t.end();
});
