/** Finishes a trace: describes its calls, and judges what in it is worth mending, the worst first. */

import { routeNameOf } from '../domain/route.js';
import { formatSite } from '../domain/site.js';
import type { Finding, RecordedTrace, Trace } from '../domain/trace.js';
import type { LineOf } from './calls/call-site.js';
import { describe, type Understood, understand } from './calls/describe.js';
import { rules } from './rules/index.js';
import { type Draft, type RuleLimits, sceneOf } from './scene.js';
import { type Ignore, isIgnoredByConfig, isIgnoredBySource } from './suppress.js';
import { hash } from './util/hash.js';

/** What a project says about its findings. */
export interface JudgeOptions {
  limits?: Partial<RuleLimits>;
  ignore?: Ignore[];
}

const GRAVITY: Finding['severity'][] = ['high', 'medium', 'low', 'info'];

/**
 * Sets the call sites, the shapes and the findings of a trace. `lineOf` has the text of the app's files: helpers are told by
 * it, and `// scooby-ignore`.
 */
export function finishTrace(recorded: RecordedTrace, lineOf: LineOf, config: JudgeOptions = {}): Trace {
  const understood = understand(recorded, lineOf);
  recorded.findings = judge(recorded, understood, lineOf, config);
  return describe(recorded, understood);
}

/** Most severe and most costly first; nothing for what ran outside of requests. */
function judge(
  trace: RecordedTrace,
  understood: Understood,
  lineOf: LineOf,
  config: JudgeOptions,
): Finding[] {
  if (trace.outside || trace.spans.length === 0) return [];
  const scene = sceneOf(trace, understood, config.limits);
  const seen = new Map<string, number>();
  const findings: Finding[] = [];
  for (const draft of rules.flatMap((rule) => rule(scene))) {
    const id = idOf(trace, draft, seen);
    if (isIgnoredBySource(draft, lineOf)) continue;
    if (config.ignore && isIgnoredByConfig(draft, id, trace, config.ignore)) continue;
    findings.push(findingOf(draft, id));
  }
  return findings.sort((a, b) => GRAVITY.indexOf(a.severity) - GRAVITY.indexOf(b.severity) || b.ms - a.ms);
}

// Not the line: it moves whenever something above it is edited.
function idOf(trace: RecordedTrace, { kind, shape, site: line }: Draft, seen: Map<string, number>): string {
  const key = [trace.method, routeNameOf(trace), kind, shape, line?.file, line?.function].join('\n');
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
    ...(line && { site: formatSite(line), function: line.function }),
    ms: Math.round(ms * 1000) / 1000,
    confidence,
    reasons,
  };
}
