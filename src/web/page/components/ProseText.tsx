/** A sentence with code in backticks. */

import { escapeControls } from '../../../domain/text.js';

/** The sentence; what stands in backticks is code, all else is text. */
export function ProseText({ text }: { text: string }) {
  return escapeControls(text)
    .split(/(`[^`\n]+`)/)
    .map((part, n) => (n % 2 === 1 ? <code key={String(n)}>{part.slice(1, -1)}</code> : part));
}
