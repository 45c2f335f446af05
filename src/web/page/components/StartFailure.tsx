/** A page that cannot show anything, and why. */

import { escapeControls } from '../../../domain/text.js';

/** The page. */
export function StartFailure({ message }: { message: string }) {
  return (
    <main className="main">
      <div className="empty" role="alert">
        <h1>scooby cannot show this page</h1>
        <p>{escapeControls(message)}</p>
        <p className="dim">
          <code>scooby open</code> prints the link, and opens it.
        </p>
      </div>
    </main>
  );
}
