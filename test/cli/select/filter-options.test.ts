import { Command } from 'commander';
import { test } from 'tap';
import {
  addFilterOptions,
  type FilterFlags,
  queryFromOptions,
} from '../../../src/cli/select/filter-options.js';

/** Query of a command line, or the message of its error. */
function queryOf(...words: string[]): unknown {
  const command = addFilterOptions(
    new Command().exitOverride().configureOutput({ writeErr: () => undefined }),
  );
  try {
    command.parse(words, { from: 'user' });
    return queryFromOptions(command.args, command.opts<FilterFlags>());
  } catch (error) {
    return (error as Error).message;
  }
}

test('an option is the same as its documented filter term', (t) => {
  for (const [option, value, filter] of [
    ['--path', '/Orders', 'path:/Orders'],
    ['--path', 'a b', 'path:"a b"'],
    ['--path', '(x) or', 'path:"(x) or"'],
    ['--method', 'post', 'method=post'],
    ['--status', '404', 'status:404'],
    ['--status', '5XX', 'status:5xx'],
    ['--slower', '1.5s', 'slower:1.5s'],
    ['--since', '10m', 'since:10m'],
  ] as const)
    t.same(queryOf(option, value), queryOf(filter), `${option} ${value}`);
  t.end();
});

test('options narrow every alternative of the filter', (t) => {
  t.same(
    queryOf('n1', 'or', 'died', '--status', '5xx', '--method', 'GET'),
    queryOf('(n1 or died) method=get status:5xx'),
  );
  t.same(queryOf(), []);
  t.end();
});

test('invalid options and filters: error messages', (t) => {
  t.match(queryOf('--status', '4'), /Write a status such as 404, or a class such as 5xx\./);
  t.match(queryOf('--since', 'soon'), /Write a duration such as 250ms/);
  t.match(queryOf('--path', ''), /path: wants a value\./);
  t.match(queryOf('(n1'), /The filter is invalid: a \( is not closed\./);
  t.end();
});
