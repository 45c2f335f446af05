/** A stack: the app's frames, the code at the line in question, and how many frames of libraries are hidden. */

import type { LocalsOfFrame } from '../../../domain/locals.js';
import { formatPosition } from '../../../domain/site.js';
import { escapeToOneLine, formatCount } from '../../../domain/text.js';
import { type Frame, frameMark, type Trace } from '../../../domain/trace.js';
import { usePage } from '../hooks/page-context.js';
import { useSource } from '../hooks/use-source.js';
import { CodeFrame } from './CodeFrame.js';
import { CopyButton } from './CopyButton.js';

interface StackViewProps {
  stack: readonly Frame[];
  /** The frame whose code is shown. */
  frame: Frame | undefined;
  trace: Trace;
  /** Variables of its frames. */
  locals?: readonly LocalsOfFrame[];
}

/** The stack. */
export function StackView({ stack, frame, trace, locals = [] }: StackViewProps) {
  const { state, dispatch } = usePage();
  if (stack.length === 0) return <p className="dim">no stack was recorded for this call</p>;
  const hidden = state.hasLibraries ? 0 : stack.filter(({ application }) => !application).length;
  return (
    <div className="stack">
      <ol>
        {stack.map((each, n) =>
          each.application || state.hasLibraries ? (
            <FrameLine
              key={String(n)}
              frame={each}
              trace={trace}
              isSite={each === frame || isSame(each, frame)}
              variables={locals.find((read) => read.frame === each)?.variables}
            />
          ) : null,
        )}
      </ol>
      {(hidden > 0 || state.hasLibraries) && (
        <button type="button" className="text-button" onClick={() => dispatch({ type: 'libraries' })}>
          {state.hasLibraries
            ? 'hide the frames of libraries'
            : `${formatCount(hidden, 'library frame')} hidden`}
        </button>
      )}
    </div>
  );
}

/** A trace that came by HTTP has the frame of its call site twice. */
function isSame(a: Frame, b: Frame | undefined): boolean {
  return b !== undefined && a.file === b.file && a.line === b.line && a.column === b.column;
}

interface FrameLineProps {
  frame: Frame;
  trace: Trace;
  isSite: boolean;
  variables: LocalsOfFrame['variables'] | undefined;
}

function FrameLine({ frame, trace, isSite, variables }: FrameLineProps) {
  const { feed } = usePage();
  const source = useSource(feed, trace, isSite && !frame.generated ? frame.file : undefined);
  const place = formatPosition(frame);
  return (
    <li className={frame.application ? 'frame' : 'frame frame-library'}>
      <span className="frame-line">
        <span className="frame-name">{escapeToOneLine(frame.function) || '(anonymous)'}</span>
        <span className="frame-place" title={escapeToOneLine(place)}>
          {escapeToOneLine(place)}
          {frameMark(frame)}
        </span>
        {isSite && <CopyButton text={`${frame.file}:${frame.line}`} what="the line" />}
      </span>
      {isSite && <CodeFrame text={source} position={frame} />}
      {variables && (
        <dl className="facts variables" aria-label="variables">
          {variables.map(([name, text]) => (
            <div key={name}>
              <dt>{escapeToOneLine(name)}</dt>
              <dd>
                <code>{escapeToOneLine(text)}</code>
              </dd>
            </div>
          ))}
        </dl>
      )}
    </li>
  );
}
