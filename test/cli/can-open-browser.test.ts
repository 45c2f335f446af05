import { test } from 'tap';
import { canOpenBrowser } from '../../src/cli/can-open-browser.js';

test('a browser is opened where one is before the user', (t) => {
  const cases: [NodeJS.ProcessEnv, string, boolean, boolean][] = [
    [{ DISPLAY: ':0' }, 'linux', true, true],
    [{ WAYLAND_DISPLAY: 'wayland-0' }, 'linux', true, true],
    [{ WSL_DISTRO_NAME: 'Debian' }, 'linux', true, true],
    [{}, 'darwin', true, true],
    [{}, 'win32', true, true],
    [{}, 'linux', true, false],
    [{ DISPLAY: ':0', SSH_CONNECTION: '10.0.0.1 1 10.0.0.2 22' }, 'linux', true, false],
    [{ SSH_TTY: '/dev/pts/1' }, 'darwin', true, false],
    [{ CI: 'true' }, 'darwin', true, false],
    [{ DISPLAY: ':0' }, 'linux', false, false],
  ];
  for (const [env, platform, isTerminal, expected] of cases)
    t.equal(canOpenBrowser(env, platform, isTerminal), expected, JSON.stringify([env, platform, isTerminal]));
  t.end();
});
