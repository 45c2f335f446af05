/** Lines of the screens' own text with its roles, as HTML. */

import type { Line, Segment } from '../../../terminal/cells.js';

function Piece({ segment }: { segment: Segment }) {
  if (typeof segment === 'string') return segment;
  const [text, ...roles] = segment;
  return <span className={roles.map((role) => `role-${role}`).join(' ')}>{text}</span>;
}

/** One line of text. */
export function LineText({ line }: { line: Line }) {
  // Pieces of a line never move.
  return line.map((segment, n) => <Piece key={String(n)} segment={segment} />);
}

/** Lines below each other, as in an editor. */
export function LineBlock({ lines, className = '' }: { lines: readonly Line[]; className?: string }) {
  return (
    <pre className={`code ${className}`}>
      {lines.map((line, n) => (
        <div key={String(n)} className="code-line">
          <LineText line={line} />
        </div>
      ))}
    </pre>
  );
}
