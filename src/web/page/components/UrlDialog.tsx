/** URL of a request, to edit before it is sent again. */

import { useState } from 'react';
import type { Trace } from '../../../domain/trace.js';
import { usePage } from '../hooks/page-context.js';
import { DialogBox } from './DialogBox.js';

/** The box. */
export function UrlDialog({ trace, send }: { trace: Trace; send(url: string): void }) {
  const { dispatch } = usePage();
  const [url, setUrl] = useState(trace.url);
  return (
    <DialogBox title={`Send ${trace.method} again`}>
      <form
        className="url-form"
        onSubmit={(event) => {
          event.preventDefault();
          dispatch({ type: 'close' });
          send(url);
        }}
      >
        <input
          autoFocus
          type="text"
          aria-label="path and query"
          value={url}
          spellCheck={false}
          onChange={(event) => setUrl(event.target.value)}
        />
        <button type="submit" className="button button-strong">
          Send
        </button>
      </form>
    </DialogBox>
  );
}
