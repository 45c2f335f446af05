/** Requests to the page's server with exactly the headers that a test gives, as an attacker would write them. */

import { request } from 'node:http';
import type { Answer } from '../scooby.js';
import type { ServedPage } from './served-page.js';

/** What is asked; `headers` replace the Host header, too. */
export interface Question {
  method?: string;
  path?: string;
  headers?: Record<string, string | string[]>;
  body?: string | Buffer;
}

/** Asks the server of a page. */
export function ask(
  port: number,
  { method = 'GET', path = '/', headers = {}, body }: Question,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({
      host: '127.0.0.1',
      port,
      method,
      path,
      headers,
      agent: false,
      setHost: !('Host' in headers),
    });
    sent.on('error', reject);
    sent.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part) => {
        text += part;
      });
      response.on('error', reject).on('end', () =>
        resolve({
          status: response.statusCode!,
          headers: response.headers,
          rawHeaders: response.rawHeaders,
          body: text,
        }),
      );
    });
    sent.end(body);
  });
}

/** Both halves of a session, as the page in the browser sends them. */
export function sessionHeaders({
  port,
  secrets,
}: Pick<ServedPage, 'port' | 'secrets'>): Record<string, string> {
  return {
    Cookie: `scooby-page-${port}=${secrets.cookie}`,
    'X-Scooby-Key': secrets.key,
    'Content-Type': 'application/json',
    'Sec-Fetch-Site': 'same-origin',
    Origin: `http://127.0.0.1:${port}`,
  };
}

/** A call of the page, with what a test changes of it. */
export function call(page: ServedPage, name: string, args: unknown, change: Question = {}): Promise<Answer> {
  const { headers, ...rest } = change;
  return ask(page.port, {
    ...{ method: 'POST', path: `/api/feed/${name}`, body: JSON.stringify(args) },
    headers: { ...sessionHeaders(page), ...headers },
    ...rest,
  });
}
