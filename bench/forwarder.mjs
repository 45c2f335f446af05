/** The least that Node's own server and client can forward with. */

import { Agent, createServer, request } from 'node:http';

/** Server, not yet listening, that passes each request on to a port of this machine, and does nothing else. */
export function createForwarder(port) {
  const agent = new Agent({ keepAlive: true });
  return createServer((req, res) => {
    const { method, url: path, rawHeaders: headers } = req;
    request({ host: '127.0.0.1', port, method, path, headers, agent }, (response) => {
      res.writeHead(response.statusCode, response.rawHeaders);
      response.pipe(res);
    }).end();
  });
}
