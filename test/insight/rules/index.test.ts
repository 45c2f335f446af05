import { test } from 'tap';
import { labelled } from '../labelled.js';
import { judge } from '../story.js';

for (const [point, requests] of labelled) {
  test(`${point}: problems are found, and look-alikes are not`, (t) => {
    for (const { name, trace, want } of requests)
      t.same(
        judge(trace)
          .map(({ kind, site }) => `${kind} ${site}`)
          .sort(),
        [...want].sort(),
        name,
      );
    t.end();
  });
}
