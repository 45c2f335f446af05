import { test } from 'tap';
import { hasSoundHooks } from '../../src/agent/esm.cjs';

const SOUND = ['22.22.3', '22.23.0', '24.11.1', '24.21.0', '25.1.0', '26.0.0', '26.10.0'];
const UNSOUND = ['20.20.2', '21.7.3', '22.15.0', '22.22.2', '23.11.1', '24.5.0', '24.11.0', '25.0.0'];

test('hooks run in the thread of the app only where they leave CommonJS alone', async (t) => {
  t.same([...SOUND, ...UNSOUND].filter(hasSoundHooks), SOUND);
});
