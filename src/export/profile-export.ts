/** A request's profile in the formats of other tools: DevTools, speedscope, flame graphs. */

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Profile, ProfileFunction } from '../domain/profile.js';
import { escapeToOneLine } from '../domain/text.js';

/** What a profile is exported with. */
export interface ProfileSubject {
  profile: Profile;
  /** `GET /orders`. */
  title: string;
  /** Epoch ms of the request's start. */
  start: number;
  /** Folder that files are relative to. */
  cwd: string;
}

/** Gaps up to this are between two samples of running code, in ms. */
const MAX_GAP_MS = 0.1;

const ANONYMOUS = '(anonymous)';

/** As V8 writes it, for Chrome's and VS Code's viewers; time in which the request did not run is idle. */
export function toCpuprofile({ profile, start, cwd }: ProfileSubject): object {
  const { functions, nodes, samples, interval } = profile;
  const idOf = (node: number) => node + 3;
  const tree = nodes.map(({ function: fn, lines = [] }, n) => ({
    id: idOf(n),
    callFrame: callFrameOf(functions[fn]!, cwd),
    hitCount: 0,
    children: [] as number[],
    positionTicks: lines.map(([line, weight]) => ({
      line,
      ticks: Math.max(1, Math.round(weight / interval)),
    })),
  }));
  const root = { id: 1, callFrame: nativeFrame('(root)'), hitCount: 0, children: [2] };
  const idle = { id: 2, callFrame: nativeFrame('(idle)'), hitCount: 0, children: [] as number[] };
  for (const [n, { parent }] of nodes.entries()) (parent < 0 ? root : tree[parent]!).children.push(idOf(n));
  const ids: number[] = [];
  const times: number[] = [];
  let end = 0;
  const add = (id: number, at: number) => {
    ids.push(id);
    times.push(Math.round(at * 1000));
  };
  for (const [node, weight, at] of samples) {
    // A sample stands for the time before it; a viewer draws it from its own time on.
    const from = Math.max(end, at - weight);
    if (from - end > MAX_GAP_MS) add(idle.id, end);
    add(idOf(node), from);
    tree[node]!.hitCount++;
    end = from + weight;
  }
  add(idle.id, end);
  const began = Math.round(start * 1000);
  return {
    nodes: [root, idle, ...tree],
    startTime: began,
    endTime: began + Math.round(end * 1000),
    samples: ids,
    timeDeltas: times.map((time, n) => time - (times[n - 1] ?? 0)),
  };
}

/** For https://www.speedscope.app. */
export function toSpeedscope({ profile, title }: ProfileSubject): object {
  const { functions, samples, kind } = profile;
  const stacks = stacksOf(profile);
  const weights = samples.map(([, weight]) => weight);
  return {
    $schema: 'https://www.speedscope.app/file-format-schema.json',
    exporter: 'scooby',
    name: title,
    activeProfileIndex: 0,
    shared: {
      frames: functions.map(({ name, file, line, column }) => ({
        name: name || ANONYMOUS,
        ...(file !== '' && { file, line, col: column }),
      })),
    },
    profiles: [
      {
        type: 'sampled',
        name: title,
        unit: kind === 'cpu' ? 'milliseconds' : 'bytes',
        startValue: 0,
        endValue: weights.reduce((sum, weight) => sum + weight, 0),
        samples: samples.map(([node]) => stacks[node]!.map((at) => profile.nodes[at]!.function)),
        weights,
      },
    ],
  };
}

/** A line for each stack, `a;b;c 12`, in µs or bytes: for flamegraph.pl, inferno and flamelens. */
export function toCollapsed({ profile }: ProfileSubject): string {
  const { functions, nodes, samples, kind } = profile;
  const weights = new Map<number, number>();
  for (const [node, weight] of samples) weights.set(node, (weights.get(node) ?? 0) + weight);
  const stacks = stacksOf(profile);
  const lines = new Map<string, number>();
  for (const [node, weight] of weights) {
    const stack = stacks[node]!.map((at) => collapsedName(functions[nodes[at]!.function]!)).join(';');
    lines.set(stack, (lines.get(stack) ?? 0) + (kind === 'cpu' ? weight * 1000 : weight));
  }
  return [...lines].map(([stack, weight]) => `${stack} ${Math.round(weight)}\n`).join('');
}

/** Nodes from the bottommost caller to each node. */
function stacksOf({ nodes }: Profile): number[][] {
  const stacks: number[][] = [];
  for (const [n, { parent }] of nodes.entries()) stacks.push([...(stacks[parent] ?? []), n]);
  return stacks;
}

function collapsedName({ name, file, line }: ProfileFunction): string {
  const place = file === '' ? '' : ` (${file}:${line})`;
  return escapeToOneLine(`${name || ANONYMOUS}${place}`).replaceAll(';', ',');
}

function callFrameOf({ name, file, line, column }: ProfileFunction, cwd: string): object {
  return {
    functionName: name,
    scriptId: '0',
    url: urlOf(file, cwd),
    lineNumber: line - 1,
    columnNumber: column - 1,
  };
}

function nativeFrame(functionName: string): object {
  return { functionName, scriptId: '0', url: '', lineNumber: -1, columnNumber: -1 };
}

function urlOf(file: string, cwd: string): string {
  if (file === '' || /^[a-z][a-z-]+:/i.test(file) || file.startsWith('[')) return file;
  return pathToFileURL(file.startsWith('/') || /^[a-z]:[\\/]/i.test(file) ? file : join(cwd, file)).href;
}
