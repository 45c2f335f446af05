/** A finding as Markdown: what it is, its line with the code around it, and what to do. */

import { findingWord } from '../domain/finding-kinds.js';
import { parseSite } from '../domain/site.js';
import { escapeControls, formatMs } from '../domain/text.js';
import type { Finding } from '../domain/trace.js';
import { code, fenced, prose } from './markdown-text.js';

/** Lines of a file as they were when the request ran; undefined where they are not known. */
export type LinesOf = (file: string) => readonly string[] | undefined;

type Written = Pick<Finding, 'kind' | 'message' | 'suggestion' | 'site' | 'ms' | 'function' | 'proof'>;

const CONTEXT_LINES = 2;
const LANGUAGES: Record<string, string> = { ts: 'ts', mts: 'ts', cts: 'ts', tsx: 'tsx', jsx: 'jsx' };

/** Lines of a finding; `facts` are Markdown and stand behind its line. */
export function findingMarkdown(finding: Written, linesOf: LinesOf, facts: string[]): string[] {
  const { kind, message, suggestion, site, ms, function: name, proof } = finding;
  const at = site === undefined ? '' : ` at ${code(name ? `${name} (${site})` : site)}`;
  const all = [...(ms > 0 ? [formatMs(ms)] : []), ...facts].map((fact) => `, ${fact}`).join('');
  return [
    `### ${prose(findingWord(kind))}${at}${all}`,
    '',
    prose(message),
    ...(proof === undefined ? [] : ['', prose(`Proven by growth: ${proof}.`)]),
    ...frameLines(site, linesOf),
    ...(suggestion === undefined ? [] : ['', `→ ${prose(suggestion)}`]),
  ];
}

/** The lines around a site, the one in question marked. */
function frameLines(site: string | undefined, linesOf: LinesOf): string[] {
  const position = parseSite(site);
  const lines = position && linesOf(position.file);
  if (!position || !lines || position.line < 1 || position.line > lines.length) return [];
  const first = Math.max(1, position.line - CONTEXT_LINES);
  const shown = lines.slice(first - 1, position.line + CONTEXT_LINES).map((text, n) => {
    const number = first + n;
    return `${number === position.line ? '>' : ' '} ${String(number).padStart(4)} | ${escapeControls(text)}`;
  });
  const language = LANGUAGES[/\.(\w+)$/.exec(position.file)?.[1] ?? ''] ?? 'js';
  return ['', ...fenced(shown.join('\n'), language)];
}
