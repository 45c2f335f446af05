import { test } from 'tap';
import { ask, client, peer, proxy, until } from './wire.js';

const INNER = 'GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n';
const CHUNKED = `5\r\nhello\r\n0\r\n\r\n${INNER}`;

const ENCODINGS = [
  ...[
    'chunked',
    'Chunked',
    'CHUNKED',
    ' chunked',
    '\tchunked',
    'chunked ',
    'chunked\t',
    'xchunked',
    'chunkedx',
    'chunk',
  ],
  ...[
    'identity',
    'chunked, identity',
    'identity, chunked',
    'gzip, chunked',
    'chunked, gzip',
    'chunked, chunked',
    ',chunked',
  ],
  ...[
    'chunked,',
    'chunked;q=1',
    '"chunked"',
    "'chunked'",
    '',
    'chunked\x0b',
    '\x0bchunked',
    'chunked\x00',
    'chun\x00ked',
  ],
  ...[
    'chunked\r\nTransfer-Encoding: identity',
    'identity\r\nTransfer-Encoding: chunked',
    'chunked\r\nTransfer-Encoding: chunked',
  ],
  ...[
    '\r\n chunked',
    'chunked\r\n ',
    'gzip\r\n chunked',
    '\xa0chunked',
    'chunked\xa0',
    'cow',
    'chunked\r',
    'chunked\n',
  ],
].map((value) => `Transfer-Encoding:${/^\s/.test(value) ? '' : ' '}${value}`);

const ODD_NAMES = [
  ...[
    'transfer-encoding: chunked',
    'TRANSFER-ENCODING: chunked',
    'Transfer-Encoding : chunked',
    ' Transfer-Encoding: chunked',
  ],
  ...[
    'Transfer-Encoding\t: chunked',
    '\tTransfer-Encoding: chunked',
    'Transfer_Encoding: chunked',
    'Transfer-Encoding\x00: chunked',
  ],
  ...[
    'X: y\nTransfer-Encoding: chunked',
    'X: y\rTransfer-Encoding: chunked',
    'Transfer-Encoding',
    'Transfer-Encoding:chunked',
  ],
  ...[
    ': chunked',
    'Transfer Encoding: chunked',
    'X:\r\nTransfer-Encoding: chunked',
    'Foo: bar\r\n\tTransfer-Encoding: chunked',
  ],
];

const LENGTHS = [
  ...[
    '5',
    '+5',
    '-5',
    '05',
    '5 ',
    '\t5',
    '5, 5',
    '5,5',
    '5, 6',
    '0x5',
    '5.0',
    '',
    '1e1',
    '5;a',
    '"5"',
    '5 5',
    '٥',
    '5\x00',
    '5a',
  ],
  ...[
    '18446744073709551616',
    '18446744073709551621',
    '5\r\nContent-Length: 5',
    '5\r\nContent-Length: 6',
    '0\r\nContent-Length: 5',
  ],
  ...[
    '5\r\ncontent-length: 0',
    '\r\n 5',
    '5\r\n ',
    '5\n',
    '5\r',
    '5\x0b',
    '4\r\n 5',
    '0005',
    '0',
    '99999999999',
  ],
];

const CHUNKS = [
  ...[
    '5\r\nhello\r\n0\r\n\r\n',
    '05\r\nhello\r\n0\r\n\r\n',
    '+5\r\nhello\r\n0\r\n\r\n',
    '0x5\r\nhello\r\n0\r\n\r\n',
    '-5\r\nhello\r\n0\r\n\r\n',
  ],
  ...[
    ' 5\r\nhello\r\n0\r\n\r\n',
    '5 \r\nhello\r\n0\r\n\r\n',
    '5;a=b\r\nhello\r\n0\r\n\r\n',
    '5;a="\r\n"\r\nhello\r\n0\r\n\r\n',
  ],
  ...[
    '5;\nhello\r\n0\r\n\r\n',
    '5\nhello\r\n0\r\n\r\n',
    '5\r\nhello0\r\n\r\n',
    '5\r\nhello\n0\r\n\r\n',
    '5\r\nhelloX\r\n0\r\n\r\n',
  ],
  ...[
    '5\r\nhello\r\n0\n\n',
    '5\r\nhello\r\n0\r\n\n',
    '5\r\nhello\r\n00\r\n\r\n',
    '5\r\nhello\r\n0;x\r\n\r\n',
    '5\r\nhello\r\n0\r\nA: b\r\n\r\n',
  ],
  ...[
    '5\r\nhello\r\n0\r\nContent-Length: 9\r\n\r\n',
    '5\r\nhello\r\n0\r\nTransfer-Encoding: chunked\r\n\r\n',
    '0\r\n\r\n',
    '\r\n',
  ],
  ...[
    'FFFFFFFFFFFFFFFF\r\nhello\r\n',
    '10000000000000005\r\nhello\r\n0\r\n\r\n',
    '5\r\rhello\r\n0\r\n\r\n',
    'x\r\nhello\r\n0\r\n\r\n',
    '5_0\r\nhello\r\n',
  ],
  ...[
    '5\r\nhello\r\n-0\r\n\r\n',
    '5\r\nhello\r\n0\r\n A: b\r\n\r\n',
    '5\x00\r\nhello\r\n0\r\n\r\n',
    '5;\x00\r\nhello\r\n0\r\n\r\n',
    `5;${'e'.repeat(20_000)}\r\nhello\r\n0\r\n\r\n`,
  ],
  ...[
    '5\r\nhello\r\n0\r\nHost: evil\r\nX-Scooby: evil\r\n\r\n',
    '5\r\nhello\r\n0\r\n: b\r\n\r\n',
    '5\r\nhello\r\n0\r\nGET /smuggled HTTP/1.1\r\n\r\n',
  ],
];

const METHODS = ['GET', 'POST', 'DELETE', 'OPTIONS'];

function* corpus(): Generator<string> {
  const sizes = [
    '',
    'Content-Length: 0\r\n',
    'Content-Length: 5\r\n',
    `Content-Length: ${CHUNKED.length}\r\n`,
  ];
  const encodings = [...ENCODINGS, ...ODD_NAMES];
  for (const [i, encoding] of encodings.entries()) {
    for (const [n, size] of sizes.entries()) {
      // Covers every method and every header shape, though not every pair of them.
      const method = METHODS[(i + n) % METHODS.length]!;
      yield `${method} /v HTTP/1.1\r\nHost: h\r\n${size}${encoding}\r\n\r\n${CHUNKED}`;
      yield `${method} /v HTTP/1.1\r\nHost: h\r\n${encoding}\r\n${size}\r\n${CHUNKED}`;
    }
    yield `POST /v HTTP/1.0\r\n${encoding}\r\n\r\n${CHUNKED}`;
  }
  for (const method of METHODS) {
    for (const length of LENGTHS)
      yield `${method} /v HTTP/1.1\r\nHost: h\r\nContent-Length: ${length}\r\n\r\nhello${INNER}`;
  }
  for (const method of ['POST', 'DELETE']) {
    for (const chunks of CHUNKS)
      yield `${method} /v HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}${INNER}`;
  }
  const lines = [
    'GET /v\r\n\r\n',
    'GET  /v HTTP/1.1\r\nHost: h\r\n\r\n',
    'GET /v HTTP/1.1 \r\nHost: h\r\n\r\n',
    'GET /v HTTP/2.0\r\nHost: h\r\n\r\n',
  ];
  for (const line of [...lines, 'GET /v HTTP/1.1\nHost: h\n\n', '\r\n\r\nGET /v HTTP/1.1\r\nHost: h\r\n\r\n'])
    yield line + INNER;
  yield `GET /v HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n${INNER}`;
  yield `GET /v HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n${INNER}`;
  yield `POST /v HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n${CHUNKED}`;
}

/**
 * Parses the bytes sent to an app as the strictest server would; throws where servers could
 * disagree.
 */
function read(text: string): { requests: string[]; whole: boolean } {
  const requests: string[] = [];
  let rest = text;
  while (rest !== '') {
    const end = rest.indexOf('\r\n\r\n');
    if (end === -1) return { requests, whole: false };
    const [line, ...headers] = rest.slice(0, end).split('\r\n');
    if (!/^[A-Z]+ \S+ HTTP\/1\.1$/.test(line!))
      throw new Error(`not a request line: ${JSON.stringify(line)}`);
    for (const header of headers) {
      if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+: [^\r\n\0]*$/.test(header))
        throw new Error(`not a header: ${JSON.stringify(header)}`);
    }
    const of = (name: string) =>
      headers
        .filter((header) => header.toLowerCase().startsWith(`${name}: `))
        .map((header) => header.slice(name.length + 2));
    if (of('x-scooby').length !== 1) throw new Error('a request that the proxy did not send');
    requests.push(line!);
    rest = rest.slice(end + 4);
    const [lengths, encodings] = [of('content-length'), of('transfer-encoding')];
    if (lengths.length + encodings.length > 1) throw new Error('framed twice');
    if (encodings.length === 1) {
      if (!/^(?:[a-z]+, )*chunked$/i.test(encodings[0]!.trim()))
        throw new Error(`encoding: ${JSON.stringify(encodings[0])}`);
      const body = /^(?:([1-9a-f][0-9a-f]*)\r\n)?/;
      for (;;) {
        const size = Number.parseInt(body.exec(rest)?.[1] ?? 'x', 16);
        if (Number.isNaN(size)) break;
        const from = rest.indexOf('\r\n') + 2;
        if (rest.length < from + size + 2) return { requests, whole: false };
        if (rest.slice(from + size, from + size + 2) !== '\r\n') throw new Error('chunk without end');
        rest = rest.slice(from + size + 2);
      }
      const last = /^0\r\n(?:[^\r\n:]+: [^\r\n]*\r\n)*\r\n/.exec(rest);
      if (!last) return { requests, whole: false };
      rest = rest.slice(last[0].length);
    } else if (lengths.length === 1) {
      if (!/^\d{1,15}$/.test(lengths[0]!.trim())) throw new Error(`length: ${JSON.stringify(lengths[0])}`);
      if (rest.length < Number(lengths[0])) return { requests, whole: false };
      rest = rest.slice(Number(lengths[0]));
    }
  }
  return { requests, whole: true };
}

test('for any input, the app receives no more requests than the proxy observed, all unambiguous', async (t) => {
  const app = await peer(t, (wire) => {
    let answered = 0;
    wire.socket.on('data', () => {
      try {
        const { requests, whole } = read(wire.text);
        for (const done = whole ? requests.length : requests.length - 1; answered < done; answered++) {
          wire.send('HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nok');
        }
      } catch {
        // The same text is parsed again below, where an error fails the test.
      }
    });
    wire.socket.on('end', () => wire.socket.end());
  });
  const { port, opened, ended } = await proxy(t, app.address);
  const variants = [...corpus()];
  t.ok(variants.length > 500, `${variants.length} variants`);
  let forwarded = 0;
  for (const variant of variants) {
    const before = opened.length;
    const from = app.wires.map((wire) => wire.text.length);
    const wire = await client(t, port);
    wire.send(variant);
    // Once the proxy responds to this request, it has read everything before it.
    for (let i = 0; i < 2; i++) await ask(t, port, 'CONNECT ping:1 HTTP/1.1\r\nHost: ping\r\n\r\n', 'hosts');
    await until(() => wire.closed || wire.ended || ended.length === opened.length || opened.length > before);
    wire.socket.end();
    await until(() => wire.closed && ended.length === opened.length);
    const seen = opened.slice(before);
    try {
      const sent = app.wires.flatMap((to, i) => read(to.text.slice(from[i] ?? 0)).requests);
      const allowed = seen.map(({ method, url }) => `${method} ${url} HTTP/1.1`);
      const more = sent.filter(
        (line) => !allowed.includes(line) || allowed.splice(allowed.indexOf(line), 1).length === 0,
      );
      if (more.length > 0) throw new Error(`the app was sent ${more}`);
      forwarded += sent.length;
    } catch (error) {
      t.fail(`${(error as Error).message}: ${JSON.stringify(variant.slice(0, 300))}`);
    }
  }
  t.ok(forwarded > 50, `${forwarded} requests were forwarded`);
});

test('requests with two lengths, or an unknown encoding, are refused and never reach the app', async (t) => {
  const app = await peer(t);
  const { port, opened } = await proxy(t, app.address);
  const refused = [
    'Content-Length: 5\r\nTransfer-Encoding: chunked',
    'Transfer-Encoding: chunked\r\nContent-Length: 5',
    'Content-Length: 5\r\nContent-Length: 5',
    'Content-Length: 5\r\nContent-Length: 6',
    'Content-Length: 5, 5',
    'Content-Length: +5',
    'Content-Length: 0x5',
    'Content-Length: -5',
    'Transfer-Encoding: chunked, identity',
    'Transfer-Encoding: identity',
    'Transfer-Encoding: xchunked',
    'Transfer-Encoding : chunked',
    'X: y\nTransfer-Encoding: chunked',
    'X: y\r\n Transfer-Encoding: chunked',
  ];
  for (const headers of refused) {
    const wire = await client(t, port);
    wire.send(`POST / HTTP/1.1\r\nHost: h\r\n${headers}\r\n\r\n${CHUNKED}`);
    await until(() => wire.ended || wire.closed);
    t.match(wire.text, /^HTTP\/1.1 400 Bad Request\r\n/, JSON.stringify(headers));
  }
  t.same(opened, []);
  t.equal(app.text, '');
});
