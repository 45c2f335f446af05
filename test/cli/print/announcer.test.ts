/** Banner and further servers of a run, as they are printed. */

import { test } from 'tap';
import { Announcer } from '../../../src/cli/print/announcer.js';
import { AppServers } from '../../../src/collector/app-servers.js';
import { plainStyle } from '../../../src/terminal/style.js';
import { aTrace } from '../../factory.js';
import { until } from '../../scooby.js';

function anAnnouncer(quiet = false) {
  const printed = { text: '' };
  const servers = new AppServers();
  const announcer = new Announcer({
    command: ['app.js'],
    servers,
    place: '/p',
    quiet,
    style: plainStyle,
    write: (part) => {
      printed.text += part;
    },
  });
  const listen = (port: number) => {
    servers.add({ protocol: 'http', port }, { pid: 1, command: 'node app.js', cwd: '/', node: 'v20' });
    announcer.appListening('http://localhost:1');
  };
  return { announcer, printed, listen };
}

test('the banner precedes the first request, which may have waited for the app', (t) => {
  const { announcer, printed, listen } = anAnnouncer();
  announcer.proxyListening('http://localhost:1');
  listen(3000);
  announcer.requestFinished(aTrace({ method: 'GET', url: '/a', status: 200, duration: 7 }));
  announcer.runEnded();
  t.equal(
    printed.text,
    [
      'scooby  http://localhost:1  ->  app.js on :3000',
      '        data in /p; look at it with: scooby list',
      'GET /a 200 7.0ms',
      '',
    ].join('\n'),
  );
  t.end();
});

test('a tick that went well is not listed, which is said once; one that failed is printed', (t) => {
  const { announcer, printed } = anAnnouncer();
  const tick = { method: 'tick', url: 'poll', duration: 7, state: 'done' } as const;
  const { status: _, ...unit } = aTrace(tick);
  announcer.requestFinished(unit);
  announcer.requestFinished(unit);
  announcer.requestFinished({ ...unit, state: 'failed' });
  t.match(
    printed.text,
    /^scooby: ticks with nothing to tell are not listed; see them with: scooby list unit:tick\ntick poll failed 7\.0ms\n$/,
  );
  t.end();
});

for (const quiet of [false, true]) {
  test(`${quiet ? 'quietly, only servers of the banner' : 'each other server'} is printed`, async (t) => {
    const { announcer, printed, listen } = anAnnouncer(quiet);
    listen(3000);
    listen(3001);
    await until(() => printed.text.endsWith('scooby list\n'), 'the banner');
    listen(3002);
    announcer.runEnded();
    const ports = [...printed.text.matchAll(/not behind the proxy: :(\d+)/g)].map(([, port]) => port);
    t.same(ports, quiet ? ['3001'] : ['3001', '3002']);
  });
}
