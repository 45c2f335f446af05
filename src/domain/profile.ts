/** Profile of a request: the functions that ran while it was served, as a call tree with its samples. */

/** Where a function's code is from: the project, a package, Node, V8's garbage collector, or machine code. */
export type ProfileOrigin = 'own' | 'package' | 'node' | 'gc' | 'native';

/** A function, by where it begins in the source (source-mapped). */
export interface ProfileFunction {
  /** Empty for an anonymous one. */
  name: string;
  /** Relative to the project folder, or absolute outside it; `node:fs`; empty without a script. */
  file: string;
  /** 1-based; 0 without a script. */
  line: number;
  /** 1-based; 0 without a script. */
  column: number;
  origin: ProfileOrigin;
  /** Package of a function in node_modules. */
  package?: string;
}

/** A function as it was called by its parent. */
export interface ProfileNode {
  /** Index into the profile's functions. */
  function: number;
  /** Index of the caller's node, smaller than the own one; -1 for a bottommost function. */
  parent: number;
  /** Where its own samples were: 1-based lines of the function's file, and the weight at each. */
  lines?: [line: number, weight: number][];
}

/** One look at the stack: its innermost node, its weight, and ms from the request's start. */
export type ProfileSample = [node: number, weight: number, at: number];

/** What a request's time (`cpu`, weights in ms of CPU) or memory (`heap`, weights in bytes) went to. */
export interface Profile {
  kind: 'cpu' | 'heap';
  /** What looked at the stack: V8's own. */
  by: 'profiler';
  /** ms, or bytes, between two samples. */
  interval: number;
  /** Requests that are added up: one, or as many as were replayed. */
  runs: number;
  functions: ProfileFunction[];
  nodes: ProfileNode[];
  /** In order of time. */
  samples: ProfileSample[];
  /** Other requests that ran meanwhile: their samples are not counted. */
  others?: number;
  /** Weight of the samples of no request. */
  outside?: number;
  /** ms in which the process was not on a CPU while its code ran. */
  offCpu?: number;
  /** What the profile does not show, in sentences. */
  notes?: string[];
}

/** Profiles of a request, by kind. */
export type Profiles = Partial<Record<Profile['kind'], Profile>>;
