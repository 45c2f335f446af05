import { Command } from 'commander';
import { test } from 'tap';
import {
  addFilterOptions,
  type FilterFlags,
  queryFromOptions,
} from '../../../src/cli/select/filter-options.js';

/** The query that a command line comes to, or what is said against it. */
function asked(...words: string[]): unknown {
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

test('an option is the term of the filter that it is documented as', (t) => {
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
    t.same(asked(option, value), asked(filter), `${option} ${value}`);
  t.end();
});

test('options and filter narrow together, every alternative of it', (t) => {
  t.same(
    asked('n1', 'or', 'died', '--status', '5xx', '--method', 'GET'),
    asked('(n1 or died) method=get status:5xx'),
  );
  t.same(asked(), []);
  t.end();
});

test('what an option cannot mean is said', (t) => {
  t.match(asked('--status', '4'), /Write a status such as 404, or a class such as 5xx\./);
  t.match(asked('--since', 'soon'), /Write a duration such as 250ms/);
  t.match(asked('--path', ''), /path: wants a value\./);
  t.match(asked('(n1'), /The filter is invalid: a \( is not closed\./);
  t.end();
});
