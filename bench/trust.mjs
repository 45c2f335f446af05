/**
 * The promises of safety at their full sizes, each part alone or all together; docs/trust.md keeps the
 * last result of each.
 *
 *     npm run trust                                  # all parts at a tenth of their sizes
 *     node bench/trust.mjs kills lines --scale 1     # these, whole
 *     node bench/trust.mjs raw --seed 7              # as a run that failed has printed
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { PARTS } from './trust/parts.mjs';
import { randomOf } from './trust/random.mjs';

const DOCUMENT = join(import.meta.dirname, '../docs/trust.md');
const HEAD = `# Trust

What \`npm run trust\` found when it was last run: each promise at its size, or the share of it that was asked for. A part
that fails prints its seed, with which \`node bench/trust.mjs PART --seed N\` repeats it.

| part | promise | asked for | found | seed | Node | date |
| ---- | ------- | --------- | ----- | ---- | ---- | ---- |
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { scale: { type: 'string', default: '0.1' }, seed: { type: 'string' } },
});
const scale = Number(values.scale);
const unknown = positionals.filter((name) => !Object.hasOwn(PARTS, name));
if (unknown.length > 0 || !(scale > 0)) {
  console.error(
    `Parts: ${Object.keys(PARTS).join(', ')}. --scale is a number above 0, 1 by the issue's sizes.`,
  );
  process.exit(2);
}

const rows = knownRows();
for (const name of positionals.length > 0 ? positionals : Object.keys(PARTS)) {
  const { promise, size, run } = PARTS[name];
  const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed);
  const count = Math.max(1, Math.round(size * scale));
  console.log(`${name}: ${count.toLocaleString('en-US')} of ${size.toLocaleString('en-US')}, seed ${seed}`);
  const { found, failures } = await run({ count, random: randomOf(seed), seed });
  const result = failures.length === 0 ? found : `**${failures.length} failed**: ${found}`;
  for (const failure of failures.slice(0, 10)) console.log(`  ${failure}`);
  console.log(`  ${result}`);
  if (failures.length > 0) process.exitCode = 1;
  const cells = [
    name,
    promise,
    `${count.toLocaleString('en-US')} of ${size.toLocaleString('en-US')}`,
    result,
  ];
  rows.set(
    name,
    `| ${[...cells, seed, process.version, new Date().toISOString().slice(0, 10)].join(' | ')} |`,
  );
  const lines = Object.keys(PARTS).flatMap((part) => rows.get(part) ?? []);
  writeFileSync(DOCUMENT, `${HEAD}${lines.join('\n')}\n`);
}

/** Rows of the parts that were run before. */
function knownRows() {
  try {
    const lines = readFileSync(DOCUMENT, 'utf8').split('\n');
    return new Map(
      lines.flatMap((line) => {
        const name = /^\| (\w+) \|/.exec(line)?.[1];
        return name !== undefined && Object.hasOwn(PARTS, name) ? [[name, line]] : [];
      }),
    );
  } catch {
    return new Map();
  }
}
