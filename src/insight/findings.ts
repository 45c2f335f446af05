/** Judges a trace: what in it is worth mending, the worst first. */

import { routeOf } from '../domain/route.js';
import type { Finding, Trace } from '../trace.js';
import { hash } from './hash.js';
import type { LineOf } from './helpers.js';
import { rules } from './rules/index.js';
import { type Draft, type Limits, sceneOf } from './scene.js';
import { site } from './stacks.js';
import { type Ignore, isIgnoredByConfig, isIgnoredBySource } from './suppress.js';

/** What a project says about its findings. */
export interface Config {
  limits?: Partial<Limits>;
  ignore?: Ignore[];
  /** Gives the source's lines, so that helpers and `// scooby-ignore` are seen. */
  lineOf?: LineOf;
}

const GRAVITY: Finding['severity'][] = ['high', 'medium', 'low', 'info'];

/** Answers what is wrong with a trace, most severe and most costly first; nothing for what ran outside of requests. */
export function judge(trace: Trace, config: Config = {}): Finding[] {
  if (trace.outside || trace.spans.length === 0) return [];
  const scene = sceneOf(trace, config.limits, config.lineOf);
  const seen = new Map<string, number>();
  const findings: Finding[] = [];
  for (const draft of rules.flatMap((rule) => rule(scene))) {
    const id = idOf(trace, draft, seen);
    if (config.lineOf && isIgnoredBySource(draft, config.lineOf)) continue;
    if (config.ignore && isIgnoredByConfig(draft, id, trace, config.ignore)) continue;
    findings.push(findingOf(draft, id));
  }
  return findings.sort((a, b) => GRAVITY.indexOf(a.severity) - GRAVITY.indexOf(b.severity) || b.ms - a.ms);
}

// Not the line: it moves whenever something above it is edited.
function idOf(trace: Trace, { kind, shape, site: line }: Draft, seen: Map<string, number>): string {
  const key = [trace.method, routeOf(trace), kind, shape, line?.file, line?.function].join('\n');
  const before = seen.get(key) ?? 0;
  seen.set(key, before + 1);
  return hash(before === 0 ? key : `${key}\n${before}`);
}

function findingOf(draft: Draft, id: string): Finding {
  const { kind, severity, message, suggestion, calls, site: line, ms, confidence, reasons } = draft;
  return {
    id,
    kind,
    severity,
    message,
    ...(suggestion !== undefined && { suggestion }),
    spans: calls.map(({ index }) => index).sort((a, b) => a - b),
    ...(line && { site: site(line), function: line.function }),
    ms: Math.round(ms * 1000) / 1000,
    confidence,
    reasons,
  };
}
