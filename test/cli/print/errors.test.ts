import { test } from 'tap';
import { thrownLines } from '../../../src/cli/print/errors.js';
import type { SourceReader } from '../../../src/cli/print/source-reader.js';
import { traceLines } from '../../../src/cli/print/trace.js';
import type { RequestError } from '../../../src/domain/trace.js';
import { plainStyle } from '../../../src/terminal/style.js';
import { aFrame, aLibraryFrame, aSpan, aTrace } from '../../factory.js';

const format = { width: 100, style: plainStyle, now: 0 };
const code: SourceReader = {
  lines: (file) => (file === 'src/orders.js' ? ['one', 'two', 'throw new Error();', 'four'] : undefined),
  changeNote: () => undefined,
};
const frame = aFrame({ function: 'show', file: 'src/orders.js', line: 3, column: 7 });
const error: RequestError = {
  ...{ name: 'QueryFailedError', message: 'no relation\nin line 1', code: '42P01', at: 2, by: 'express' },
  ...{ stack: [aLibraryFrame(), frame], site: 'src/orders.js:3', span: 0 },
  causes: [{ name: 'Error', message: 'of the driver', stack: [frame], site: 'src/orders.js:3' }],
};
const failed = aSpan({ name: 'SELECT 1', error: '42P01: no relation', site: 'src/orders.js:2' });

test('an error is told first, once, with code, call and cause', (t) => {
  const trace = aTrace({ status: 500, spans: [failed], errors: [error], findings: [] });
  const lines = traceLines(trace, { code }, format);
  t.match(lines[0], /^GET .* 500/);
  t.same(lines.slice(1, 12), [
    '',
    '  THREW  show (src/orders.js:3:7)  express answered 500',
    '  QueryFailedError: no relation (42P01)',
    '  in line 1',
    '    1 │ one',
    '    2 │ two',
    '  > 3 │ throw new Error();',
    '    4 │ four',
    `  as this call failed: ${failed.shape.text}, at src/orders.js:2`,
    '  caused by Error: of the driver',
    '  show (src/orders.js:3:7)',
  ]);
  t.equal(lines[12], '');
  t.same(
    lines.filter((line) => /^ {2}failed /.test(line)),
    [],
    'the failed call is not told as the reason again',
  );
  t.end();
});

test('what is answered with a 404 is said quietly; every frame with --stack', (t) => {
  const { span: _, causes: __, code: ___, ...plain } = error;
  const trace = aTrace({
    status: 404,
    errors: [{ ...plain, name: 'NotFoundError', message: 'gone', status: 404 }],
  });
  t.same(thrownLines(trace, { code, stack: true }, format), [
    '',
    '  threw  show (src/orders.js:3:7)  express answered 404',
    '  NotFoundError: gone',
    `  ${aLibraryFrame().function} (${aLibraryFrame().file}:${aLibraryFrame().line}:${aLibraryFrame().column})`,
    '  show (src/orders.js:3:7)',
  ]);
  t.same(thrownLines(aTrace({}), { code }, format), []);
  t.end();
});
