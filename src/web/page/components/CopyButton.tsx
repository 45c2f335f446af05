/** A button that copies a text. */

import { usePage } from '../hooks/page-context.js';
import { Icon } from './Icon.js';

/** The button; `what` says in words what is copied. */
export function CopyButton({ text, what }: { text: string; what: string }) {
  const copy = useCopy();
  return (
    <button
      type="button"
      className="icon-button"
      aria-label={`copy ${what}`}
      title={`copy ${what}`}
      onClick={() => copy(text, what)}
    >
      <Icon name="copy" />
    </button>
  );
}

/** Copies a text and says so. */
export function useCopy(): (text: string, what: string, warning?: string) => void {
  const { dispatch } = usePage();
  return (text, what, warning) => {
    navigator.clipboard.writeText(text).then(
      () => dispatch({ type: 'notice', text: warning ?? `copied ${what}`, role: warning ? 'warn' : 'ok' }),
      () =>
        dispatch({
          type: 'notice',
          text: 'the browser does not let this page use the clipboard',
          role: 'error',
        }),
    );
  };
}
