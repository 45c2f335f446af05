import { execFileSync } from 'node:child_process';
import nodeModule from 'node:module';
import { test } from 'tap';

test('a program that a test starts has nothing of tap in it', (t) => {
  const code = 'console.log(JSON.stringify([process.execArgv, process.env.NODE_OPTIONS ?? null]))';
  t.equal(
    execFileSync(process.execPath, ['-e', code], { encoding: 'utf8' }),
    `[["-e",${JSON.stringify(code)}],null]\n`,
  );
  t.equal(process.env.NODE_V8_COVERAGE, undefined, 'nor does it count its lines');
  const options = { encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '--no-deprecation' } } as const;
  t.match(execFileSync(process.execPath, ['-e', code], options), /"--no-deprecation"\]\n$/);
  t.equal(nodeModule.register?.name, 'register', 'its own hooks are registered as always');
  t.end();
});
