import { test } from 'tap';
import { AppServers } from '../../src/collector/app-servers.js';
import type { ServerAddress, ServerSigns } from '../../src/domain/link.js';
import type { AppInfo } from '../../src/domain/trace.js';

const anApp = (pid: number, command = 'node app.js'): AppInfo => ({ pid, command, cwd: '/' });
const at = (port: number): ServerAddress => ({ protocol: 'http', host: '127.0.0.1', port });

test('the first server is the upstream, the others are listed in order of their start', (t) => {
  const servers = new AppServers();
  t.equal(servers.upstream, undefined);
  const app = anApp(1);
  for (const port of [3000, 3001, 3002]) servers.add(at(port), app);
  t.equal(servers.upstream?.port, 3000);
  t.same(
    servers.others.map(({ address }) => address.port),
    [3001, 3002],
  );
  t.end();
});

test('a restarted app is the upstream again, although another server listens meanwhile', (t) => {
  const servers = new AppServers();
  const [web, metrics] = [anApp(1), anApp(2, 'node metrics.js')];
  servers.add(at(3000), web);
  servers.add(at(9090), metrics);
  servers.removeProcess(web);
  t.equal(servers.upstream, undefined, 'requests wait for the restart');
  const restarted = anApp(3);
  servers.add(at(3000), restarted);
  t.equal(servers.upstream?.port, 3000);
  servers.removeProcess(restarted);
  servers.add(at(45678), anApp(4));
  t.equal(servers.upstream?.port, 45678, 'known by its command, because the port is new');
  t.end();
});

test('another worker of a cluster takes over', (t) => {
  const servers = new AppServers();
  const workers = [1, 2, 3].map((pid) => anApp(pid));
  for (const worker of workers) servers.add(at(3000), worker);
  t.same(servers.others, [], 'one address, listed once');
  servers.removeProcess(workers[0]!);
  t.equal(servers.upstream?.port, 3000);
  servers.remove({ port: 3000 }, workers[1]!);
  t.equal(servers.upstream?.port, 3000);
  servers.removeProcess(workers[2]!);
  t.equal(servers.upstream, undefined);
  t.end();
});

test('when nothing else is left, another server takes over', (t) => {
  const servers = new AppServers();
  const first = anApp(1);
  servers.add(at(3000), first);
  servers.removeProcess(first);
  servers.add(at(4000), anApp(2, 'node other.js'));
  t.equal(servers.upstream?.port, 4000);
  t.end();
});

test('a server on another port than it wanted is known by the wanted port', (t) => {
  const servers = new AppServers();
  const app = anApp(1);
  servers.add({ ...at(40001), wanted: 3000 }, app);
  servers.add({ ...at(40002), wanted: 3001 }, app);
  servers.removeProcess(app);
  servers.add({ ...at(40003), wanted: 3000 }, anApp(2, 'other'));
  t.equal(servers.upstream?.port, 40003);
  t.end();
});

test("signs decide which server is the app's, whichever listens first", (t) => {
  const chosen = (...all: [ServerAddress, ServerSigns][]) => {
    const servers = new AppServers();
    for (const [address, signs] of all) servers.add(address, anApp(1), signs);
    return servers.upstream?.port;
  };
  t.equal(chosen([at(24678), { beside: 'upgrades' }], [at(5050), {}]), 5050);
  t.equal(chosen([at(7000), { beside: 'operations' }], [at(5050), {}]), 5050);
  t.equal(chosen([at(7000), {}], [at(5050), { variables: ['PORT'] }]), 5050);
  t.equal(chosen([at(7000), { variables: ['METRICS_PORT'] }], [at(5050), {}]), 5050);
  t.equal(chosen([at(7000), {}], [at(5050), { variables: ['HTTP_PORT'] }]), 5050);
  t.equal(chosen([at(9464), {}], [at(5050), {}]), 5050, 'a port of exporters');
  t.equal(chosen([{ protocol: 'http', path: '/s' }, {}], [at(5050), {}]), 5050);
  t.equal(chosen([at(7000), {}], [at(5050), {}]), 7000, 'the first, where nothing tells');
  t.equal(chosen([at(7000), { variables: ['PORT'] }], [at(5050), { variables: ['PORT'] }]), 7000);
  t.end();
});

test('printed ports and refusals count as they come', (t) => {
  const servers = new AppServers();
  for (const port of [7000, 7001, 7002]) servers.add(at(port), anApp(1));
  servers.notePrinted(7000, true);
  t.equal(servers.upstream?.port, 7001);
  servers.notePrinted(7002, false);
  t.equal(servers.upstream?.port, 7002);
  servers.noteRefusal(at(7002));
  t.equal(servers.upstream?.port, 7001);
  t.end();
});

test("a server beside the app's is doubted, until no other has come", (t) => {
  const servers = new AppServers();
  servers.add(at(7000), anApp(1), { beside: 'upgrades' });
  t.equal(servers.isDoubtful, true);
  servers.endDoubt();
  t.equal(servers.isDoubtful, false);
  t.equal(servers.upstream?.port, 7000);
  t.end();
});

test('a server for hot reloading is never taken for the app, and no candidate', (t) => {
  const servers = new AppServers();
  servers.add(at(41000), anApp(1), { beside: 'reload' });
  servers.add(at(41001), anApp(1), { beside: 'reload' });
  servers.endDoubt();
  t.equal(servers.isDoubtful, true, 'however long the dev server takes');
  servers.add(at(3000), anApp(1));
  t.equal(servers.isDoubtful, false);
  t.equal(servers.upstream?.port, 3000);
  t.same(servers.others, []);
  t.end();
});

test('what the user has named wins: --upstream, a port of the command line', (t) => {
  const wished = new AppServers({ upstream: at(7001) });
  wished.add(at(7000), anApp(1), { variables: ['PORT'] });
  wished.add(at(7001), anApp(1));
  t.equal(wished.upstream?.port, 7001);
  t.same(
    wished.others.map(({ address }) => address.port),
    [7000],
  );
  const named = new AppServers({ ports: [7001] });
  named.add(at(7000), anApp(1), { variables: ['PORT'] });
  named.add({ ...at(40001), wanted: 7001 }, anApp(1));
  t.equal(named.upstream?.port, 40001);
  t.same(named.movedFrom(7001), { ...at(40001), wanted: 7001 });
  t.end();
});
