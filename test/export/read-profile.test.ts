import { test } from 'tap';
import type { Profile } from '../../src/domain/profile.js';
import { FieldReader } from '../../src/export/field-reader.js';
import { readProfiles } from '../../src/export/read-profile.js';

const cpu: Profile = {
  ...{ kind: 'cpu', by: 'profiler', interval: 1, runs: 1, others: 3, notes: ['a note'] },
  functions: [
    { name: 'hydrate', file: 'a.ts', line: 2, column: 1, origin: 'own' },
    { name: '', file: 'node_modules/b/c.js', line: 1, column: 1, origin: 'package', package: 'b' },
  ],
  nodes: [
    { function: 0, parent: -1 },
    { function: 1, parent: 0, lines: [[3, 1.5]] },
  ],
  samples: [
    [1, 1, 0.5],
    [0, 1, 1.5],
  ],
};
const read = (value: unknown) => readProfiles(new FieldReader({ profiles: { cpu: value } }, 'the file'));

test('a profile is read as it was written', (t) => {
  t.same(read(JSON.parse(JSON.stringify(cpu))), { cpu });
  t.equal(readProfiles(new FieldReader({}, 'the file')), undefined);
  t.end();
});

test('trees without end, and samples of nothing, are refused', (t) => {
  t.throws(() => read({ ...cpu, nodes: [{ function: 0, parent: 0 }] }), /nodes has a node 0/);
  t.throws(() => read({ ...cpu, nodes: [{ function: 7, parent: -1 }] }), /nodes has a node 0/);
  t.throws(() => read({ ...cpu, nodes: [{ function: 0, parent: -2 }] }), /nodes has a node 0/);
  t.throws(() => read({ ...cpu, samples: [[9, 1, 1]] }), /samples is of other nodes/);
  t.throws(() => read({ ...cpu, samples: [[0.5, 1, 1]] }), /samples is of other nodes/);
  t.throws(() => read({ ...cpu, functions: [{ name: 1 }] }), /functions\[0\]\.name is no text/);
  t.throws(() => read({ ...cpu, samples: [[0, 1]] }), /samples\[0\]\[2\] is no number/);
  t.end();
});
