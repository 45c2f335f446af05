import { test } from 'tap';
import {
  cookieWithoutMarks,
  markInCookie,
  markInHeader,
  markInUrl,
  markOfRequest,
  urlWithoutMarks,
} from '../../src/domain/record-marks.cjs';

test('a parameter is a mark only byte for byte', (t) => {
  t.same(['/?__scooby=1', '/?a=1&__scooby=0', '/?__scooby=0&__scooby=1', '/?b&__scooby=1#c'].map(markInUrl), [
    'on',
    'off',
    'off',
    'on',
  ]);
  const none = [
    '/',
    '/__scooby=1',
    '/?__scooby=2',
    '/?__scooby=',
    '/?__scooby',
    '/?__scooby=11',
    '/?x__scooby=1',
  ];
  const others = [
    '/?%5F%5Fscooby=1',
    '/?__scooby=%31',
    '/?__SCOOBY=1',
    '/#?__scooby=1',
    '/?a=__scooby=1',
    '/?a;__scooby=1',
  ];
  t.same(
    [...none, ...others].filter((url) => markInUrl(url) !== undefined),
    [],
  );
  t.same(
    [...none, ...others].filter((url) => urlWithoutMarks(url) !== url),
    [],
  );
  t.end();
});

test('a URL loses its marks and nothing else', (t) => {
  t.same(
    [
      ...['/a?__scooby=1', '/a?__scooby=1&b=2', '/a?b=2&__scooby=0', '/a?b&__scooby=1&c', '/a?&__scooby=1'],
      ...['/a?__scooby=1&__scooby=0', '/a?b=%20&&__scooby=1&', '/a?__scooby=1#x', 'http://h/a?__scooby=1&b'],
    ].map(urlWithoutMarks),
    ['/a', '/a?b=2', '/a?b=2', '/a?b&c', '/a?', '/a', '/a?b=%20&&', '/a#x', 'http://h/a?b'],
  );
  t.end();
});

test('a cookie is a mark only as one of its own', (t) => {
  t.same(['scooby=1', 'a=1; scooby=0', 'a=1;scooby=1 ;b=2', 'scooby=0; scooby=1'].map(markInCookie), [
    'on',
    'off',
    'on',
    'off',
  ]);
  const none = [
    '',
    'scooby=2',
    'scooby=',
    'xscooby=1',
    'a=scooby=1',
    'scooby=1x',
    'SCOOBY=1',
    'scooby=%31',
    'scooby = 1',
  ];
  t.same(
    none.filter((value) => markInCookie(value) !== undefined),
    [],
  );
  t.same(
    none.filter((value) => cookieWithoutMarks(value) !== value),
    [],
  );
  t.end();
});

test('a Cookie header loses its marks and nothing else', (t) => {
  t.same(
    [
      ...[
        'scooby=1',
        'scooby=1; a=1',
        'a=1; scooby=1',
        'a=1; scooby=0; b=2',
        'a=1;scooby=1;b=2',
        'scooby=1;',
      ],
      ...['a=1; scooby=1;', ' scooby=1;  a="x, y"', 'scooby=1; scooby=0', 'scooby=2; scooby=1; a=b=c'],
    ].map(cookieWithoutMarks),
    ['', 'a=1', 'a=1', 'a=1; b=2', 'a=1;b=2', '', 'a=1;', 'a="x, y"', '', 'scooby=2; a=b=c'],
  );
  t.end();
});

test('the header goes before the URL, and that before cookies; the first value of each counts', (t) => {
  t.same(['1', '0', '1, 0', ' 0 ', 'yes', '', undefined, ['1']].map(markInHeader), [
    'on',
    'off',
    'on',
    'off',
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
  t.equal(markOfRequest('/?__scooby=0', ['Cookie', 'scooby=0', 'X-SCOOBY-Record', '1']), 'on');
  t.equal(markOfRequest('/?__scooby=1', ['Cookie', 'scooby=0']), 'on');
  t.equal(markOfRequest('/', ['x-scooby-record', 'no', 'cookie', 'a=1', 'Cookie', 'scooby=0']), 'off');
  t.equal(markOfRequest('/', ['Accept', 'scooby=1', 'X-Scooby-Recorded', '1']), undefined);
  t.end();
});
