/**
 * Speaks enough of PostgreSQL's protocol to answer every query with one row (id 1, name "user 1"), at a fraction of the price of a
 * database: with a real one on the other core the database limits the run, the app idles, and what is measured is the price of waking it.
 * Prints READY <port>.
 */
import net from 'node:net';

const message = (type, body) => {
  const head = Buffer.alloc(5);
  head.write(type, 'latin1');
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
};
const text = (value) => Buffer.from(`${value}\0`);
const column = (name, oid, size) => {
  const rest = Buffer.alloc(18);
  rest.writeInt32BE(oid, 6);
  rest.writeInt16BE(size, 10);
  rest.writeInt32BE(-1, 12);
  return Buffer.concat([text(name), rest]);
};
const cell = (value) => {
  const size = Buffer.alloc(4);
  size.writeInt32BE(Buffer.byteLength(value));
  return Buffer.concat([size, Buffer.from(value)]);
};
const none = Buffer.alloc(0);
const ready = message('Z', Buffer.from('I'));
const rows = Buffer.concat([
  message('T', Buffer.concat([Buffer.from([0, 2]), column('id', 23, 4), column('name', 25, -1)])),
  message('D', Buffer.concat([Buffer.from([0, 2]), cell('1'), cell('user 1')])),
  message('C', text('SELECT 1')),
  ready,
]);
const extended = Buffer.concat([message('1', none), message('2', none), rows]);
const welcome = Buffer.concat([
  message('R', Buffer.alloc(4)),
  message('S', Buffer.concat([text('server_version'), text('15.0')])),
  message('S', Buffer.concat([text('client_encoding'), text('UTF8')])),
  message('K', Buffer.from([0, 0, 0, 1, 0, 0, 0, 2])),
  ready,
]);

const server = net.createServer((socket) => {
  socket.setNoDelay(true);
  let rest = none;
  let started = false;
  socket.on('error', () => socket.destroy());
  socket.on('data', (data) => {
    const buffer = rest.length > 0 ? Buffer.concat([rest, data]) : data;
    let at = 0;
    let answers = 0;
    let simple = 0;
    while (buffer.length - at >= (started ? 5 : 8)) {
      const size = started ? buffer.readInt32BE(at + 1) + 1 : buffer.readInt32BE(at);
      if (buffer.length - at < size) break;
      if (!started) {
        // 80877103 asks for TLS.
        if (buffer.readInt32BE(at + 4) === 80877103) socket.write('N');
        else {
          started = true;
          socket.write(welcome);
        }
      } else if (buffer[at] === 0x53) answers++;
      else if (buffer[at] === 0x51) simple++;
      at += size;
    }
    rest = at < buffer.length ? buffer.subarray(at) : none;
    for (; answers > 0; answers--) socket.write(extended);
    for (; simple > 0; simple--) socket.write(rows);
  });
});
server.listen(Number(process.env.PORT ?? 0), '127.0.0.1', () =>
  console.log(`READY ${server.address().port}`),
);
