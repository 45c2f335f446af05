/** Ports in what an app logs at its start. */

import { test } from 'tap';
import {
  notePrintedPorts,
  type PrintedPort,
  watchPrintedPorts,
} from '../../../src/agent/request/printed-ports.cjs';

test('ports are read from lines of the log, those beside by the words around them', (t) => {
  const printed: PrintedPort[] = [];
  notePrintedPorts(['Server listening at', 'http://localhost:3001/']);
  watchPrintedPorts((port) => printed.push(port));
  notePrintedPorts(['listening on port', 3002]);
  notePrintedPorts([{ port: 3003 }, 'listening']);
  notePrintedPorts([
    '  Local:   http://localhost:\x1b[1m3004\x1b[22m/\n  Metrics: http://localhost:9464/metrics',
  ]);
  notePrintedPorts(['HMR websocket on :24678']);
  notePrintedPorts(['done in 3005 ms, 99 modules']);
  notePrintedPorts(['again http://localhost:3001']);
  t.same(printed, [
    { port: 3001 },
    { port: 3002 },
    { port: 3004 },
    { port: 9464, beside: true },
    { port: 24678, beside: true },
  ]);
  t.end();
});
