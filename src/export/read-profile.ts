/** Reader of the profiles of a request in the public JSON. */

import type { Profile, ProfileFunction, ProfileNode, ProfileSample, Profiles } from '../domain/profile.js';
import { asNumber, asText, FieldReader, ImportError } from './field-reader.js';

const ORIGINS = ['own', 'package', 'node', 'gc', 'native'] as const;
const MAX_NODES = 200_000;
const MAX_NOTES = 100;

/** The profiles of a request; undefined where it has none. */
export function readProfiles(fields: FieldReader): Profiles | undefined {
  if (!fields.has('profiles')) return undefined;
  const all = fields.object('profiles');
  return {
    ...(all.has('cpu') && { cpu: readProfile(all.object('cpu'), 'cpu') }),
    ...(all.has('heap') && { heap: readProfile(all.object('heap'), 'heap') }),
  };
}

function readProfile(fields: FieldReader, kind: Profile['kind']): Profile {
  const functions = fields.list('functions', MAX_NODES, readFunction);
  const nodes = fields.list('nodes', MAX_NODES, readNode);
  for (const [n, node] of nodes.entries()) {
    // A caller that comes later, or is itself, would have no end.
    if (!isIndex(node.parent + 1, n + 1) || !isIndex(node.function, functions.length))
      fields.fail('nodes', `has a node ${n} of a function or caller that is not there`);
  }
  const samples = fields.list('samples', MAX_NODES, readSample);
  if (samples.some(([node]) => !isIndex(node, nodes.length))) fields.fail('samples', 'is of other nodes');
  return {
    kind,
    by: fields.oneOf('by', ['profiler']),
    interval: fields.number('interval'),
    runs: fields.number('runs'),
    functions,
    nodes,
    samples,
    ...optional(fields, ['others', 'outside', 'offCpu']),
    ...(fields.has('notes') && { notes: fields.list('notes', MAX_NOTES, asText) }),
  };
}

function isIndex(value: number, length: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < length;
}

function readFunction(value: unknown, path: string): ProfileFunction {
  const fields = new FieldReader(value, path);
  const name = fields.maybeText('package');
  return {
    name: fields.maybeText('name') ?? '',
    file: fields.maybeText('file') ?? '',
    line: fields.number('line'),
    column: fields.number('column'),
    origin: fields.oneOf('origin', ORIGINS),
    ...(name !== undefined && { package: name }),
  };
}

function readNode(value: unknown, path: string): ProfileNode {
  const fields = new FieldReader(value, path);
  const lines = fields.list('lines', MAX_NODES, readPair);
  return {
    function: fields.number('function'),
    parent: fields.number('parent'),
    ...(fields.has('lines') && { lines }),
  };
}

function readPair(value: unknown, path: string): [number, number] {
  if (!Array.isArray(value)) throw new ImportError(`${path} is no list`);
  return [asNumber(value[0], `${path}[0]`), asNumber(value[1], `${path}[1]`)];
}

function readSample(value: unknown, path: string): ProfileSample {
  const [node, weight] = readPair(value, path);
  return [node, weight, asNumber((value as unknown[])[2], `${path}[2]`)];
}

function optional<K extends string>(fields: FieldReader, names: K[]): { [N in K]?: number } {
  const found = names.filter((name) => fields.has(name));
  return Object.fromEntries(found.map((name) => [name, fields.number(name)])) as { [N in K]?: number };
}
