/** Errors that frameworks only print: made-up ones print as Next.js, Nitro and React Router do. */

import { join } from 'node:path';
import { test } from 'tap';
import { ask, runRecorded } from '../app.js';

const APP = `
const { createServer } = require('node:http');
const printers = {
  next: require('next/dist/build/output/log.js'),
  router: require('react-router/dist/index.js'),
  nitro: require('./out/server/nitro.cjs'),
  app: (error) => console.error('failed', error),
  sign: (error) => console.error('⨯', error),
};
createServer((request, response) => {
  const name = request.url.slice(1);
  if (name === 'end') return response.end(() => process.exit());
  printers[name](new RangeError(name));
  response.writeHead(500).end();
}).listen(0, '127.0.0.1', function () {
  console.log(JSON.stringify(this.address()));
});
`;

test('errors that frameworks print, each with its request', async (t) => {
  const folder = t.testdir({
    'app.cjs': APP,
    out: {
      server: {
        'nitro.cjs': "module.exports = (e) => console.error('[request error] [unhandled] [GET] /\\n', e);",
      },
    },
    node_modules: {
      next: {
        'package.json': '{"name":"next","version":"16.0.0"}',
        dist: {
          build: {
            output: {
              'log.js':
                "module.exports = (e) => { console.error('\\x1b[31m\\x1b[1m⨯\\x1b[22m\\x1b[39m', e); console.error('⨯', e); console.error('other', e); };",
            },
          },
        },
      },
      'react-router': {
        'package.json': '{"name":"react-router","version":"7.0.0"}',
        dist: {
          'index.js':
            "module.exports = (e) => { console.error(e); console.error(new Error('Unexpected Server Error')); };",
        },
      },
    },
  });
  const names = ['next', 'router', 'nitro', 'app', 'sign'];
  const { traces, stderr } = await runRecorded([join(folder, 'app.cjs')], {
    cwd: folder,
    drive: async (url) => {
      for (const name of names) await ask(`${url}/${name}`);
      await ask(`${url}/end`).catch(() => {});
    },
  });
  t.match(stderr, /RangeError: sign/);
  const found = names.map((name) => {
    const { errors = [] } = traces.find(({ url }) => url === `/${name}`)!;
    return [
      name,
      ...errors.map(({ by, name, message, site }) => `${by} ${name} ${message} ${site?.split('/').at(-1)}`),
    ];
  });
  t.same(found, [
    ['next', 'next RangeError next app.cjs:13'],
    ['router', 'react-router RangeError router app.cjs:13'],
    ['nitro', 'nitro RangeError nitro app.cjs:13'],
    ['app'],
    ['sign'],
  ]);
});
