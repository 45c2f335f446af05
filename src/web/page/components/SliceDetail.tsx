/** Code that ran between calls: its function, and the lines where it begins. */

import type { Trace } from '../../../domain/trace.js';
import type { JavaScriptSlice } from '../../../insight/profile/slices.js';
import { functionPlace, sliceText } from '../../../screens/profile-text.js';
import { usePage } from '../hooks/page-context.js';
import { useSource } from '../hooks/use-source.js';
import { formatAddress } from '../state/address.js';
import { CodeFrame } from './CodeFrame.js';

/** The slice. */
export function SliceDetail({ trace, slice }: { trace: Trace; slice: JavaScriptSlice }) {
  const { feed } = usePage();
  const { file, line, column } = slice.function;
  const source = useSource(feed, trace, file === '' ? undefined : file);
  return (
    <div className="call-detail">
      <p>
        <strong>{sliceText(slice)}</strong> <span className="dim">{functionPlace(slice.function)}</span>
      </p>
      {line > 0 && <CodeFrame text={source} position={{ file, line, column }} />}
      <a href={formatAddress({ at: 'request', id: trace.id, tab: 'cpu' })}>the CPU profile →</a>
    </div>
  );
}
