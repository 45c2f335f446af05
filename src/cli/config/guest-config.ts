/** Instruments of the project's own in a configuration file: `instruments`, `watch` and `kinds`. */

import { InvalidArgumentError } from 'commander';
import type { KindFacts } from '../../domain/library.js';
import type { GuestConfig, WatchedExport } from '../../domain/link.js';
import { KNOWN_KINDS } from '../../domain/span-kinds.js';
import type { ConfigSection } from './config-section.js';
import { parseDuration } from './units.js';

type SectionParser = (value: unknown, key: string) => ConfigSection;

const WATCH_KEYS = ['module', 'export', 'kind', 'name', 'callback'];
const KIND_KEYS = ['title', 'noun', 'nouns', 'slow', 'loop', 'wraps', 'timing'];
const TEXT_KEYS = ['title', 'noun', 'nouns', 'timing'];
const MAX_TEXT = 100;
const KIND = /^[a-z][a-z0-9_-]{0,30}$/;
/** Kinds that stand for something else than a call of the app's. */
const RESERVED = new Set(['log', 'cpu', 'block', 'blocked', '__proto__', 'constructor', 'prototype']);
const PATH = /^(?:[\w$]+)(?:\.[\w$]+)*$/;

/** What a file names; empty where it names nothing. Throws a UserError with the line of what is wrong. */
export function parseGuests(section: ConfigSection, from: string, parse: SectionParser): GuestConfig[] {
  const { instruments = [], watch = [], kinds = {} } = section.value;
  if (!Array.isArray(watch)) section.fail('watch', 'has to be a list of { "module", "export" }');
  const guests = {
    instruments: parseInstruments(section, instruments),
    watch: (watch as unknown[]).map((entry, n) => parseWatch(parse(entry, `watch.${n}`))),
    kinds: Object.entries(parse(kinds, 'kinds').value).map(([kind, facts]) => {
      if (!KIND.test(kind) || RESERVED.has(kind) || (KNOWN_KINDS as string[]).includes(kind))
        section.fail('kinds', `cannot describe "${kind}": ${kindAdvice(kind)}`);
      return parseKind(kind, parse(facts, `kinds.${kind}`));
    }),
  };
  return Object.values(guests).some((list) => list.length > 0) ? [{ from, ...guests }] : [];
}

function kindAdvice(kind: string): string {
  return KIND.test(kind)
    ? 'scooby has this kind by itself'
    : 'a kind is a word in small letters, such as search';
}

function parseInstruments(section: ConfigSection, list: unknown): string[] {
  const isPath = (path: unknown) => typeof path === 'string' && path !== '';
  if (!Array.isArray(list) || !list.every(isPath))
    return section.fail('instruments', 'has to be a list of files, such as ["./scooby/search.cjs"]');
  const [refused] = (list as string[]).filter((path) => /\.(?:mjs|[cm]?tsx?)$/.test(path));
  if (refused !== undefined)
    section.fail(
      'instruments',
      `cannot have ${refused}: an instrument is loaded before the app, by require(), so it has to be a CommonJS file (.cjs)`,
    );
  return list as string[];
}

function parseWatch({ value, fail }: ConfigSection): WatchedExport {
  for (const [key, content] of Object.entries(value)) {
    if (!WATCH_KEYS.includes(key)) fail(key, `is not known; known keys: ${WATCH_KEYS.join(', ')}`);
    if (key === 'callback' ? typeof content !== 'boolean' : typeof content !== 'string' || content === '')
      fail(key, key === 'callback' ? 'has to be true or false' : 'has to be a string that is not empty');
  }
  const watched = value as unknown as WatchedExport;
  if (watched.module === undefined) fail('', 'has to have a "module": a package, or a file of the app');
  if (watched.export === undefined)
    fail('', 'has to have an "export": the path of a function, such as Client.prototype.query');
  if (!PATH.test(watched.export)) fail('export', 'has to be a path of names, such as Client.prototype.query');
  const { kind } = watched;
  if (kind !== undefined && (!KIND.test(kind) || RESERVED.has(kind)))
    fail('kind', RESERVED.has(kind) ? 'stands for something else than calls' : `is none: ${kindAdvice('?')}`);
  return watched;
}

function parseKind(kind: string, { value, fail }: ConfigSection): KindFacts {
  const facts: Record<string, unknown> = { kind };
  for (const [key, content] of Object.entries(value)) {
    if (!KIND_KEYS.includes(key)) fail(key, `is not known; known keys: ${KIND_KEYS.join(', ')}`);
    if (TEXT_KEYS.includes(key)) {
      if (typeof content !== 'string' || content === '' || content.length > MAX_TEXT)
        fail(key, `has to be a string of up to ${MAX_TEXT} characters`);
      facts[key] = content;
    } else if (key === 'slow') facts[key] = parseSlow(content, fail);
    else if (typeof content === 'boolean') facts[key] = content;
    else fail(key, 'has to be true or false');
  }
  return facts as unknown as KindFacts;
}

function parseSlow(content: unknown, fail: ConfigSection['fail']): number {
  try {
    return parseDuration(String(content));
  } catch (error) {
    if (error instanceof InvalidArgumentError) return fail('slow', `is invalid. ${error.message}`);
    throw error;
  }
}
