/** Makes profiles for tests, from stacks in words. */

import type { Profile, ProfileFunction, ProfileOrigin } from '../src/domain/profile.js';

/** Where the stack was looked at: its functions, outermost first, and the line of the innermost. */
export interface SampledStack {
  /** `own hydrate src/orders.js:12`, `package handle express`, `node emit node:events:5`, `gc`, `native parse`. */
  stack: string[];
  weight: number;
  /** ms from the request's start. */
  at?: number;
  line?: number;
}

/** Profile of these samples. */
export function aProfile(samples: SampledStack[], more: Partial<Profile> = {}): Profile {
  const functions: ProfileFunction[] = [];
  const nodes: Profile['nodes'] = [];
  const indexes = new Map<string, number>();
  const numbers = new Map<string, number>();
  const indexOf = (text: string) => {
    if (!indexes.has(text)) indexes.set(text, functions.push(functionOf(text)) - 1);
    return indexes.get(text)!;
  };
  const nodeOf = (stack: string[]): number => {
    if (stack.length === 0) return -1;
    const key = stack.join('\n');
    const known = numbers.get(key);
    if (known !== undefined) return known;
    const parent = nodeOf(stack.slice(0, -1));
    const number = nodes.push({ function: indexOf(stack.at(-1)!), parent }) - 1;
    numbers.set(key, number);
    return number;
  };
  let until = 0;
  const looks = samples.map(({ stack, weight, at = until + weight, line }): Profile['samples'][number] => {
    until = at;
    const number = nodeOf(stack);
    if (line !== undefined) (nodes[number]!.lines ??= []).push([line, weight]);
    return [number, weight, at];
  });
  return {
    ...{ kind: 'cpu', by: 'profiler', interval: 1, runs: 1 },
    ...{ functions, nodes, samples: looks },
    ...more,
  };
}

function functionOf(text: string): ProfileFunction {
  const [origin, name = '', where = ''] = text.split(' ') as [ProfileOrigin, string?, string?];
  const [, file = '', line = '0'] = /^(.*):(\d+)$/.exec(where) ?? [];
  if (origin === 'package')
    return { name, file: `node_modules/${where}/index.js`, line: 1, column: 1, origin, package: where };
  const fn = { name: origin === 'gc' ? '(garbage collector)' : name, file, line: Number(line) };
  return { ...fn, column: file === '' ? 0 : 1, origin };
}

const HANDLER = 'own list src/orders.js:5';
const EXPRESS = ['node emit node:events:5', 'package handle express', 'package next router'];

/** Profile of a request behind express that hydrates rows and formats them with a package. */
export const ORDERS_PROFILE = aProfile([
  { stack: [...EXPRESS, HANDLER], weight: 2, at: 3, line: 7 },
  { stack: [...EXPRESS, HANDLER, 'own hydrate src/orders.js:12'], weight: 20, at: 30, line: 15 },
  { stack: [...EXPRESS, HANDLER, 'own hydrate src/orders.js:12'], weight: 10, at: 40, line: 14 },
  { stack: [...EXPRESS, HANDLER, 'own hydrate src/orders.js:12', 'native parse'], weight: 5, at: 45 },
  { stack: [...EXPRESS, HANDLER, 'package format moment', 'package pad moment'], weight: 8, at: 60 },
  { stack: ['gc'], weight: 3, at: 63 },
  { stack: [HANDLER], weight: 2, at: 90, line: 9 },
]);
