/** Banner and further servers of a run, as they are printed. */

import { test } from 'tap';
import { Announcer } from '../../../src/cli/print/announcer.js';
import { AppServers } from '../../../src/collector/app-servers.js';
import { plainStyle } from '../../../src/terminal/style.js';
import { until } from '../../scooby.js';

for (const quiet of [false, true]) {
  test(`${quiet ? 'quietly, only servers of the banner' : 'each other server'} is printed`, async (t) => {
    let text = '';
    const servers = new AppServers();
    const announcer = new Announcer({
      command: ['app.js'],
      servers,
      place: '/p',
      quiet,
      style: plainStyle,
      write: (part) => {
        text += part;
      },
    });
    const listen = (port: number) => {
      servers.add({ protocol: 'http', port }, { pid: 1, command: 'node app.js', cwd: '/', node: 'v20' });
      announcer.appListening('http://localhost:1');
    };
    listen(3000);
    listen(3001);
    await until(() => text.endsWith('scooby list\n'), 'the banner');
    listen(3002);
    announcer.runEnded();
    const printed = [...text.matchAll(/not behind the proxy: :(\d+)/g)].map(([, port]) => port);
    t.same(printed, quiet ? ['3001'] : ['3001', '3002']);
  });
}
