/** Finishing of a trace: call sites, shapes and findings, once the request has ended. */

import { routeNameOf } from '../domain/route.js';
import { formatSite } from '../domain/site.js';
import type { Finding, RecordedTrace, Trace } from '../domain/trace.js';
import type { Call } from './calls/calls.js';
import { analyzeCalls, type CallAnalysis, describe } from './calls/describe.js';
import type { ReadLine } from './calls/loop-line.js';
import type { Loop } from './calls/loops.js';
import type { Growth, GrowthBook } from './patterns/growth.js';
import type { RunLoad } from './patterns/run-load.js';
import type { UsualTimes } from './patterns/usual-times.js';
import { rules } from './rules/index.js';
import { type Draft, MAX_CONFIDENCE, type RuleLimits, sceneOf } from './scene.js';
import { type IgnoreRule, isIgnoredByConfig, isIgnoredBySource } from './suppress.js';
import { hash } from './util/hash.js';
import { compareFindings, winsOf } from './win/wins.js';

/** A project's settings for findings. */
export interface JudgeOptions {
  limits?: Partial<RuleLimits>;
  ignore?: IgnoreRule[];
  /** What the run's requests have shown so far, to which each adds. */
  growth?: GrowthBook;
  /** How fast the run's statements were, to which each adds. */
  times?: UsualTimes;
  /** When the run's requests ran and blocked one another, to which each adds. */
  load?: RunLoad;
}

/**
 * Sets the call sites, shapes and findings of a trace, in place. `readLine` reads the app's source
 * files, for wrapper lines and `// scooby-ignore` comments.
 */
export function finishTrace(recorded: RecordedTrace, readLine: ReadLine, config: JudgeOptions = {}): Trace {
  const analysis = analyzeCalls(recorded, readLine);
  recorded.findings = judge(recorded, analysis, readLine, config);
  const trace = describe(recorded, analysis);
  if (trace.findings.length > 0) setWins(trace, analysis.calls);
  return trace;
}

/** Sets the findings' wins, and sorts them: grave errors, then what wins most. */
function setWins(trace: Trace, calls: Call[]): void {
  const wins = winsOf(trace, calls);
  for (const [at, finding] of trace.findings.entries()) {
    const win = wins[at];
    if (win !== undefined) finding.win = win;
  }
  trace.findings.sort(compareFindings);
}

/** Findings by severity, then by ms; none for calls outside of requests. */
function judge(
  trace: RecordedTrace,
  analysis: CallAnalysis,
  readLine: ReadLine,
  config: JudgeOptions,
): Finding[] {
  if (trace.outside || (trace.spans.length === 0 && trace.errors === undefined)) return [];
  const scene = sceneOf(trace, analysis, config.limits, readLine);
  config.times?.observe(analysis.calls);
  if (config.times) scene.times = config.times;
  config.load?.observe(trace, analysis.calls);
  if (config.load) scene.load = config.load;
  if (config.growth) scene.proven = config.growth.observe(trace, analysis);
  const proofs = proofsByCall(scene.proven);
  const countByKey = new Map<string, number>();
  const findings: Finding[] = [];
  for (const draft of rules.flatMap((rule) => rule(scene))) {
    const id = idOf(trace, draft, countByKey);
    if (isIgnoredBySource(draft, readLine)) continue;
    if (config.ignore && isIgnoredByConfig(draft, id, trace, config.ignore)) continue;
    findings.push(findingOf(draft, id, proofs));
  }
  return findings.sort(compareFindings);
}

// Without the line number, which every edit above it changes; equal keys are numbered.
function idOf(trace: RecordedTrace, { kind, shape, site }: Draft, countByKey: Map<string, number>): string {
  const key = [trace.method, routeNameOf(trace), kind, shape, site?.file, site?.function].join('\n');
  const before = countByKey.get(key) ?? 0;
  countByKey.set(key, before + 1);
  return hash(before === 0 ? key : `${key}\n${before}`);
}

function proofsByCall(proven: ReadonlyMap<Loop, Growth>): Map<Call, string> {
  return new Map([...proven].flatMap(([{ calls }, { proof }]) => calls.map((call) => [call, proof])));
}

function findingOf(draft: Draft, id: string, proofs: ReadonlyMap<Call, string>): Finding {
  const { kind, severity, message, suggestion, calls, site, ms, reasons } = draft;
  const proof = kind.startsWith('n+1') ? calls.map((call) => proofs.get(call)).find(Boolean) : undefined;
  const confidence = proof === undefined ? draft.confidence : MAX_CONFIDENCE;
  return {
    id,
    kind,
    severity,
    message,
    ...(suggestion !== undefined && { suggestion }),
    spans: calls.map(({ index }) => index).sort((a, b) => a - b),
    ...(site && { site: formatSite(site), function: site.function }),
    ms: Math.round(ms * 1000) / 1000,
    confidence,
    reasons,
    ...(proof !== undefined && { proof }),
  };
}
