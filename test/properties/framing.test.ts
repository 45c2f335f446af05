/**
 * Properties of the proxy's framing: messages in any chunks arrive on the other side as they were
 * sent.
 */

import { deepStrictEqual } from 'node:assert/strict';
import fc from 'fast-check';
import { type Test, test } from 'tap';
import { holds, pieces, someCuts } from '../property.js';
import { client, peer, proxy, until, type Wire } from '../proxy/wire.js';
import { headerOf, type Message, messageAt } from './http-message.js';

type Fields = [name: string, value: string][];
type Framing =
  | { by: 'length'; body: string }
  | { by: 'chunks'; chunks: { data: string; extension: string }[]; trailers: Fields }
  /** No body; for a response: a body that ends with the connection. */
  | { by: 'nothing' };

interface Exchange {
  method: string;
  request: { fields: Fields; framing: Framing; cuts: number[] };
  interim: boolean;
  status: number;
  response: { fields: Fields; framing: Framing; cuts: number[] };
}

const byte = fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code));
const data = fc.oneof(
  fc.string({ unit: byte, maxLength: 60 }),
  fc.constantFrom(
    '\r\n0\r\n\r\n',
    'GET / HTTP/1.1\r\n\r\n',
    '0\r\n\r\nHTTP/1.1 200 OK\r\n\r\n',
    'y'.repeat(70_000),
  ),
);
const value = fc
  .string({
    unit: fc
      .integer({ min: 0x20, max: 0xff })
      .filter((code) => code !== 0x7f)
      .map((code) => String.fromCharCode(code)),
    maxLength: 12,
  })
  // Node trims the white space of RFC 9110 only; other parsers trim more.
  .map((text) => text.replace(/^[\s\x80-\xa0]+|[\s\x80-\xa0]+$/g, ''));
const fields = (prefix: string): fc.Arbitrary<Fields> =>
  fc.array(
    fc.tuple(
      fc.constantFrom('A', 'b', 'C-d').map((name) => `${prefix}${name}`),
      value,
    ),
    { maxLength: 3 },
  );
const extension = fc.constantFrom('', '', ';a', ';a=b', ';a="b;c"', ';a=1;b=2');
const framing: fc.Arbitrary<Framing> = fc.oneof(
  fc.constant<Framing>({ by: 'nothing' }),
  data.map((body): Framing => ({ by: 'length', body })),
  fc
    .tuple(
      fc.array(fc.record({ data: data.filter((text) => text !== ''), extension }), { maxLength: 5 }),
      fields('X-T-'),
    )
    .map(([chunks, trailers]): Framing => ({ by: 'chunks', chunks, trailers })),
);
const anExchange: fc.Arbitrary<Exchange> = fc.record({
  method: fc.constantFrom('GET', 'POST', 'PUT', 'HEAD', 'DELETE', 'OPTIONS'),
  request: fc.record({ fields: fields('X-H-'), framing, cuts: someCuts }),
  interim: fc.boolean(),
  status: fc.constantFrom(200, 200, 201, 204, 304, 404, 500),
  response: fc.record({ fields: fields('X-H-'), framing, cuts: someCuts }),
});

const isBare = ({ method, status }: Exchange) => method === 'HEAD' || status === 204 || status === 304;

/** Bytes of a message, one per character. */
function bytesOf(start: string, fields: Fields, framing: Framing, bare = false): string {
  const lines = fields.map(([name, value]) => `${name}: ${value}\r\n`);
  if (framing.by === 'length' && !bare) lines.push(`Content-Length: ${framing.body.length}\r\n`);
  if (framing.by === 'chunks' && !bare) lines.push('Transfer-Encoding: chunked\r\n');
  return `${start}\r\n${lines.join('')}\r\n${bare ? '' : bodyOf(framing)}`;
}

function bodyOf(framing: Framing): string {
  if (framing.by === 'nothing') return '';
  if (framing.by === 'length') return framing.body;
  const chunks = framing.chunks.map(({ data, extension }, n) => {
    // Chunk sizes may have leading zeros and digits in either case.
    const size = data.length.toString(16);
    return `${n % 2 === 0 ? size : `00${size.toUpperCase()}`}${extension}\r\n${data}\r\n`;
  });
  const trailers = framing.trailers.map(([name, value]) => `${name}: ${value}\r\n`);
  return `${chunks.join('')}0\r\n${trailers.join('')}\r\n`;
}

function contentOf(framing: Framing): { body: string; trailers: Fields } {
  if (framing.by === 'chunks')
    return { body: framing.chunks.map(({ data }) => data).join(''), trailers: framing.trailers };
  return { body: framing.by === 'length' ? framing.body : '', trailers: [] };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

async function sendCut(wire: Wire, bytes: string, cuts: number[]): Promise<void> {
  for (const piece of pieces(bytes, cuts)) {
    if (piece !== '') wire.send(piece);
    await turn();
  }
}

/** A raw app with a planned response for each path, which records its requests. */
async function aPlannedApp(t: Test) {
  const plans = new Map<string, Exchange>();
  const requests = new Map<string, Message>();
  const answer = async (wire: Wire, path: string) => {
    const exchange = plans.get(path)!;
    const { interim, status, response } = exchange;
    const early = interim ? 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n' : '';
    const isOpen = response.framing.by === 'nothing' && !isBare(exchange);
    const fields: Fields = isOpen ? [...response.fields, ['Connection', 'close']] : response.fields;
    const bytes = bytesOf(`HTTP/1.1 ${status} Fine`, fields, response.framing, isBare(exchange));
    await sendCut(wire, early + bytes + (isOpen ? `until the end of ${path}` : ''), response.cuts);
    if (isOpen) wire.socket.end();
  };
  const app = await peer(t, (wire) => {
    let from = 0;
    let answering = Promise.resolve();
    wire.socket.setNoDelay(true).on('data', () => {
      for (
        let found = messageAt(wire.text, from, () => false);
        found;
        found = messageAt(wire.text, from, () => false)
      ) {
        from = found.end;
        const path = found.start.split(' ')[1]!;
        requests.set(path, found);
        answering = answering.then(() => answer(wire, path));
      }
    });
  });
  return { app, plans, requests };
}

/**
 * Final responses received on a wire so far; with `ends`, the last body ends with the connection.
 */
function responsesOn(wire: Wire, exchanges: Exchange[]): { responses: Message[]; interims: number } {
  const responses: Message[] = [];
  let interims = 0;
  for (let from = 0; responses.length < exchanges.length; ) {
    const exchange = exchanges[responses.length]!;
    const found = messageAt(wire.text, from, (start) => start.startsWith('HTTP/1.1 103') || isBare(exchange));
    if (found === undefined || (found.open && !wire.closed && !wire.ended)) break;
    from = found.open ? wire.text.length : found.end;
    if (found.start.startsWith('HTTP/1.1 103')) interims++;
    else responses.push(found);
  }
  return { responses, interims };
}

const own = (list: Fields) => list.filter(([name]) => name.startsWith('X-H-'));

test('consecutive requests and responses on a connection, in any chunks, arrive as they were sent', async (t) => {
  const { app, plans, requests } = await aPlannedApp(t);
  const { port } = await proxy(t, app.address);
  let cases = 0;
  await holds(
    fc.asyncProperty(
      fc.array(anExchange, { minLength: 1, maxLength: 5 }),
      fc.boolean(),
      async (given, pipelined) => {
        // A response that ends with the connection must be the last.
        const last = given.findIndex(
          (exchange) => exchange.response.framing.by === 'nothing' && !isBare(exchange),
        );
        const exchanges = last < 0 ? given : given.slice(0, last + 1);
        const paths = exchanges.map((_, i) => `/${++cases}/${i}`);
        for (const [i, path] of paths.entries()) plans.set(path, exchanges[i]!);
        const wire = await client(t, port);
        wire.socket.setNoDelay(true);
        for (const [i, { method, request }] of exchanges.entries()) {
          const bytes = bytesOf(
            `${method} ${paths[i]} HTTP/1.1`,
            [['Host', 'h'], ...request.fields],
            request.framing,
          );
          await sendCut(wire, bytes, request.cuts);
          if (!pipelined) await until(() => responsesOn(wire, exchanges).responses.length > i || wire.closed);
        }
        await until(() => responsesOn(wire, exchanges).responses.length === exchanges.length || wire.closed);
        wire.socket.destroy();
        const { responses } = responsesOn(wire, exchanges);
        deepStrictEqual(responses.length, exchanges.length, JSON.stringify(wire.text.slice(0, 2000)));
        for (const [i, exchange] of exchanges.entries()) {
          const { method, request, response, status } = exchange;
          const seen = requests.get(paths[i]!)!;
          deepStrictEqual(seen.start, `${method} ${paths[i]} HTTP/1.1`);
          deepStrictEqual(
            { body: seen.body, trailers: seen.trailers, fields: own(seen.headers) },
            { ...contentOf(request.framing), fields: request.fields },
          );
          const got = responses[i]!;
          const open = response.framing.by === 'nothing' && !isBare(exchange);
          const content = isBare(exchange) ? { body: '', trailers: [] } : contentOf(response.framing);
          if (open) content.body = `until the end of ${paths[i]}`;
          deepStrictEqual(got.start, `HTTP/1.1 ${status} Fine`);
          deepStrictEqual(
            { body: got.body, trailers: got.trailers, fields: own(got.headers) },
            { ...content, fields: response.fields },
          );
          deepStrictEqual(typeof headerOf(got, 'x-scooby'), 'string');
        }
      },
    ),
    40,
  );
});
