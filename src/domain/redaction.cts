/** What a project masks besides, or leaves readable: `redact` of its configuration. */

/** Names with `*` for any text, in any case; patterns are regular expressions of values. */
export interface RedactRules {
  /** Names of headers, fields, columns, keys and options that hold a secret. */
  names?: string[];
  /** Texts that are secret whatever name they stand under. */
  patterns?: string[];
  /** Names that hold none. */
  allow?: string[];
  /** Masks nothing: `--show-secrets`. */
  isOff?: boolean;
}

/** The rules in effect in this process. */
export const redaction = {
  isOff: false,
  names: undefined as RegExp | undefined,
  allow: undefined as RegExp | undefined,
  patterns: [] as RegExp[],
};

const listeners: (() => void)[] = [];

/** Sets the rules of this process; throws a SyntaxError for an invalid pattern. */
export function setRedaction({ names = [], patterns = [], allow = [], isOff = false }: RedactRules): void {
  redaction.patterns = patterns.map((pattern) => new RegExp(pattern, 'g'));
  redaction.names = namesPattern(names);
  redaction.allow = namesPattern(allow);
  redaction.isOff = isOff;
  for (const listener of listeners) listener();
}

/** Calls `listener` when the rules change. */
export function onRedactionChange(listener: () => void): void {
  listeners.push(listener);
}

function namesPattern(names: string[]): RegExp | undefined {
  if (names.length === 0) return undefined;
  const sources = names.map((name) => name.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace(/\*+/g, '.*'));
  return new RegExp(`^(?:${sources.join('|')})$`, 'is');
}
