/** Lines of source around a position, the line itself marked. */

import type { Position } from '../../../domain/site.js';
import { codeFrame, splitLines } from '../../../terminal/code-frame.js';

/** The code; nothing where the text is not known. */
export function CodeFrame({
  text,
  position,
  around = 3,
}: {
  text: string | undefined;
  position: Position;
  around?: number;
}) {
  const lines = text === undefined ? [] : codeFrame(splitLines(text), position.line, around);
  if (lines.length === 0) return null;
  return (
    <pre
      className="code code-frame"
      role="group"
      tabIndex={0}
      aria-label={`code at ${position.file}, line ${position.line}`}
    >
      {lines.map(({ line, text: code, isCurrent }) => (
        <div key={line} className={isCurrent ? 'code-line code-current' : 'code-line'}>
          <span className="code-number" aria-hidden="true">
            {line}
          </span>
          <span className="code-text">{code === '' ? ' ' : code}</span>
        </div>
      ))}
    </pre>
  );
}
